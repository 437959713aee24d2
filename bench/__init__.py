"""Measurements on the real tree: `make bench`, or `python -m bench`."""
