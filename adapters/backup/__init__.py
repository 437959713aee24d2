"""Backups: one archive file of an installation, written and read back."""
