"""Workbooks: a measure's form as one Excel file for many units, filled in without a network."""
