"""Whether the rhythm of a schedule fits the due date of the measure whose periods it opens.

The next moments are worked out one by one, so that what is asked about names a period and a day,
and not a rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice, pairwise
from typing import NamedTuple

from rules.dates.calendar import PUBLISHED, Calendar, local_date
from rules.dates.due import DueRule, final_date
from rules.dates.floor import under_floor, workdays_left
from rules.dates.periods import period_dates, period_of, period_words
from rules.dates.recurrence import Moment
from rules.sentences.days import told_day
from rules.sentences.sentence import N_, Sentence

LOOKED_AT = 9
"""Moments of a rhythm that are worked out: two months of weeks, two years of quarters."""


PAST = N_("%(on)s 下发的是%(period)s，要求基层 %(due)s 前报送，那时已经过了。")
SHORT = N_("%(on)s 下发%(period)s，要求基层 %(due)s 前报送，只有 %(days)s 个工作日。")
NEVER = N_("%(period)s没有一次到时间，这一期不会下发。")


class OpenedPeriod(NamedTuple):
    """What one moment of a schedule opens."""

    on: date
    period: str
    due_on: date
    """When the lowest level is to have answered."""


def openings(
    moments: Iterator[Moment], due: DueRule, below: int, calendar: Calendar = PUBLISHED
) -> list[OpenedPeriod]:
    """What the next moments open. `below`: working days by which the lowest level is to answer
    before the date of the rule."""
    return [_opening(found, due, below, calendar) for found in islice(moments, LOOKED_AT)]


def _opening(found: Moment, due: DueRule, below: int, calendar: Calendar) -> OpenedPeriod:
    on, period = local_date(found.at), period_of(due.recurrence, found.day)
    final = final_date(due, period, on, calendar=calendar)
    return OpenedPeriod(on, period, calendar.add_workdays(final, -below) if below else final)


def list_misfits(
    opened: Sequence[OpenedPeriod], due: DueRule, floor: int, calendar: Calendar = PUBLISHED
) -> list[Sentence]:
    """What is odd about these openings: the first of each kind, as questions to an officer."""
    found = (_too_late(opened, floor, calendar), _twice(opened), _left_out(opened, due))
    return [sentence for sentence in found if sentence]


def _too_late(opened: Sequence[OpenedPeriod], floor: int, calendar: Calendar) -> Sentence | None:
    for each in opened:
        left = workdays_left(calendar, each.on, each.due_on)
        on, due, period = told_day(each.on), told_day(each.due_on), period_words(each.period)
        values = {"on": on, "due": due, "period": period, "days": left}
        if each.due_on < each.on:
            return Sentence(PAST, values)
        if under_floor(calendar, each.on, each.due_on, floor):
            return Sentence(SHORT, values)
    return None


def _twice(opened: Sequence[OpenedPeriod]) -> Sentence | None:
    for first, second in pairwise(opened):
        if first.period == second.period:
            values = {"period": period_words(first.period), "on": told_day(second.on)}
            return Sentence(
                N_("%(period)s不止一次到时间：第一次下发，%(on)s 等其余几次什么也不做。"), values
            )
    return None


def _left_out(opened: Sequence[OpenedPeriod], due: DueRule) -> Sentence | None:
    for first, second in pairwise(opened):
        following = period_of(due.recurrence, period_dates(first.period)[1] + timedelta(days=1))
        if second.period not in (first.period, following):
            return Sentence(NEVER, {"period": period_words(following)})
    return None
