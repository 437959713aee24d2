"""Rows of a statement as values: each column stands under the name of the field it fills."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class ByName(Generic[Value]):
    """The columns of a statement under the names of the fields of the values made of its rows.

    The order of the columns means nothing, so that no field can take the value of another.
    """

    def __init__(self, make: Callable[..., Value], /, **columns: Any) -> None:
        self._make = make
        self._names = tuple(columns)
        self.columns: Sequence[Any] = tuple(columns.values())
        """What the statement selects."""

    def value(self, row: Iterable[Any]) -> Value:
        """The value of one row. Raises `TypeError` when a field has no column."""
        return self._make(**dict(zip(self._names, row, strict=True)))

    def values(self, rows: Iterable[Iterable[Any]]) -> list[Value]:
        """The values of `rows`, in their order."""
        return [self.value(row) for row in rows]
