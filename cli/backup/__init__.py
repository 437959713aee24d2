"""Backups: everything in one file, made while people work and restored while nobody does."""
