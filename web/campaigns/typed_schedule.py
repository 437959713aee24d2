"""A schedule as a person types it: what the schedule starts, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from models import Schedule
from rules.dates.calendar import WEEKDAY_NAMES
from rules.dates.timetable import LAST_DAY, LONGEST_DAY, Rhythm, Timing, moment, read_cron
from rules.forms.field_values import plain, read_date
from rules.sentences.faults import Fault, Faults
from rules.sentences.refusal import N_, Refusal
from web.edge.pages.rendering import moment as told_moment
from web.edge.viewer.language import Words
from web.edge.viewer.security import read_id

RHYTHM_NAMES = {
    Rhythm.DAILY: N_("每天"),
    Rhythm.WEEKLY: N_("每周"),
    Rhythm.MONTHLY: N_("每月"),
    Rhythm.QUARTERLY: N_("每季度"),
}
MONTH_DAYS = (*range(1, LONGEST_DAY + 1), LAST_DAY)
_DAY = re.compile(r"[0-9]{1,2}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def timing_in_words(words: Words, timing: Timing) -> str:
    """When a repeating schedule starts its work: rhythm, day and time of day."""
    said = [words.say(RHYTHM_NAMES[timing.rhythm])]
    if timing.rhythm is Rhythm.WEEKLY:
        said.append(words.say(WEEKDAY_NAMES[timing.day]))
    if timing.rhythm is Rhythm.QUARTERLY and timing.day != LAST_DAY:
        said.append(words.say(N_("首月")))
    if timing.rhythm in (Rhythm.MONTHLY, Rhythm.QUARTERLY):
        said.append(day_in_words(words, timing.day))
    return " ".join([*said, f"{timing.at:%H:%M}"])


def day_in_words(words: Words, day: int) -> str:
    """A day of the month; `LAST_DAY` is its last one."""
    return words.say(N_("最后一天")) if day == LAST_DAY else words.say(N_("%(day)s日"), day=day)


def release_in_words(words: Words, schedule: Schedule) -> str:
    """What a schedule does with its measure, and when."""
    return plan_in_words(words, schedule.once_at or read_cron(schedule.cron))


def plan_in_words(words: Words, when: datetime | Timing) -> str:
    """A release at a moment, or again and again."""
    if isinstance(when, datetime):
        return words.say(N_("定时下发：%(when)s"), when=told_moment(when))
    return words.say(N_("按周期下发：%(when)s"), when=timing_in_words(words, when))


@dataclass(frozen=True)
class TypedSchedule:
    """What stands in the inputs; `subject` is the id of a measure or campaign."""

    subject: str = ""
    rhythm: str = Rhythm.WEEKLY
    day: str = ""
    at: str = "08:30"
    weekday: str = "1"
    month_day: str = "1"

    @classmethod
    def read(cls, typed: Mapping[str, Sequence[str]]) -> TypedSchedule:
        """The inputs of a sent page."""
        names = ("subject", "rhythm", "day", "at", "weekday", "month_day")
        return cls(**{name: typed[name][0].strip() for name in names if typed.get(name)})

    def read_subject(self, faults: Faults) -> int:
        """The id of what was chosen; 0 where nothing was."""
        if subject := read_id(self.subject):
            return subject
        faults["subject"] = Fault(N_("请选择一项。"))
        return 0

    def read_moment(self, faults: Faults) -> datetime | None:
        """The moment of a one-off schedule, in UTC."""
        day, at = read_date(self.day), self._read_clock(faults)
        if isinstance(day, Fault):
            faults["day"] = day
            return None
        return None if at is None else moment(date.fromisoformat(day), at)

    def read_timing(self, faults: Faults) -> Timing | None:
        """The rhythm of a repeating schedule."""
        at = self._read_clock(faults)
        typed = self.weekday if self.rhythm == Rhythm.WEEKLY else self.month_day
        if self.rhythm not in RHYTHM_NAMES or not _DAY.fullmatch(typed):
            faults["rhythm"] = Fault(N_("请选择执行频次和日期。"))
            return None
        try:
            timing = Timing(Rhythm(self.rhythm), at or time(), int(typed))
        except Refusal as refusal:
            faults["rhythm"] = Fault.of(refusal.sentence)
            return None
        return timing if at is not None else None

    def _read_clock(self, faults: Faults) -> time | None:
        found = _CLOCK.fullmatch(plain(self.at))
        if found is None:
            faults["at"] = Fault(N_("请按“08:30”的格式填写时间。"))
            return None
        return time(int(found[1]), int(found[2]))
