"""Working days of mainland China, with make-up days, in Asia/Shanghai.

A `Calendar` knows the days on which offices work although it is a weekend, and those on which they
do not work although it is none. `PUBLISHED` is the calendar of the State Council's yearly notices
on public holidays, as the chinesecalendar package contains them. In a year whose notice is not
known yet, Monday to Friday count as working days, except for the days that the law itself fixes.
Pages say so with the help of `Calendar.known_until`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from chinese_calendar.constants import Holiday, holidays, workdays

from rules.dates.lawful_days import lawful_days
from rules.sentences.sentence import N_

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAY_NAMES = {
    1: N_("星期一"),
    2: N_("星期二"),
    3: N_("星期三"),
    4: N_("星期四"),
    5: N_("星期五"),
    6: N_("星期六"),
    7: N_("星期日"),
}
"""ISO weekday → its name."""


def local_date(now: datetime) -> date:
    """The date in Asia/Shanghai at `now` (aware)."""
    return now.astimezone(SHANGHAI).date()


def local_time(now: datetime) -> datetime:
    """`now` (aware) on an Asia/Shanghai clock."""
    return now.astimezone(SHANGHAI)


_LAW_SINCE = 2025
"""The first year of the holidays that `lawful_days` knows. They are off whether or not somebody has
written the rest of the year down."""


@dataclass(frozen=True, eq=False)
class Calendar:
    """The working days of some units."""

    days: Mapping[date, bool]
    """Days that differ from Monday to Friday → whether offices work on them."""
    known_until: date
    """The last day of the last year whose holidays and make-up days are known."""
    name: str = ""
    """Empty for the calendar of all units that have none of their own."""

    def is_workday(self, day: date) -> bool:
        """Whether offices work on `day`."""
        told = self.days.get(day)
        if told is not None:
            return told
        return day.weekday() < 5 and (day.year < _LAW_SINCE or day not in lawful_days(day.year))

    def add_workdays(self, day: date, count: int) -> date:
        """The working day `count` working days after `day`, or before `day` where `count` is
        negative.

        With a count of 0: `day` itself where `day` is a working day, else the next working day.
        """
        if count == 0:
            return day if self.is_workday(day) else self.add_workdays(day, 1)
        step = timedelta(days=-1 if count < 0 else 1)
        for _ in range(abs(count)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def workdays_between(self, first: date, last: date) -> int:
        """The number of working days after `first` up to and including `last`; negative if `last`
        is earlier."""
        if last < first:
            return -self.workdays_between(last, first)
        days = (last - first).days
        return sum(self.is_workday(first + timedelta(days=number)) for number in range(1, days + 1))

    def at_latest(self, day: date) -> date:
        """`day` where offices work on it, else the working day before."""
        return day if self.is_workday(day) else self.add_workdays(day, -1)

    def changed(
        self, days: Mapping[date, bool | None], *, until: int | None = None, name: str | None = None
    ) -> Calendar:
        """The same calendar with other days; None: the day is like any other of its weekday.

        `until`: the last year that is known.
        """
        kept = {day: works for day, works in {**self.days, **days}.items() if works is not None}
        known = self.known_until if until is None else date(until, 12, 31)
        return Calendar(kept, known, self.name if name is None else name)


PUBLISHED = Calendar(
    {**dict.fromkeys(holidays, False), **dict.fromkeys(workdays, True)},
    date(max(day.year for day in holidays), 12, 31),
)
"""What the State Council has published."""
PUBLISHED_NAMES: Mapping[date, str] = {
    day: Holiday(name).chinese for day, name in (*holidays.items(), *workdays.items())
}
"""Day that differs → the festival, in Chinese, as the notice calls it."""


@dataclass(frozen=True, eq=False)
class Calendars:
    """All calendars of an installation."""

    plain: Calendar = PUBLISHED
    """Of the units that have no other."""
    tagged: Mapping[str, Calendar] = field(default_factory=dict)
    """Tag → the calendar of its units. Of two calendars of a unit the first one counts."""

    def of(self, tags: Collection[str]) -> Calendar:
        """The calendar of a unit with these tags."""
        return next((own for tag, own in self.tagged.items() if tag in tags), self.plain)
