"""A new list of units takes the place of the old one, and the totals follow."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from queries.tallies import list_tallied
from rules.unit_list import UnitList
from services.roll_up import recount
from services.units import ImportResult, import_units


def replace_units(session: Session, units: UnitList, *, now: datetime) -> ImportResult:
    """Import the list; where units have moved, count every roll-up again.

    The statements grow with the measures that are under way, not with the units.
    """
    result = import_units(session, units, now=now)
    if result.moved:
        for measure_id, period in list_tallied(session):
            recount(session, measure_id, period)
    return result


def rehearse(session: Session, units: UnitList, *, now: datetime) -> ImportResult:
    """What importing the list would do; nothing of it is kept."""
    with session.begin_nested() as savepoint:
        result = import_units(session, units, now=now)
        savepoint.rollback()
    session.expire_all()
    return result
