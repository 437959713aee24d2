"""Fields nobody gets to see again: what was typed there is never shown, carried along or kept."""

SECRET = frozenset({"old", "new", "again"})
"""Beside every name with `password` in it."""


def is_secret(name: str) -> bool:
    """Whether the field `name` holds a password."""
    return "password" in name.lower() or name in SECRET
