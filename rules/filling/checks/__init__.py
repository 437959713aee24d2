"""Checks that help: what looks odd in a filled form. A check asks a question and never makes a
fault."""
