"""The board of a campaign: what each level has done with each measure, and where the time stands.

A level's bar has five parts that add up to all units of the level: what is not reached yet, what
waits at units, what was released, what was answered, what was reviewed. Answers are counted by
`rules.assignments.counting`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class LanePart(StrEnum):
    """How far a unit of a level has got with a measure."""

    REVIEWED = "reviewed"
    ANSWERED = "answered"
    RELEASED = "released"
    """Passed on to the units below, and not answered. The lowest units pass nothing on."""
    WAITING = "waiting"
    """Reached, and neither passed on nor answered."""
    NOT_YET = "not_yet"


@dataclass(frozen=True)
class LevelLane:
    """One level of one measure below a unit, as counts of units."""

    level: str
    issued: int
    released: int
    submitted: int
    approved: int
    returned: int
    overdue: int
    to_come: int = 0
    """Units of the level that the measure has still to reach."""

    @property
    def units(self) -> int:
        """All units of the level that the measure is meant for: the denominator."""
        return self.issued + self.to_come

    @property
    def parts(self) -> dict[LanePart, int]:
        """The five parts, in the order in which a bar is drawn; their sum is `units`."""
        gone_on = max(self.released, self.submitted)
        return {
            LanePart.REVIEWED: self.approved,
            LanePart.ANSWERED: self.submitted - self.approved,
            LanePart.RELEASED: gone_on - self.submitted,
            LanePart.WAITING: self.issued - gone_on,
            LanePart.NOT_YET: self.to_come,
        }


@dataclass(frozen=True)
class KeptCoverage:
    """The answers of one measure and period as they were at the end of a day."""

    measure_id: int
    period: str
    day: date
    reported: int
    reviewed: int


@dataclass(frozen=True)
class CoveragePoint:
    """The answers of all measures together at the end of a day."""

    day: date
    reported: int
    reviewed: int


def coverage_by_day(kept: Iterable[KeptCoverage], now: CoveragePoint) -> list[CoveragePoint]:
    """The answers day by day, up to those of `now`. A day on which nothing was kept is like the day
    before; what is kept of `now.day` itself gives way to `now`."""
    by_day: dict[date, list[KeptCoverage]] = {}
    for row in kept:
        if row.day < now.day:
            by_day.setdefault(row.day, []).append(row)
    points: list[CoveragePoint] = []
    latest: dict[tuple[int, str], KeptCoverage] = {}
    day = min(by_day, default=now.day)
    while day < now.day:
        latest.update({(row.measure_id, row.period): row for row in by_day.get(day, ())})
        reported = sum(row.reported for row in latest.values())
        points.append(CoveragePoint(day, reported, sum(row.reviewed for row in latest.values())))
        day += timedelta(days=1)
    return [*points, now]


@dataclass(frozen=True)
class TimeMark:
    """A day on the time line."""

    day: date
    place: float
    """From 0, the first day, to 1, the last one."""
    labelled: bool
    """There is room for the date below the mark."""


def time_marks(days: Iterable[date], *, room: float) -> list[TimeMark]:
    """The days in order. A date is written only `room` (a share of the line) after the one before
    it; the first and the last date always are."""
    ordered = sorted(set(days))
    if not ordered:
        return []
    first, span = ordered[0], max((ordered[-1] - ordered[0]).days, 1)
    marks: list[TimeMark] = []
    written = -room
    for day in ordered:
        place = (day - first).days / span
        is_last = day == ordered[-1]
        fits = place - written >= room and (is_last or 1 - place >= room)
        labelled = fits or is_last or not marks
        written = place if labelled else written
        marks.append(TimeMark(day, place, labelled))
    return marks


def shade(part: int, whole: int) -> int:
    """How dark the tile of a unit is: 0 for nothing or nothing asked, then by quarters to 4; 5 for
    all."""
    if not whole or not part:
        return 0
    return 5 if part >= whole else 1 + part * 4 // whole


def in_order(levels: Sequence[str], lanes: Mapping[str, LevelLane]) -> list[LevelLane]:
    """The lanes of the levels that the measure is meant for, from the top down."""
    return [lanes[level] for level in levels if level in lanes and lanes[level].units]
