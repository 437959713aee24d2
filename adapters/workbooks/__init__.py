"""Workbooks as files: written with xlsxwriter, read in a process of their own, signed."""
