"""Days and spans of days as notices write them, read against the notice's own date."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from rules.campaigns.notice.numerals import number_of
from rules.sentences.refusal import N_

_Y = r"(?P<year>(?:19|20)\d{2}|[二一][〇零一二三四五六七八九]{3})"
_HAN_DAY = r"[一二三四五六七八九十]{1,3}|\d{1,2}"
DAY = re.compile(
    rf"(?<!\d){_Y} ?(?:年 ?(?P<month>{_HAN_DAY}) ?月 ?(?P<day>{_HAN_DAY}) ?[日号]"
    r"|[-./](?P<month2>\d{1,2})[-./](?P<day2>\d{1,2})(?!\d))"
)


@dataclass(frozen=True)
class DateReference:
    """What a date without a year is read against.

    `issued` is the notice's date. Without that date, `year` may be known from the notice's number;
    days that rest on such a year are doubtful.
    """

    issued: date | None = None
    year: int | None = None


def year_of_number(number: str) -> int | None:
    """The year in the number of a notice (内政办发〔2026〕18号), or None."""
    year = re.search(r"〔(\d{4})〕", number)
    return int(year[1]) if year else None


@dataclass(frozen=True)
class Resolved:
    """A day, and why it is doubtful (a Chinese sentence) or None."""

    day: date
    why: str | None = None


def day_in(plain: str, start: int = 0, end: int | None = None) -> tuple[date, int, int] | None:
    """The first full date in folded text and its offsets, or None."""
    for match in DAY.finditer(plain, start, len(plain) if end is None else end):
        day = _of(match)
        if day:
            return day, match.start(), match.end()
    return None


def _of(match: re.Match[str]) -> date | None:
    parts = (match["year"], match["month"] or match["month2"], match["day"] or match["day2"])
    numbers = [number_of(part) for part in parts]
    return valid_day(*(number or 0 for number in numbers))


def valid_day(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has no such day (2月30日)."""
    if not (1 <= month <= 12 and 1 <= year <= 9998):
        return None
    return date(year, month, day) if 1 <= day <= month_length(year, month) else None


def month_length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def month_end(year: int, month: int) -> date:
    return date(year, month, month_length(year, month))


def with_year(reference: DateReference, month: int, day: int | None) -> Resolved | None:
    """The next such day from the notice's date on. With `day` None: the end of the month."""
    year = reference.issued.year if reference.issued else reference.year
    if year is None:
        return None
    found = _day_or_end(year, month, day)
    if found is None:
        return None
    if reference.issued is None:
        return Resolved(found, N_("通知没有写日期，年份按文号推定，请核对。"))
    if found >= reference.issued:
        return Resolved(found)
    later = _day_or_end(year + 1, month, day)
    why = N_("没有写年份，该日期在今年已过，按下一年理解，请核对。")
    return Resolved(later, why) if later else None


def _day_or_end(year: int, month: int, day: int | None) -> date | None:
    if not 1 <= month <= 12:
        return None
    return month_end(year, month) if day is None else valid_day(year, month, day)


def weekday_from(issued: date, weeks: int, weekday: int) -> date:
    """The day with this ISO weekday, `weeks` weeks after the week in which the notice was
    issued."""
    monday = issued - timedelta(days=issued.isoweekday() - 1)
    return monday + timedelta(days=7 * weeks + weekday - 1)
