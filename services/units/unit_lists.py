"""A rehearsal of an import: what a new list of units would change."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from models import Account
from rules.units.unit_list import UnitList
from services.units.units import ImportResult, import_units


def rehearse(
    session: Session, units: UnitList, *, actor: Account | None, now: datetime
) -> ImportResult:
    """What importing the list would do. Nothing of it is kept. Raises as `import_units` does."""
    with session.begin_nested() as savepoint:
        result = import_units(session, units, actor=actor, now=now)
        savepoint.rollback()
    session.expire_all()
    return result
