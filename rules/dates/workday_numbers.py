"""Working days numbered one after the other, so that a difference counts the days between dates."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from rules.dates.calendar import Calendar


def workday_numbers(days: Iterable[date], calendar: Calendar) -> Callable[[date], int]:
    """The function that says how many working days there are up to and including a date, for dates
    from the first to the last of `days`; counted from the first."""
    known = sorted(set(days))
    numbers: dict[date, int] = {}
    if known:
        day, number = known[0], 0
        while day <= known[-1]:
            number += calendar.is_workday(day)
            numbers[day] = number
            day += timedelta(days=1)
    return numbers.__getitem__
