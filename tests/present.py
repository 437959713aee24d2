"""Values that a test knows to be there."""

from typing import TypeVar

T = TypeVar("T")


def present(found: T | None) -> T:
    """The value, and a failing test where there is none."""
    assert found is not None
    return found
