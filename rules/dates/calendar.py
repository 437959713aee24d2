"""Working days of mainland China, with make-up days, in Asia/Shanghai.

Source: the State Council's yearly notice on public holidays, as the chinesecalendar package
contains it. In a year whose notice is not known yet, Monday to Friday count as working days, except
for the days that the law itself fixes. Pages say so with the help of `known_until`.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar
from chinese_calendar.constants import holidays

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
_KNOWN_FROM = 2004
_KNOWN_UNTIL = date(max(day.year for day in holidays), 12, 31)


def local_date(now: datetime) -> date:
    """The date in Asia/Shanghai at `now` (aware)."""
    return now.astimezone(SHANGHAI).date()


def local_time(now: datetime) -> datetime:
    """`now` (aware) on an Asia/Shanghai clock."""
    return now.astimezone(SHANGHAI)


def known_until() -> date:
    """The last day of the last year whose holidays are known."""
    return _KNOWN_UNTIL


@lru_cache(maxsize=4_096)
def is_workday(day: date) -> bool:
    """Whether offices work on `day`. Cached, because chinesecalendar walks through all years."""
    if day.year < _KNOWN_FROM:
        return day.weekday() < 5
    if day > _KNOWN_UNTIL:
        return day.weekday() < 5 and day not in lawful_days(day.year)
    return bool(chinese_calendar.is_workday(day))


def add_workdays(day: date, count: int) -> date:
    """The working day `count` working days after `day`, or before `day` where `count` is negative.

    With a count of 0: `day` itself where `day` is a working day, else the next working day.
    """
    step = timedelta(days=-1 if count < 0 else 1)
    if count == 0:
        while not is_workday(day):
            day += step
        return day
    for _ in range(abs(count)):
        day += step
        while not is_workday(day):
            day += step
    return day


def workdays_between(first: date, last: date) -> int:
    """The number of working days after `first` up to and including `last`; negative if `last` is
    earlier."""
    if last < first:
        return -workdays_between(last, first)
    days = (last - first).days
    return sum(is_workday(first + timedelta(days=number)) for number in range(1, days + 1))
