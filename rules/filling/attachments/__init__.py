"""What may be attached to an answer."""
