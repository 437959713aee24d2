"""Documents of any kind to text."""
