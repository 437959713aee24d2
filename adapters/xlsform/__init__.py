"""Forms as XLSForm workbooks: reading and writing."""
