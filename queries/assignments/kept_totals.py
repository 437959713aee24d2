"""Kept totals as a whole: all rows of one measure, in a shape that can be compared."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import Assignment, Tally, Total

KEPT: tuple[Any, ...] = (Tally, Total)
KEYS = ("period", "unit_id", "level", "due_on", "field")

KeptTotals = dict[tuple[Any, ...], dict[str, int]]
"""Table and values of `KEYS` → the columns that are not zero."""


def read_totals(session: Session, measure_id: int, period: str | None = None) -> KeptTotals:
    """The rows of Tally and Total with a column that is not zero; `period` None: of all periods."""
    kept: KeptTotals = {}
    for table in KEPT:
        wanted = select(*table.__table__.columns).where(table.measure_id == measure_id)
        if period is not None:
            wanted = wanted.where(col(table.period) == period)
        for row in session.execute(wanted).mappings():
            values = {name: value for name, value in row.items() if value}
            key = tuple(values.pop(name, None) for name in KEYS)
            del values["measure_id"]
            if values:
                kept[table.__name__, *key] = values
    return kept


def list_counted(session: Session) -> Sequence[tuple[int, str]]:
    """Every measure and period with assignments to count, or with kept totals."""
    found: set[tuple[int, str]] = set()
    for table in (Assignment, *KEPT):
        rows = session.execute(select(col(table.measure_id), col(table.period)).distinct())
        found.update((measure_id, period) for measure_id, period in rows)
    return sorted(found)
