"""The next times of a schedule, in the words of the pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from models import Campaign, Measure
from rules.dates.calendar import WEEKDAY_NAMES, local_date
from rules.dates.due import parse_due
from rules.dates.periods import period_of, period_words
from rules.dates.recurrence import Moment
from web.edge.viewer.language import Words


@dataclass(frozen=True)
class ComingMoment:
    """One of the next times of a schedule."""

    day: date
    """The day of the rhythm, by which the time is left out."""
    at: datetime
    weekday: str
    period: str
    """Which period is opened, in words; empty for reports."""


def tell_coming(
    words: Words, moments: Iterable[Moment], subject: Measure | Campaign | None
) -> list[ComingMoment]:
    """The moments in words. `subject`: the measure whose periods are opened, if it is one."""
    recurrence = "once"
    if isinstance(subject, Measure):
        recurrence = parse_due(subject.due_rule).recurrence
    return [
        ComingMoment(
            day=found.day,
            at=found.at,
            weekday=words.say(WEEKDAY_NAMES[local_date(found.at).isoweekday()]),
            period=words.say(period_words(period_of(recurrence, found.day))),
        )
        for found in moments
    ]
