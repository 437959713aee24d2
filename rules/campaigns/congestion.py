"""Congestion: what falls due at the units that a measure is meant for, day by day, and on which day
there is room.

Units with the same tags are a group, and everything due is known as counts. Where a measure is due
at some units of a group only, the units are taken as mixed evenly: the figures are then estimates,
and they cost the same for fifty units and for fifty thousand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

ROOM = 60
"""The minutes that the forms of one day take at most at 95 of 100 units, if there is room."""
WITHOUT_FORM = 5
"""The minutes that an answer in words takes."""
_RARE = 1e-4
"""A share of units below which a number of minutes is left out."""


@dataclass(frozen=True)
class AlikeUnits:
    """Units that the same measures are meant for."""

    units: int
    measures: frozenset[int]


@dataclass(frozen=True)
class DueWork:
    """A measure that is due on a day at so many units of the level."""

    measure_id: int
    day: date
    units: int
    minutes: int
    """What the form takes one unit."""


@dataclass(frozen=True)
class DayLoad:
    """What falls due on one day at the units that a measure is meant for."""

    day: date
    measures: int
    median: int
    """Minutes that half of the units need at most."""
    high: int
    """Minutes that 95 of 100 units need at most."""


def day_loads(
    groups: Sequence[AlikeUnits], meant: int, work: Iterable[DueWork], days: Iterable[date]
) -> list[DayLoad]:
    """What falls due on each of the days at the units that the measure `meant` is meant for.

    `groups`: all units of the level, also those for which `meant` is not.
    """
    by_day: dict[date, list[DueWork]] = defaultdict(list)
    for due in work:
        by_day[due.day].append(due)
    reach: Counter[int] = Counter()
    for group in groups:
        reach.update(dict.fromkeys(group.measures, group.units))
    wanted = [group for group in groups if meant in group.measures and group.units]
    return [_day_load(day, wanted, by_day.get(day, ()), reach) for day in days]


def _day_load(
    day: date, groups: Sequence[AlikeUnits], work: Iterable[DueWork], reach: Mapping[int, int]
) -> DayLoad:
    shares: dict[int, float] = defaultdict(float)
    seen: set[int] = set()
    for group in groups:
        own = [due for due in work if due.measure_id in group.measures]
        seen.update(due.measure_id for due in own)
        for minutes, share in _minutes_of(own, reach).items():
            shares[minutes] += share * group.units
    return DayLoad(day, len(seen), quantile(shares, 0.5), quantile(shares, 0.95))


def _minutes_of(work: Iterable[DueWork], reach: Mapping[int, int]) -> dict[int, float]:
    """Minutes → the share of a group's units that need so many."""
    shares = {0: 1.0}
    for due in work:
        part = min(1.0, due.units / max(reach[due.measure_id], 1))
        mixed: dict[int, float] = defaultdict(float)
        for minutes, share in shares.items():
            mixed[minutes] += share * (1 - part)
            mixed[minutes + due.minutes] += share * part
        shares = {minutes: share for minutes, share in mixed.items() if share > _RARE}
    return shares


def quantile(shares: Mapping[int, float], part: float) -> int:
    """The number of minutes that `part` of the units need at most; 0 where there are none."""
    wanted, so_far = part * sum(shares.values()), 0.0
    for minutes in sorted(shares):
        so_far += shares[minutes]
        if so_far >= wanted - 1e-9:
            return minutes
    return 0


def day_with_room(
    loads: Sequence[DayLoad], minutes: int, wanted: date, earliest: date
) -> DayLoad | None:
    """The day for a form of so many minutes: that nearest to `wanted` with room, the later one of
    two; without room on any day the one with the least minutes. None where every day is before
    `earliest`."""
    able = [load for load in loads if load.day >= earliest]
    roomy = [load for load in able if load.high + minutes <= ROOM]
    if roomy:
        return min(roomy, key=lambda load: (abs((load.day - wanted).days), load.day < wanted))
    least = min((load.high for load in able), default=0)
    quiet = [load for load in able if load.high == least]
    return min(quiet, key=lambda load: abs((load.day - wanted).days), default=None)
