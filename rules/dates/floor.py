"""The floor: the whole working days that the lowest level has at least.

Work that leaves the lowest level less is not released without a named officer who signs for it
with a reason, and does not wait at a gate.
"""

from __future__ import annotations

from datetime import date

from rules.dates.calendar import Calendar


def workdays_left(calendar: Calendar, today: date, due: date) -> int:
    """The whole working days after `today` up to and including `due`; 0 for a date that is over.

    The day itself does not count: who receives work at four in the afternoon has no day for it.
    """
    return max(calendar.workdays_between(today, due), 0)


def under_floor(calendar: Calendar, today: date, due: date, floor: int) -> bool:
    """Whether work that arrives `today` and is due on `due` has fewer than `floor` working days."""
    return workdays_left(calendar, today, due) < floor
