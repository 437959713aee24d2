"""`jieli doctor`: looks at an installation and says what to do. It changes nothing."""
