"""What is measured, on the real tree: `make bench`, or `python -m bench`."""
