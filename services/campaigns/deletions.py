"""Taking rows away for good, with what belongs to them alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, select
from sqlmodel import Session, SQLModel

GOES_ALONG: Mapping[str, frozenset[str]] = {
    "measure": frozenset({"addressee", "measure_gate", "form_draft", "measure_event", "schedule"}),
    "schedule": frozenset({"occurrence"}),
}
"""Table → the tables whose rows go with a row of it. A row any other table points to stays, and
the service that would delete it refuses before; `tests/services/campaigns/test_deletions.py`
names each."""


def delete_rows(session: Session, table: type[SQLModel], chosen: ColumnElement[bool]) -> None:
    """Delete the rows of `table` that `chosen` picks, after what goes along with them."""
    _delete(session, table.__table__, chosen)  # type: ignore[attr-defined]


def _delete(session: Session, table: Table, chosen: ColumnElement[bool]) -> None:
    for column, target in _pointing(table):
        _delete(session, column.table, column.in_(select(target).where(chosen)))
    session.execute(delete(table).where(chosen))


def _pointing(table: Table) -> Iterator[tuple[Column[Any], Column[Any]]]:
    """The columns of what goes along, each with the column of `table` it points to."""
    for name in sorted(GOES_ALONG.get(table.name, ())):
        for key in SQLModel.metadata.tables[name].foreign_keys:
            if key.column.table is table:
                yield key.parent, key.column
