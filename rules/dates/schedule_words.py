"""Schedules in an office's own words: 每月25日 09:00, 最后一个工作日 9点半, every Friday 17:00.

The words are taken off the text one after another. What is left over was not understood, and the
refusal names it, so that nobody gets another time than the one that was meant.
"""

from __future__ import annotations

import re
from datetime import time

from models.schedule import Shift
from rules.dates.timetable import LAST_DAY, Rhythm, Timing
from rules.forms.field_values import plain
from rules.sentences.refusal import N_, Refusal

_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")}
_NUMBER = re.compile(r"(二?三?十[一二三四五六七八九]?|[一二三四五六七八九](?=[日号月点时]))")
_WEEKDAYS = {sign: number for number, sign in enumerate("一二三四五六日", 1)} | {"天": 7}
_CLOCK = re.compile(
    r"(?P<part>上午|早上|早晨|凌晨|中午|下午|傍晚|晚上)?(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2})|[点时](?:(?P<half>半)|(?P<spoken>\d{1,2})分?|整)?)"
)
_AFTERNOON = ("下午", "傍晚", "晚上")
_SHIFTS = (
    (re.compile(r"(?:[（(]?(?:如|若)?(?:遇|逢|是)?(?:休息日|节假日|周末|放假|假日)?(?:则|就|时)?)?"
                r"(?:提前|(?:或者?|到|至)(?:其|之)?[前上]一?个?工作日)"
                r"(?:(?:到|至)?[前上]一?个?工作日)?[）)]?"), Shift.BEFORE),
    (re.compile(r"(?:[（(]?(?:如|若)?(?:遇|逢|是)?(?:休息日|节假日|周末|放假|假日)?(?:则|就|时)?)?"
                r"(?:顺延|推后|推迟|(?:或者?|到|至)(?:其|之)?[后下]一?个?工作日)"
                r"(?:(?:到|至)?[后下]一?个?工作日)?[）)]?"), Shift.AFTER),
)  # fmt: skip
_DAYS = (
    (re.compile(r"最后一?个?工作日"), LAST_DAY, Shift.BEFORE),
    (re.compile(r"(?:第一个|首个)工作日"), 1, Shift.AFTER),
    (re.compile(r"最后一[天日]|底|末"), LAST_DAY, None),
)
_DAY = re.compile(r"初?(\d{1,2})[日号]")
_MONTH = re.compile(r"(\d{1,2})月")
_RHYTHMS = (
    (re.compile(r"每个?(?:工作日|上班日)"), Rhythm.DAILY),
    (re.compile(r"每[天日]"), Rhythm.DAILY),
    (re.compile(r"每个?半年度?|半年度?"), Rhythm.HALF_YEARLY),
    (re.compile(r"每个?季度?|季度?(?=[底末])"), Rhythm.QUARTERLY),
    (re.compile(r"每个?月|月(?=[底末])"), Rhythm.MONTHLY),
    (re.compile(r"每年度?|年度?(?=[底末])"), Rhythm.YEARLY),
)
_WEEKLY = re.compile(r"每个?(?:周|星期|礼拜)(?:周|星期)?([一二三四五六日天1-7])")
_FILLING = re.compile(r"[\s，,。；;、的在于和]|首月|第一个月|最后一个月|当天|那天|办理|下发|底|末")


_ENGLISH = (
    (r"(?:,? *or)? *the (?:(?:next|following) working day|working day after)", "顺延"),
    (r"(?:,? *or)? *the working day before", "提前"),
    (r"last working day", "最后一个工作日"),
    (r"first working day", "第一个工作日"),
    (r"last day", "最后一天"),
    (r"every working day|on working days", "每个工作日"),
    (r"every day|daily", "每天"),
    (r"every month|monthly|of the month", "每月"),
    (r"every quarter|quarterly|of the quarter", "每季度"),
    (r"every half-?year|half-?yearly", "每半年"),
    (r"every year|yearly|of the year", "每年"),
    *((rf"(?:every |on |weekly )*{name}s?", f"每周{number}") for number, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), 1)),
    *((rf"(\d{{1,2}}) {name}|{name} (\d{{1,2}})", rf"{number}月\g<1>\g<2>日")
      for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september",
         "october", "november", "december"), 1)),
    (r"(?:on )?(?:the )?(\d{1,2})(?:st|nd|rd|th)|day (\d{1,2})", r"\g<1>\g<2>日"),
    (r"\b(?:on|at|the|of|in|and)\b|\.", " "),
)  # fmt: skip
"""English words and what they are in Chinese, the longer ones first."""


def read_words(text: str, default: time) -> Timing:
    """The timing that was written. `default`: the time of day where none is written.

    Raises `Refusal` for what is not understood, with the part that is not, and for a day that does
    not come.
    """
    rest = _NUMBER.sub(_in_digits, _in_chinese(plain(text))).replace("：", ":")
    weekly = _WEEKLY.search(rest)
    rest = rest.replace(weekly[0], "", 1) if weekly else rest
    at, rest = _read_clock(rest, default)
    shift, rest = _read_shift(rest)
    if weekly:
        return _finish(text, rest, Timing(Rhythm.WEEKLY, at, _weekday(weekly[1]), shift=shift))
    workdays = _RHYTHMS[0][0].search(rest) is not None
    rhythm, rest = _read_rhythm(rest)
    if rhythm is Rhythm.DAILY:
        return _finish(text, rest, Timing(rhythm, at, shift=Shift.ONLY if workdays else shift))
    return _read_day(text, rest, rhythm, at, shift)


def _in_chinese(text: str) -> str:
    """The English words of a text in Chinese; a text without Latin letters stays as it is."""
    if not re.search(r"[A-Za-z]", text):
        return text
    rest = text.lower()
    for english, chinese in _ENGLISH:
        rest = re.sub(english, chinese, rest)
    return rest


def _in_digits(found: re.Match[str]) -> str:
    """A Chinese number up to 39 in digits."""
    tens, ten, ones = found[0].partition("十")
    if not ten:
        return str(_DIGITS[found[0]])
    return str((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0))


def _weekday(sign: str) -> int:
    return _WEEKDAYS[sign] if sign in _WEEKDAYS else int(sign)


def _read_clock(text: str, default: time) -> tuple[time, str]:
    found = _CLOCK.search(text)
    if found is None:
        return default, text
    hour = int(found["hour"])
    if found["part"] in _AFTERNOON and hour < 12:
        hour += 12
    minute = 30 if found["half"] else int(found["minute"] or found["spoken"] or 0)
    if hour > 23 or minute > 59:
        raise Refusal(N_("没有“%(clock)s”这个时间，请写成 09:00 或9点半。"), clock=found[0])
    return time(hour, minute), text.replace(found[0], "", 1)


def _read_shift(text: str) -> tuple[Shift, str]:
    for pattern, shift in _SHIFTS:
        if found := pattern.search(text):
            return shift, text.replace(found[0], "", 1)
    return Shift.KEEP, text


def _read_rhythm(text: str) -> tuple[Rhythm | None, str]:
    for pattern, rhythm in _RHYTHMS:
        if found := pattern.search(text):
            return rhythm, text.replace(found[0], "", 1)
    return None, text


def _read_day(text: str, rest: str, rhythm: Rhythm | None, at: time, shift: Shift) -> Timing:
    """A day of a month; without a rhythm, of every month."""
    month = None
    if rhythm is Rhythm.YEARLY and (found := _MONTH.search(rest)):
        month, rest = int(found[1]), rest.replace(found[0], "", 1)
    day: int | None = None
    for pattern, named, moved in _DAYS:
        if day is None and (found := pattern.search(rest)):
            day, shift, rest = named, moved or shift, rest.replace(found[0], "", 1)
    if day is None and (found := _DAY.search(rest)):
        day, rest = int(found[1]), rest.replace(found[0], "", 1)
    if day is None or (rhythm is Rhythm.YEARLY and month is None and day != LAST_DAY):
        raise _unclear(text)
    return _finish(text, rest, Timing(rhythm or Rhythm.MONTHLY, at, day, month or 12, shift))


def _finish(text: str, rest: str, timing: Timing) -> Timing:
    left = _FILLING.sub("", rest)
    if left:
        raise Refusal(
            N_("没有看懂“%(left)s”。请写成“每月25日 09:00”“每月最后一个工作日 9点”“每周五 17:00”"
               "“每季度最后一天”“每年12月20日”这样，或者在下面选择。"),
            left=left,
        )  # fmt: skip
    return timing


def _unclear(text: str) -> Refusal:
    return Refusal(
        N_("没有看懂“%(text)s”是哪一天。请写成“每月25日 09:00”“每月最后一个工作日 9点”"
           "“每周五 17:00”“每季度最后一天”“每年12月20日”这样，或者在下面选择。"),
        text=text,
    )  # fmt: skip
