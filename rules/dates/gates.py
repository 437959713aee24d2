"""Gates and time: until when a unit may hold a measure, so that the lowest level keeps its days.

A measure that goes down on a day leaves the working days after that day, up to the due date of the
lowest level (`rules.dates.floor`). Where waiting longer would leave fewer than the floor, a gate
opens at once.

Rules after receipt count the days of the lowest level from its own receipt, so waiting takes
nothing from them. An earlier due date that a unit above has set counts for every rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from rules.dates.calendar import add_workdays, is_workday
from rules.dates.due import DueRule, due_dates


@dataclass(frozen=True)
class Way:
    """How a measure goes down the levels in one period."""

    due: DueRule
    levels: Sequence[str]
    """Codes of the levels below the issuer that the measure reaches, from the top down."""
    period: str
    review_days: int

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
            left = tightened(left, self.review_days, today)
        return left if by_rule is None else min(left, by_rule)

    def _dates(self, today: date) -> dict[str, date]:
        return due_dates(
            self.due,
            list(self.levels),
            period=self.period,
            received=today,
            review_days=self.review_days,
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
    lowest_due = way.lowest_due(level, lower_due_on, today)
    if lowest_due is None or (last := last_day_to_hold(lowest_due, floor)) >= own:
        return Opening(own, False)
    return Opening(last, True)


def tightened(cap: date, review_days: int, today: date) -> date:
    """The due date that `cap`, an earlier due date set above, leaves for the next level down.

    The review takes off `review_days` working days, but the result does not go back beyond `today`.
    """
    earlier = add_workdays(cap, -review_days) if review_days else cap
    return max(earlier, min(cap, today))


def last_day_to_hold(lowest_due: date, floor: int) -> date:
    """The last day on which a measure that goes down leaves `floor` whole working days to a level
    that is due on `lowest_due`. On that day the gate opens."""
    last = lowest_due if is_workday(lowest_due) else add_workdays(lowest_due, -1)
    return add_workdays(last, -floor) if floor else last


def must_open(lowest_due: date | None, floor: int, today: date) -> bool:
    """Whether a gate opens at once, because waiting would leave the lowest level too few days."""
    return lowest_due is not None and last_day_to_hold(lowest_due, floor) <= today
