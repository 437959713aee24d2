"""Timetables: the rhythms of schedules, the five cron fields of each, and its days.

Nobody types cron: an office writes or chooses a rhythm, a day and a time of day, all in
Asia/Shanghai. The five cron fields are what Prefect's schedules understand. What they cannot say
stands beside them: `Shift` says what becomes of a day on which offices do not work, so that the
last working day of a month is its last day, or the working day before.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from cronsim import CronSim, CronSimError

from models.schedule import Shift
from rules.dates.calendar import SHANGHAI
from rules.sentences.refusal import N_, Refusal

LAST_DAY = 0
"""Stands for the last day of a month, quarter, half-year or year."""
LONGEST_DAY = 28
"""The latest day that every month has. Offices choose `LAST_DAY` for later days."""
LEAP_YEAR = 2028


class Rhythm(StrEnum):
    """How often a schedule starts its work."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"


_MONTHS = {
    Rhythm.MONTHLY: ("*", "*"),
    Rhythm.QUARTERLY: ("1,4,7,10", "3,6,9,12"),
    Rhythm.HALF_YEARLY: ("1,7", "6,12"),
}
"""Rhythm → the months of its day, and those of its last day, as a cron field."""


@dataclass(frozen=True)
class Timing:
    """A rhythm with its day and time of day.

    `day` is the weekday (1 Monday … 7 Sunday) of a weekly rhythm, or a day of the month, or
    `LAST_DAY`. A quarterly or half-yearly rhythm takes its day in the first month; with `LAST_DAY`
    it takes its very last day. A yearly rhythm takes its day in `month`.
    """

    rhythm: Rhythm
    at: time
    day: int = 1
    month: int = 12
    """Yearly rhythms only."""
    shift: Shift = Shift.KEEP

    def __post_init__(self) -> None:
        if self.rhythm is Rhythm.ONCE:
            raise Refusal(N_("只执行一次的安排没有周期。"))
        if self.rhythm is Rhythm.WEEKLY and not 1 <= self.day <= 7:
            raise Refusal(N_("请选择星期一至星期日中的一天。"))
        if self.rhythm in _MONTHS:
            _check_month_day(self.day)
        if self.rhythm is Rhythm.YEARLY:
            _check_year_day(self.month, self.day)

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
        if self.rhythm is Rhythm.YEARLY:
            return str(self.month)
        return _MONTHS[self.rhythm][self.day == LAST_DAY]


def _check_month_day(day: int) -> None:
    """Raises `Refusal` for a day that some months do not have."""
    if 29 <= day <= 31:
        raise Refusal(
            N_("有的月份没有%(day)s日，那个月就不会办理。请写“最后一天”，或1日至28日之间的一天。"),
            day=day,
        )
    if not LAST_DAY <= day <= LONGEST_DAY:
        raise Refusal(N_("日期须在1日至28日之间，或选择最后一天。"))


def _check_year_day(month: int, day: int) -> None:
    """Raises `Refusal` for a day that no year has, or not every year."""
    if not 1 <= month <= 12:
        raise Refusal(N_("一年只有1月至12月。"))
    longest = monthrange(LEAP_YEAR, month)[1]
    if not LAST_DAY <= day <= longest:
        raise Refusal(
            N_("%(month)s月没有%(day)s日，这个安排永远不会办理。%(month)s月的最后一天请写“%(month)s月最后一天”。"),
            month=month, day=day,
        )  # fmt: skip
    if (month, day) == (2, 29):
        raise Refusal(N_("只有闰年才有2月29日。请写“2月最后一天”。"))


def read_cron(cron: str, shift: Shift = Shift.KEEP) -> Timing:
    """The timing whose `cron` is these five fields. Knows only what `Timing.cron` writes, and
    raises ValueError for other fields."""
    minute, hour, day, months, weekday = cron.split()
    at = time(int(hour), int(minute))
    if weekday != "*":
        timing = Timing(Rhythm.WEEKLY, at, int(weekday) or 7, shift=shift)
    elif day == "*":
        timing = Timing(Rhythm.DAILY, at, shift=shift)
    else:
        rhythm = next((each for each, both in _MONTHS.items() if months in both), Rhythm.YEARLY)
        month = int(months) if rhythm is Rhythm.YEARLY else 12
        timing = Timing(rhythm, at, LAST_DAY if day == "L" else int(day), month, shift)
    if timing.cron != cron:
        raise ValueError(cron)
    return timing


def days_after(cron: str, day: date) -> Iterator[datetime]:
    """The moments (Asia/Shanghai) at which `cron` starts on days after `day`. There are none for
    fields that name a day no year has."""
    try:
        return CronSim(cron, datetime.combine(day, time(23, 59), SHANGHAI))
    except CronSimError:
        return iter(())


def moment(day: date, at: time) -> datetime:
    """The moment (UTC) of a day and time of day in Asia/Shanghai."""
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)
