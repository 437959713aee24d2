"""Workbooks as files: written with xlsxwriter, read apart, signed."""
