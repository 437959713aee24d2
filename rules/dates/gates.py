"""Gates and time: until when a unit may hold a measure, so that the lowest level keeps its days.

A measure that goes down on a day leaves the working days after that day, up to the due date of the
lowest level (`rules.dates.floor`). Where waiting longer would leave fewer than the floor, a gate
opens at once.

Rules after receipt count the days of the lowest level from its own receipt, so waiting takes
nothing from them. An earlier due date that a unit above has set counts for every rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from models import Measure
from rules.dates.calendar import Calendar
from rules.dates.due import DueRule, due_dates, parse_due


@dataclass(frozen=True)
class Way:
    """How a measure goes down the levels in one period."""

    due: DueRule
    levels: Sequence[str]
    """Codes of the levels below the issuer that the measure reaches, from the top down."""
    period: str
    review_days: int
    calendar: Calendar
    off_to_before: bool = False
    """A due date on a day off becomes the working day before."""

    @classmethod
    def of(cls, measure: Measure, levels: Sequence[str], period: str, calendar: Calendar) -> Way:
        """The way of a measure that has a due rule."""
        due, off_to_before = parse_due(measure.due_rule), measure.off_to_before
        return cls(due, levels, period, measure.review_days, calendar, off_to_before)

    def last_day(
        self, level: str, lower_due_on: date | None, floor: int, today: date
    ) -> date | None:
        """The last day on which a unit of `level` may hold the measure; None: any day."""
        lowest_due = self.lowest_due(level, lower_due_on, today)
        return None if lowest_due is None else last_day_to_hold(lowest_due, floor, self.calendar)

    def must_open(self, level: str, lower_due_on: date | None, floor: int, today: date) -> bool:
        """Whether the gate of a unit of `level` opens at once, because waiting would leave the
        lowest level too few days."""
        last = self.last_day(level, lower_due_on, floor, today)
        return last is not None and last <= today

    def lowest_due(self, level: str, lower_due_on: date | None, today: date) -> date | None:
        """When the lowest level below a unit of `level` is due; None: the rule counts the days of
        the lowest level from its receipt.

        `lower_due_on`: the earlier due date for everything below the unit, where one is set.
        """
        by_rule = None if self.due.after_receipt else self._dates(today)[self.levels[-1]]
        if lower_due_on is None or level not in self.levels:
            return by_rule
        left = lower_due_on
        for _level in self.levels[self.levels.index(level) + 2 :]:
            left = tightened(left, self.review_days, today, self.calendar)
        return left if by_rule is None else min(left, by_rule)

    def _dates(self, today: date) -> dict[str, date]:
        return due_dates(
            self.due,
            list(self.levels),
            period=self.period,
            received=today,
            review_days=self.review_days,
            calendar=self.calendar,
            off_to_before=self.off_to_before,
        )


class Opening(NamedTuple):
    """When a gate opens by itself."""

    on: date
    for_time: bool
    """Before the gate's own time, so that the lowest level keeps its days."""


def opening(
    way: Way, level: str, *, own: date, lower_due_on: date | None, floor: int, today: date
) -> Opening:
    """When the gate of a unit of `level` opens by itself. `own`: the day on which the gate's own
    time is over."""
    last = way.last_day(level, lower_due_on, floor, today)
    if last is None or last >= own:
        return Opening(own, False)
    return Opening(last, True)


def tightened(cap: date, review_days: int, today: date, calendar: Calendar) -> date:
    """The due date that `cap`, an earlier due date set above, leaves for the next level down.

    The review takes off `review_days` working days, but the result does not go back beyond `today`.
    """
    earlier = calendar.add_workdays(cap, -review_days) if review_days else cap
    return max(earlier, min(cap, today))


def last_day_to_hold(lowest_due: date, floor: int, calendar: Calendar) -> date:
    """The last day on which a measure that goes down leaves `floor` whole working days to a level
    that is due on `lowest_due`. On that day the gate opens."""
    last = calendar.at_latest(lowest_due)
    return calendar.add_workdays(last, -floor) if floor else last
