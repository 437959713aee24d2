"""How pages tell the time that is left."""

from datetime import date

from rules.dates.calendar import workdays_between

SOON = 3
"""Working days from which on something is due soon."""


def days_left(due_on: date, today: date) -> int:
    """Working days from today to the due date; below 0 for a date that has passed."""
    if due_on < today:
        return min(-1, workdays_between(today, due_on))
    return workdays_between(today, due_on)
