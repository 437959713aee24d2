"""A schedule as a person types it: what the schedule starts, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time

from models import Schedule, Shift
from rules.dates.calendar import WEEKDAY_NAMES
from rules.dates.schedule_words import read_words
from rules.dates.timetable import LAST_DAY, LONGEST_DAY, Rhythm, Timing, moment, read_cron
from rules.forms.field_values import plain, read_date
from rules.sentences.faults import Fault, Faults
from rules.sentences.refusal import N_, Refusal
from services.campaigns.schedules import Bounds
from web.edge.pages.rendering import moment as told_moment
from web.edge.viewer.language import Words
from web.edge.viewer.security import read_id

RELEASE, PERIODS, REPORTS = "release", "periods", "reports"
TITLES = {
    RELEASE: N_("定时下发措施"),
    PERIODS: N_("按周期下发措施"),
    REPORTS: N_("定时生成报告"),
}
"""The three purposes of schedules."""
RHYTHM_NAMES = {
    Rhythm.DAILY: N_("每天"),
    Rhythm.WEEKLY: N_("每周"),
    Rhythm.MONTHLY: N_("每月"),
    Rhythm.QUARTERLY: N_("每季度"),
    Rhythm.HALF_YEARLY: N_("每半年"),
    Rhythm.YEARLY: N_("每年"),
}
SHIFT_NAMES = {
    Shift.KEEP: N_("照常办理"),
    Shift.BEFORE: N_("提前到前一个工作日"),
    Shift.AFTER: N_("顺延到下一个工作日"),
    Shift.ONLY: N_("不办理"),
}
_SHIFTED = {
    Shift.BEFORE: N_("遇休息日提前"),
    Shift.AFTER: N_("遇休息日顺延"),
    Shift.ONLY: N_("遇休息日不办"),
}
MONTH_DAYS = (*range(1, LONGEST_DAY + 1), LAST_DAY)
YEAR_DAYS = (*range(1, 32), LAST_DAY)
DEFAULT_CLOCK = time(8, 30)
LONGEST_WORDS = 60
_DAY = re.compile(r"[0-9]{1,2}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def timing_in_words(words: Words, timing: Timing) -> str:
    """When a repeating schedule starts its work: rhythm, day and time of day, and what becomes of
    days off."""
    if timing.rhythm is Rhythm.DAILY and timing.shift is Shift.ONLY:
        return f"{words.say(N_('每个工作日'))} {timing.at:%H:%M}"
    named = _NAMED_DAYS.get((timing.day, timing.shift)) if timing.rhythm in _BY_MONTH else None
    said = [words.say(RHYTHM_NAMES[timing.rhythm]), *_day_in_words(words, timing, named)]
    said.append(f"{timing.at:%H:%M}")
    if timing.shift in _SHIFTED and named is None:
        said.append(words.say(_SHIFTED[timing.shift]))
    return " ".join(said)


_BY_MONTH = (Rhythm.MONTHLY, Rhythm.QUARTERLY, Rhythm.HALF_YEARLY, Rhythm.YEARLY)
_NAMED_DAYS = {
    (LAST_DAY, Shift.BEFORE): N_("最后一个工作日"),
    (1, Shift.AFTER): N_("第一个工作日"),
}
_MONTH = N_("%(month)s月")


def _day_in_words(words: Words, timing: Timing, named: str | None) -> list[str]:
    """The day of a rhythm; `named` is a msgid for a day that has a name of its own."""
    if timing.rhythm is Rhythm.DAILY:
        return []
    if timing.rhythm is Rhythm.WEEKLY:
        return [words.say(WEEKDAY_NAMES[timing.day])]
    said = [words.say(named) if named else day_in_words(words, timing.day)]
    if timing.rhythm is Rhythm.YEARLY:
        return [words.say(_MONTH, month=timing.month), *said]
    first = timing.rhythm is not Rhythm.MONTHLY and timing.day != LAST_DAY
    return [words.say(N_("首月")), *said] if first else said


def day_in_words(words: Words, day: int) -> str:
    """A day of the month; `LAST_DAY` is its last one."""
    return words.say(N_("最后一天")) if day == LAST_DAY else words.say(N_("%(day)s日"), day=day)


def told_timing(words: Words, schedule: Schedule) -> str:
    """The rhythm of a schedule that recurs. Fields that nobody can have chosen stay as they are."""
    try:
        return timing_in_words(words, read_cron(schedule.cron, schedule.shift))
    except (ValueError, Refusal):
        return schedule.cron


def release_in_words(words: Words, schedule: Schedule) -> str:
    """What a schedule does with its measure, and when."""
    if schedule.once_at:
        return plan_in_words(words, schedule.once_at)
    return words.say(N_("按周期下发：%(when)s"), when=told_timing(words, schedule))


def plan_in_words(words: Words, when: datetime | Timing, *, for_reports: bool = False) -> str:
    """A release at a moment, or again and again, or reports."""
    if isinstance(when, datetime):
        return words.say(N_("定时下发：%(when)s"), when=told_moment(when))
    msgid = N_("生成报告：%(when)s") if for_reports else N_("按周期下发：%(when)s")
    return words.say(msgid, when=timing_in_words(words, when))


@dataclass(frozen=True)
class TypedSchedule:
    """What stands in the inputs; `subject` is the id of a measure or campaign."""

    subject: str = ""
    words: str = ""
    """The time in the office's own words; empty: it is chosen below."""
    rhythm: str = Rhythm.MONTHLY
    day: str = ""
    at: str = "08:30"
    weekday: str = "1"
    month_day: str = "1"
    month: str = "12"
    shift: str = Shift.KEEP
    starts_on: str = ""
    ends_on: str = ""

    @classmethod
    def read(cls, typed: Mapping[str, Sequence[str]]) -> TypedSchedule:
        """The inputs of a sent page."""
        names = [field.name for field in fields(cls)]
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
        """The rhythm of a repeating schedule, as written or as chosen."""
        if self.words:
            return self._read_words(faults)
        at = self._read_clock(faults)
        typed = self.weekday if self.rhythm == Rhythm.WEEKLY else self.month_day
        numbers = _DAY.fullmatch(typed) and _DAY.fullmatch(self.month)
        if self.rhythm not in RHYTHM_NAMES or self.shift not in set(Shift) or not numbers:
            faults["rhythm"] = Fault(N_("请选择执行频次和日期。"))
            return None
        rhythm, shift = Rhythm(self.rhythm), Shift(self.shift)
        try:
            timing = Timing(rhythm, at or DEFAULT_CLOCK, int(typed), int(self.month), shift)
        except Refusal as refusal:
            faults["rhythm"] = Fault.of(refusal.sentence)
            return None
        return timing if at is not None else None

    def _read_words(self, faults: Faults) -> Timing | None:
        try:
            return read_words(self.words[:LONGEST_WORDS], DEFAULT_CLOCK)
        except Refusal as refusal:
            faults["words"] = Fault.of(refusal.sentence)
            return None

    def read_bounds(self, faults: Faults) -> Bounds:
        """From when to when; an empty input is no bound."""
        return Bounds(self._read_bound("starts_on", faults), self._read_bound("ends_on", faults))

    def _read_bound(self, name: str, faults: Faults) -> date | None:
        typed: str = getattr(self, name)
        found = read_date(typed) if typed else ""
        if isinstance(found, Fault):
            faults[name] = found
            return None
        return date.fromisoformat(found) if found else None

    def _read_clock(self, faults: Faults) -> time | None:
        found = _CLOCK.fullmatch(plain(self.at))
        if found is None:
            faults["at"] = Fault(N_("请按“08:30”的格式填写时间。"))
            return None
        return time(int(found[1]), int(found[2]))
