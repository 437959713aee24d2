"""Copying a campaign for another year: where its dates come to lie."""

from datetime import date, timedelta

from rules.dates.calendar import Calendar


def moved_rule(calendar: Calendar, rule: str, days: int) -> str:
    """A due rule that holds `days` days later (negative: earlier).

    A date that comes to lie on a day off becomes the working day before. Every other rule counts
    from the hand-down or from a period, and stays as it is.
    """
    try:
        day = date.fromisoformat(rule)
    except ValueError:
        return rule
    moved = day + timedelta(days=days)
    return (moved if calendar.is_workday(moved) else calendar.add_workdays(moved, -1)).isoformat()
