"""The history of units is written here, for an import as for a change on a page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert
from sqlmodel import Session

from models import Account, UnitEvent, UnitFact


class ChangedFact(NamedTuple):
    """One fact about a unit before and after a change, as a person reads it."""

    unit_id: int
    fact: UnitFact
    before: str
    after: str


def record(
    session: Session, changed: Iterable[ChangedFact], *, actor: Account | None, now: datetime
) -> None:
    """Write a row of history for each change, in one statement. `actor` None: the command line."""
    by = actor.id if actor else None
    rows = [{**change._asdict(), "at": now, "actor_id": by} for change in changed]
    if rows:
        session.execute(insert(UnitEvent), rows)


def in_words(value: object) -> str:
    """A fact as the history holds it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)
