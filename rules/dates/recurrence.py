"""Recurrence: the moments of a schedule, one for each day of its rhythm.

A day of the rhythm and the moment at which its work is done are two things. The 25th may be a
Saturday, and its work is done on Friday the 24th. The period is that of the day of the rhythm, and
days are counted one after another, so that a holiday put in later moves a moment and neither
doubles nor loses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple

from models.schedule import Schedule, Shift
from rules.dates.calendar import PUBLISHED, SHANGHAI, Calendar, local_date
from rules.dates.timetable import days_after

LONGEST_SHIFT = timedelta(days=20)
"""No holiday is longer."""


class Moment(NamedTuple):
    """One moment of a schedule."""

    day: date
    """The day of the rhythm."""
    at: datetime
    """When the work is due (UTC)."""


@dataclass(frozen=True)
class Recurrence:
    """A rhythm with its bounds and its exceptions."""

    cron: str
    shift: Shift = Shift.KEEP
    starts_on: date | None = None
    ends_on: date | None = None
    skipped: frozenset[date] = frozenset()
    calendar: Calendar = PUBLISHED

    def after(self, day: date) -> Iterator[Moment]:
        """The moments of the days of the rhythm after `day`, in their order."""
        for due in days_after(self.cron, day):
            planned = due.date()
            if self.ends_on is not None and planned > self.ends_on:
                return
            done_on = None if self._is_left_out(planned) else self._shifted(planned)
            if done_on is not None:
                yield Moment(planned, _at(done_on, due.time()))

    def coming(self, now: datetime) -> Iterator[Moment]:
        """The moments after `now` (UTC-aware)."""
        early = local_date(now) - LONGEST_SHIFT
        return (found for found in self.after(early) if found.at > now)

    def due(self, day: date, now: datetime) -> Sequence[Moment]:
        """The moments up to `now` of the days of the rhythm from `day` on. They have come and are
        not noted yet."""
        found = []
        for planned in self.after(day - timedelta(days=1)):
            if planned.at > now and planned.day > local_date(now) + LONGEST_SHIFT:
                break
            if planned.at <= now:
                found.append(planned)
        return found

    def _is_left_out(self, day: date) -> bool:
        return day in self.skipped or (self.starts_on is not None and day < self.starts_on)

    def _shifted(self, day: date) -> date | None:
        """The day on which the work of a day of the rhythm is done; None: it is left out."""
        if self.shift is Shift.KEEP or self.calendar.is_workday(day):
            return day
        if self.shift is Shift.ONLY:
            return None
        return self.calendar.add_workdays(day, -1 if self.shift is Shift.BEFORE else 1)


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)


def recurrence_of(schedule: Schedule, calendar: Calendar = PUBLISHED) -> Recurrence:
    """The recurrence of a schedule that has a rhythm."""
    return Recurrence(
        schedule.cron, schedule.shift, schedule.starts_on, schedule.ends_on,
        frozenset(schedule.skipped), calendar,
    )  # fmt: skip


def next_moments(schedule: Schedule, count: int, calendar: Calendar = PUBLISHED) -> list[Moment]:
    """The next moments of a schedule that recurs, from the one that is due next; none for a
    schedule that is paused or over."""
    if schedule.next_day is None:
        return []
    before = schedule.next_day - timedelta(days=1)
    return list(islice(recurrence_of(schedule, calendar).after(before), count))
