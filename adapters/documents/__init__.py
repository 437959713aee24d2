"""From documents of any kind to text."""
