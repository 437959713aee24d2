"""Periods: the time an assignment reports on. Written 202607, 2026Q3, 2026W30, 2026H1, 2026.

A measure that is done one time has the period `once`.
"""

import re
from datetime import date, timedelta

from models.assignment import ONCE

_FORMS = (
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})"),
    re.compile(r"(?P<year>\d{4})Q(?P<quarter>[1-4])"),
    re.compile(r"(?P<year>\d{4})W(?P<week>\d{2})"),
    re.compile(r"(?P<year>\d{4})H(?P<half>[12])"),
    re.compile(r"(?P<year>\d{4})"),
)


def period_of(recurrence: str, day: date) -> str:
    """The period `day` lies in. `recurrence`: once, weekly, monthly, quarterly, half_yearly,
    yearly."""
    if recurrence == "weekly":
        year, week, _ = day.isocalendar()
        return f"{year}W{week:02d}"
    if recurrence == "monthly":
        return f"{day:%Y%m}"
    if recurrence == "quarterly":
        return f"{day.year}Q{(day.month + 2) // 3}"
    if recurrence == "half_yearly":
        return f"{day.year}H{1 if day.month <= 6 else 2}"
    return f"{day.year}" if recurrence == "yearly" else ONCE


def period_dates(period: str) -> tuple[date, date]:
    """First and last day of a period. Raises ValueError for what is none, and for `once`."""
    found = next((m for form in _FORMS if (m := form.fullmatch(period))), None)
    if found is None:
        raise ValueError(period)
    parts = {name: int(value) for name, value in found.groupdict().items()}
    year = parts.pop("year")
    if "week" in parts:
        first = date.fromisocalendar(year, parts["week"], 1)
        return first, first + timedelta(days=6)
    first_month, months = _months(parts)
    end = year * 12 + first_month - 1 + months
    return date(year, first_month, 1), date(end // 12, end % 12 + 1, 1) - timedelta(days=1)


def _months(parts: dict[str, int]) -> tuple[int, int]:
    """First month and number of months of a month, quarter, half-year or year."""
    if "month" in parts:
        return parts["month"], 1
    if "quarter" in parts:
        return parts["quarter"] * 3 - 2, 3
    if "half" in parts:
        return parts["half"] * 6 - 5, 6
    return 1, 12
