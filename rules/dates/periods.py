"""Periods: the time an assignment reports on. Written 202607, 2026Q3, 2026W30, 2026H1, 2026.

A measure that is done one time has the period `once`. The codes are for addresses, file names and
tables; people read `period_words`. A week is an ISO 8601 week.
"""

import re
from datetime import date, timedelta

from models.assignment import ONCE
from rules.sentences.refusal import N_
from rules.sentences.sentence import Sentence

_FORMS = (
    re.compile(r"(?P<year>\d{4})(?P<month>0[1-9]|1[0-2])"),
    re.compile(r"(?P<year>\d{4})Q(?P<quarter>[1-4])"),
    re.compile(r"(?P<year>\d{4})W(?P<week>\d{2})"),
    re.compile(r"(?P<year>\d{4})H(?P<half>[12])"),
    re.compile(r"(?P<year>\d{4})"),
)
_MONTHS = (
    N_("%(year)s年1月"), N_("%(year)s年2月"), N_("%(year)s年3月"), N_("%(year)s年4月"),
    N_("%(year)s年5月"), N_("%(year)s年6月"), N_("%(year)s年7月"), N_("%(year)s年8月"),
    N_("%(year)s年9月"), N_("%(year)s年10月"), N_("%(year)s年11月"), N_("%(year)s年12月"),
)  # fmt: skip
_HALVES = (N_("%(year)s年上半年"), N_("%(year)s年下半年"))


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
    """The first and the last day of a period. Raises ValueError for `once` and for what is no
    period."""
    parts = _parts(period)
    year = parts.pop("year")
    if "week" in parts:
        first = date.fromisocalendar(year, parts["week"], 1)
        return first, first + timedelta(days=6)
    first_month, months = _months(parts)
    end = year * 12 + first_month - 1 + months
    return date(year, first_month, 1), date(end // 12, end % 12 + 1, 1) - timedelta(days=1)


def period_words(period: str) -> Sentence:
    """A period as people read it: 2026年10月, 2026年第3季度, 2026年第30周; nothing for `once`.

    A text that is no period, such as a word in an address, stays as it is.
    """
    if period == ONCE:
        return Sentence("")
    try:
        parts = _parts(period)
    except ValueError:
        return Sentence("%(code)s", {"code": period})
    return Sentence(_sentence(parts), parts)


def _sentence(parts: dict[str, int]) -> str:
    if "month" in parts:
        return _MONTHS[parts["month"] - 1]
    if "quarter" in parts:
        return N_("%(year)s年第%(quarter)s季度")
    if "week" in parts:
        return N_("%(year)s年第%(week)s周")
    return _HALVES[parts["half"] - 1] if "half" in parts else N_("%(year)s年")


def _parts(period: str) -> dict[str, int]:
    """The year of a period, and which part of the year. Raises ValueError for what is no period."""
    found = next((match for form in _FORMS if (match := form.fullmatch(period))), None)
    if found is None:
        raise ValueError(period)
    return {name: int(value) for name, value in found.groupdict().items()}


def _months(parts: dict[str, int]) -> tuple[int, int]:
    """The first month and the number of months of a month, quarter, half-year or year."""
    if "month" in parts:
        return parts["month"], 1
    if "quarter" in parts:
        return parts["quarter"] * 3 - 2, 3
    if "half" in parts:
        return parts["half"] * 6 - 5, 6
    return 1, 12
