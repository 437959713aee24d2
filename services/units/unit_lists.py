"""What a new list of units would change, before it is imported for good."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from models import Account
from rules.units.unit_list import UnitList
from services.units.units import ImportResult, import_units


def rehearse(
    session: Session, units: UnitList, *, actor: Account | None, now: datetime
) -> ImportResult:
    """What importing the list would do; nothing of it is kept."""
    with session.begin_nested() as savepoint:
        result = import_units(session, units, actor=actor, now=now)
        savepoint.rollback()
    session.expire_all()
    return result
