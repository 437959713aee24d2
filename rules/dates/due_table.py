"""The due table: each level's date under a due rule, for checking by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from rules.dates.calendar import Calendar
from rules.dates.due import DueRule, current_period, due_dates
from rules.sentences.refusal import N_
from rules.sentences.sentence import Sentence


@dataclass(frozen=True)
class LevelDue:
    """One level below the issuer. `level` counts from 1, the top one, downwards."""

    level: int
    due_on: date
    workdays: int
    """Working days after the day of receipt up to and including `due_on`; negative for a date
    before the day of receipt."""


def due_table(
    due: DueRule, received: date, *, levels: int, review_days: int, calendar: Calendar
) -> list[LevelDue]:
    """The levels from the top down. A recurring rule is worked out for the period of `received`."""
    names = [str(level) for level in range(1, levels + 1)]
    period = current_period(due, received)
    dates = due_dates(
        due, names,
        period=period, received=received, review_days=review_days, calendar=calendar,
    )  # fmt: skip
    return [
        LevelDue(level, dates[name], calendar.workdays_between(received, dates[name]))
        for level, name in enumerate(names, 1)
    ]


def odd_dates(table: list[LevelDue], received: date, calendar: Calendar) -> Iterator[Sentence]:
    """What somebody should look at: dates that leave no time, days off, years not published."""
    for row in table:
        values: dict[str, object] = {"level": row.level, "day": row.due_on}
        if row.due_on <= received:
            yield Sentence(N_("第%(level)d级的截止日期%(day)s不晚于收到之日。"), values)
        elif row.workdays == 0:
            yield Sentence(N_("第%(level)d级到%(day)s为止没有一个工作日。"), values)
        if not calendar.is_workday(row.due_on):
            yield Sentence(N_("第%(level)d级的截止日期%(day)s不是工作日。"), values)
    yield from unpublished_years([row.due_on for row in table], calendar)


def unpublished_years(days: Iterable[date], calendar: Calendar) -> list[Sentence]:
    """A warning for each year of these days of which only the law's holidays are known."""
    years = sorted({day.year for day in days if day > calendar.known_until})
    return [year_not_published(year) for year in years]


def year_not_published(year: int) -> Sentence:
    """The warning for a date in a year of which only the law's holidays are known."""
    return Sentence(
        N_(
            "%(year)d年的放假安排尚未公布：法定节日按放假计算，"
            "调休和补班的日子还不知道，时限可能有出入。"
        ),
        {"year": year},
    )
