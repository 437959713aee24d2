"""Which units have been reminded of what by hand today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session

from models import MessageKind
from queries.assignments.board import HoldingUnit
from queries.messages.messages import list_told_on
from queries.units.calendars import get_calendars


def reminder_subject(assignment_id: int) -> str:
    """The subject of a reminder, as messages name it."""
    return f"assignment {assignment_id}"


def list_reminded(
    session: Session, holders: Iterable[HoldingUnit], today: date
) -> dict[int, datetime]:
    """Assignment → when its unit was reminded of it on this working day; one statement."""
    units = {holder.assignment_id: holder.unit_id for holder in holders}
    day = get_calendars(session).plain.add_workdays(today, 0)
    told = list_told_on(session, set(units.values()), MessageKind.REMIND, day) if units else {}
    return {id: told[reminder_subject(id)] for id in units if reminder_subject(id) in told}
