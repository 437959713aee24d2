"""`jieli doctor`: looks at an installation, says what is to be done, changes nothing."""
