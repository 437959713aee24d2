"""Timetables: the rhythms of schedules, their cron fields, and the next moment of each.

Nobody types cron: an office chooses a rhythm, a day and a time of day, all in Asia/Shanghai. The
five cron fields are what Prefect's schedules understand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from cronsim import CronSim

from rules.dates.calendar import SHANGHAI
from rules.sentences.refusal import N_, Refusal

LAST_DAY = 0
"""Stands for the last day of a month or quarter."""
LONGEST_DAY = 28
"""The latest day that every month has. Offices choose `LAST_DAY` for later days."""


class Rhythm(StrEnum):
    """How often a schedule starts its work."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


@dataclass(frozen=True)
class Timing:
    """A rhythm with its day and time of day.

    `day` is the weekday (1 Monday … 7 Sunday) of a weekly rhythm, or the day of the month (1–28, or
    `LAST_DAY`) of a monthly or quarterly rhythm. A quarterly rhythm takes its day in the first
    month of the quarter; with `LAST_DAY` it takes the last day of the quarter.
    """

    rhythm: Rhythm
    at: time
    day: int = 1

    def __post_init__(self) -> None:
        if self.rhythm is Rhythm.ONCE:
            raise Refusal(N_("只执行一次的安排没有周期。"))
        if self.rhythm is Rhythm.WEEKLY and not 1 <= self.day <= 7:
            raise Refusal(N_("请选择星期一至星期日中的一天。"))
        if self.rhythm in _BY_MONTH and not LAST_DAY <= self.day <= LONGEST_DAY:
            raise Refusal(N_("日期须在1日至28日之间，或选择最后一天。"))

    @property
    def cron(self) -> str:
        """The five cron fields: minute, hour, day of month, month, weekday."""
        clock = f"{self.at.minute} {self.at.hour}"
        if self.rhythm is Rhythm.DAILY:
            return f"{clock} * * *"
        if self.rhythm is Rhythm.WEEKLY:
            return f"{clock} * * {self.day % 7}"
        day = "L" if self.day == LAST_DAY else str(self.day)
        return f"{clock} {day} {self._months} *"

    @property
    def _months(self) -> str:
        if self.rhythm is Rhythm.MONTHLY:
            return "*"
        return "3,6,9,12" if self.day == LAST_DAY else "1,4,7,10"


_BY_MONTH = (Rhythm.MONTHLY, Rhythm.QUARTERLY)


def read_cron(cron: str) -> Timing:
    """The timing whose `cron` is these five fields. Knows only what `Timing.cron` writes."""
    minute, hour, day, months, weekday = cron.split()
    at = time(int(hour), int(minute))
    if weekday != "*":
        return Timing(Rhythm.WEEKLY, at, int(weekday) or 7)
    if day == "*":
        return Timing(Rhythm.DAILY, at)
    rhythm = Rhythm.MONTHLY if months == "*" else Rhythm.QUARTERLY
    return Timing(rhythm, at, LAST_DAY if day == "L" else int(day))


def next_after(cron: str, after: datetime) -> datetime:
    """The first moment (UTC) strictly after `after` (UTC-aware) at which `cron` starts."""
    return next(CronSim(cron, after.astimezone(SHANGHAI))).astimezone(UTC)


def latest_of(cron: str, first: datetime, until: datetime) -> tuple[datetime, int]:
    """The latest moment of `cron` up to `until`, and how many moments lie before it from `first`
    on. `first` is a moment of `cron` itself."""
    latest, before = first, 0
    while (following := next_after(cron, latest)) <= until:
        latest, before = following, before + 1
    return latest, before


def moment(day: date, at: time) -> datetime:
    """The moment (UTC) of a day and time of day in Asia/Shanghai."""
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)
