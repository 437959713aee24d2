"""Where the working days went: every day of an assignment is booked to exactly one holder.

The life of an assignment goes from the day it is issued to its approval, closing or withdrawal. A
working day is booked to whoever held the assignment when the day began, so the day of issue counts
for nobody, and the day of a step counts for whoever made the step.

Days are not stored. A step at a date takes the assignment from one holder to another: it ends the
one's days and begins the other's. With working days numbered one after the other, the days of all
holders are therefore sums over steps, however many assignments took the step on the same day.

While the units below still work, the days of a unit that has passed the measure on are nobody's
here: they are booked below already, in the assignments of the units below.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from models import Status


class Holder(StrEnum):
    """With whom an assignment lies."""

    GATE = "gate"
    """With the unit, which has not passed the measure on."""
    BELOW = "below"
    """With the units below."""
    WRITE = "write"
    """With the unit, which fills in, or sums up what the units below have sent."""
    MEND = "mend"
    """With the unit, to which the answer was returned."""
    REVIEW = "review"
    """With the unit above, which has the answer to review, or a refusal to rule about."""


LIES_WITH: Mapping[Status, Holder | None] = {
    Status.ISSUED: Holder.GATE,
    Status.ACKNOWLEDGED: Holder.GATE,
    Status.RELEASED: Holder.BELOW,
    Status.SUBMITTED: Holder.REVIEW,
    Status.RETURNED: Holder.MEND,
    Status.APPROVED: None,
    Status.CLOSED: None,
    Status.WITHDRAWN: None,
    Status.DECLINED: Holder.REVIEW,
    Status.HANDED_OVER: None,
    Status.EXCUSED: None,
}
"""None: the life of the assignment is over."""


class Lot(NamedTuple):
    """Assignments that are booked together."""

    top_id: int
    """The unit for whose table they are booked."""
    level: str
    lowest: bool
    unit_id: int | None
    """None: units of the lowest level, which are never told one by one."""
    above_id: int | None
    above_level: str | None


class Crossing(NamedTuple):
    """A step that `times` assignments of a lot took on the same day."""

    lot: Lot
    left: Status | None
    """None: the life of the assignments begins, or begins again."""
    entered: Status | None
    """None: the life ends, or the day is the last of the account."""
    on: date
    below_done_on: date | None
    """When the last unit directly below was approved; None: some are not."""
    times: int


Booked = Mapping[Lot, Counter[Holder]]
"""Lot → holder → working days."""


def book(crossings: Iterable[Crossing], number: Callable[[date], int]) -> Booked:
    """The working days of each holder. `number`: how many working days there are up to a date."""
    booked: dict[Lot, Counter[Holder]] = defaultdict(Counter)
    for crossing in crossings:
        days = booked[crossing.lot]
        for status, sign in ((crossing.left, 1), (crossing.entered, -1)):
            if status is None or (holder := holder_of(status, crossing.lot.lowest)) is None:
                continue
            day = number(crossing.on)
            done = crossing.below_done_on
            below = min(day, number(done)) if holder == Holder.BELOW and done else day
            days[holder] += sign * crossing.times * below
            days[Holder.WRITE] += sign * crossing.times * (day - below)
    return booked


def holder_of(status: Status, lowest: bool) -> Holder | None:
    """With whom an assignment in `status` lies, before the units below are done."""
    holder = LIES_WITH[status]
    return Holder.WRITE if lowest and holder == Holder.GATE else holder


@dataclass(frozen=True)
class Held:
    """The working days that lay with one level or one unit."""

    assignments: int = 0
    """The level's or the unit's own."""
    gate: int = 0
    write: int = 0
    mend: int = 0
    review: int = 0
    """Days for which answers of the units below waited for review."""
    sent: int = 0
    """How often an answer was sent up for that review."""

    @property
    def days(self) -> int:
        """All days together."""
        return self.gate + self.write + self.mend + self.review

    def plus(self, **more: int) -> Held:
        """With `more` days or counts."""
        return Held(**{name: getattr(self, name) + more.get(name, 0) for name in NAMES})


NAMES = tuple(Held.__dataclass_fields__)


@dataclass(frozen=True)
class HeldTable:
    """Where the days went below and at one unit."""

    levels: Mapping[str, Held]
    """Code of a level → what lay with its units."""
    units: Mapping[int, Held]
    """Id of a unit above the lowest level → what lay with it."""
    below: int
    """Days of units in between that waited for their lower units: booked below already."""

    @property
    def held(self) -> int:
        """The days that lay with somebody."""
        return sum(held.days for held in self.levels.values())

    @property
    def days(self) -> int:
        """All working days of all assignments: each is with a level, or `below`."""
        return self.held + self.below

    @property
    def assignments(self) -> int:
        return sum(held.assignments for held in self.levels.values())

    def longest(self, most: int) -> list[tuple[int, Held]]:
        """The units with which the most days lay, the most first; none without a day."""
        rows = [(unit_id, held) for unit_id, held in self.units.items() if held.days]
        return sorted(rows, key=lambda row: (-row[1].days, row[0]))[:most]


def tables(
    booked: Booked, counts: Mapping[Lot, int], sent: Mapping[Lot, int]
) -> dict[int, HeldTable]:
    """Top unit → its table. `counts`: how many assignments there are; `sent`: how often an answer
    was sent."""
    made: dict[int, _Sums] = defaultdict(_Sums)
    for lot in {*booked, *counts}:
        days = booked.get(lot, Counter())
        made[lot.top_id].add(lot, days, counts.get(lot, 0), sent.get(lot, 0))
    return {top: HeldTable(sums.levels, sums.units, sums.below) for top, sums in made.items()}


class _Sums:
    """One table that is being added up."""

    def __init__(self) -> None:
        self.levels: dict[str, Held] = defaultdict(Held)
        self.units: dict[int, Held] = defaultdict(Held)
        self.below = 0

    def add(self, lot: Lot, days: Counter[Holder], count: int, sent: int) -> None:
        own = {
            "assignments": count,
            **{str(holder): days[holder] for holder in (Holder.GATE, Holder.WRITE, Holder.MEND)},
        }
        review = {"review": days[Holder.REVIEW], "sent": sent}
        self.below += days[Holder.BELOW]
        self._add(lot.level, lot.unit_id, own)
        self._add(lot.above_level or lot.level, lot.above_id or lot.unit_id, review)

    def _add(self, level: str, unit_id: int | None, more: dict[str, int]) -> None:
        self.levels[level] = self.levels[level].plus(**more)
        if unit_id is not None:
            self.units[unit_id] = self.units[unit_id].plus(**more)
