"""The moments of a schedule, by the calendar of its office."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from models import Schedule
from queries.units.calendars import get_calendar_of
from rules.dates.recurrence import Moment, Recurrence, next_moments, recurrence_of


def course_of(session: Session, schedule: Schedule) -> Recurrence:
    """The recurrence of a schedule that has a rhythm; one statement at most."""
    return recurrence_of(schedule, get_calendar_of(session, schedule.unit_id))


def list_next(session: Session, schedule: Schedule, count: int) -> Sequence[Moment]:
    """The next moments of a schedule that recurs; none while it is paused."""
    if schedule.next_day is None:
        return []
    return next_moments(schedule, count, get_calendar_of(session, schedule.unit_id))
