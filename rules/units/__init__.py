"""Lists of units: reading, checking and numbering a tree."""
