"""How pages tell the time that is left."""

from datetime import date

from rules.dates.calendar import Calendar

SOON = 3
"""Working days from which on something is due soon."""


class DaysLeft(int):
    """Working days until a due date."""

    unpublished: int | None = None
    """The year of the date, where its make-up days are not known yet, so that the number can be
    wrong."""


def days_left(calendar: Calendar, due_on: date, today: date) -> DaysLeft:
    """Working days from today to the due date; below 0 for a date that has passed."""
    days = calendar.workdays_between(today, due_on)
    left = DaysLeft(min(-1, days) if due_on < today else days)
    if due_on > calendar.known_until:
        left.unpublished = due_on.year
    return left
