"""Checks that help: what looks odd in a filled form, asked as a question and never a fault."""
