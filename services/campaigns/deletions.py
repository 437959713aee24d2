"""Deleting rows for good, together with the rows that belong to them alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, select
from sqlmodel import Session, SQLModel

GOES_ALONG: Mapping[str, frozenset[str]] = {
    "campaign": frozenset(
        {
            "measure",
            "notice",
            "notice_file",
            "reminder_round",
            "reminder_rule",
            "schedule",
            "snapshot",
            "trouble",
        }
    ),
    "measure": frozenset(
        {"addressee", "measure_gate", "form_draft", "measure_event", "schedule", "trouble"}
    ),
    "schedule": frozenset({"measure_event", "occurrence", "trouble"}),
}
"""Table → the tables whose rows go along with a row of that table.

A row to which any other table points is not deleted: the service refuses beforehand.
`tests/services/campaigns/test_deletions.py` names each such foreign key."""


def delete_rows(session: Session, table: type[SQLModel], chosen: ColumnElement[bool]) -> None:
    """Delete the rows of `table` that `chosen` selects, and before them the rows that go along."""
    _delete(session, table.__table__, chosen)  # type: ignore[attr-defined]


def _delete(session: Session, table: Table, chosen: ColumnElement[bool]) -> None:
    for column, target in _pointing(table):
        _delete(session, column.table, column.in_(select(target).where(chosen)))
    session.execute(delete(table).where(chosen))


def _pointing(table: Table) -> Iterator[tuple[Column[Any], Column[Any]]]:
    """The foreign keys to `table` of the tables that go along, each with its column of `table`."""
    for name in sorted(GOES_ALONG.get(table.name, ())):
        for key in SQLModel.metadata.tables[name].foreign_keys:
            if key.column.table is table:
                yield key.parent, key.column
