"""Phrases for a day: by 20 December, at the end of the year, before the Spring Festival."""

from __future__ import annotations

import re
from datetime import date

from rules.campaigns.notice.deadline_reading import BY, Reading, TextPlace
from rules.campaigns.notice.notice_dates import (
    Resolved,
    month_end,
    valid_day,
    weekday_from,
    with_year,
)
from rules.campaigns.notice.numerals import number_of
from rules.campaigns.notice.phrase import (
    BEFORE,
    CLOCK,
    DAY,
    MONTH,
    NUMERAL,
    QUARTER,
    YEAR,
    Phrase,
    into,
)
from rules.sentences.refusal import N_

DAYS: list[Phrase] = []
_phrase = into(DAYS)


_NEGATED = re.compile(
    r"^(?: ?)(?:起|以来|之后|以后|后(?!续)|开始|施行|印发|发布|召开|举办|举行|启动|开班|"
    r"会议|至|—|-|–|~|到)"
)


def _by(resolved: Resolved | None) -> Reading:
    if resolved is None:
        return Reading(None, why=N_("没有写年份，通知也没有日期，无法推定，请填写。"))
    return Reading(BY, resolved.day.isoformat(), resolved.why)


def _resolved(place: TextPlace, year: str | None, month: int, day: int | None) -> Resolved | None:
    """A day, or the end of a month, in the written year, or else the next one after the notice's
    date."""
    base = place.reference.issued.year if place.reference.issued else place.reference.year
    words = (year or "").strip()
    if words[:1] in ("今", "本", "当", "明", "次", "翌", "来"):
        if base is None:
            return None
        written = base + (words[0] in "明次翌来")
    elif words:
        written = number_of(words.rstrip("年 ")) or 0
    else:
        return with_year(place.reference, month, day)
    found = month_end(written, month) if day is None else valid_day(written, month, day)
    if found is None:
        return None
    issued = place.reference.issued
    return Resolved(found, N_("早于通知日期，请核对。") if issued and found < issued else None)


def _is_past(place: TextPlace, resolved: Resolved | None, year: str | None) -> bool:
    """Whether a day with its year lies before the notice. Such a day tells what was, not what is
    due."""
    issued = place.reference.issued
    return bool(year and issued and resolved and resolved.day < issued and not place.labelled)


@_phrase(
    "11月20日至12月20日",
    rf"(?:{YEAR}(?P<m1>\d{{1,2}}|[{NUMERAL}]{{1,2}}) ?月 ?(?:(?P<d1>\d{{1,2}}|"
    rf"[{NUMERAL}]{{1,3}}) ?[日号])?(?:起)? ?(?:至|到|—|–|-|－|~|～)+ ?)"
    rf"(?P<y2>20\d{{2}} ?年|明年|次年|今年)? ?(?:(?P<m2>\d{{1,2}}|"
    rf"[{NUMERAL}]{{1,2}}) ?月(?:份)?)? ?(?:(?P<d2>\d{{1,2}}|[{NUMERAL}]{{1,3}}) ?[日号]|"
    rf"(?P<end>底|末)|(?=[，。；）\n ]|$))",
)
def _range(match: re.Match[str], place: TextPlace) -> Reading | None:
    """A stretch of time (11月20日至12月20日), whose last day is the deadline."""
    if not match["m2"] and not match["d2"]:
        return None
    month = number_of(match["m2"] or match["m1"]) or 0
    day = number_of(match["d2"]) if match["d2"] else None
    year = match["y2"] or match["year"]
    if not match["y2"] and year and month < (number_of(match["m1"]) or 0):
        year = f"{(number_of(year.rstrip('年 ')) or 0) + 1}年" if year[0] in "2二" else "明年"
    resolved = _resolved(place, year, month, day)
    if _is_past(place, resolved, year):
        return None
    return _by(resolved)


@_phrase(
    "2027年上半年",
    rf"(?<!\d){YEAR}(?P<half>上半年|下半年)(?:底|末|结束)?{BEFORE}?",
)
def _half(match: re.Match[str], place: TextPlace) -> Reading | None:
    month = 6 if match["half"] == "上半年" else 12
    return _period_end(match, place, month)


@_phrase(
    "2027年第一季度前",
    rf"(?<!\d){YEAR}{QUARTER}(?:底|末|结束)?{BEFORE}?",
)
def _quarter(match: re.Match[str], place: TextPlace) -> Reading | None:
    quarter = number_of(match["quarter"]) or 1
    return _period_end(match, place, quarter * 3)


def _period_end(match: re.Match[str], place: TextPlace, month: int) -> Reading | None:
    if _NEGATED.match(place.plain[match.end() : match.end() + 6]):
        return None
    resolved = _resolved(place, match["year"], month, None)
    if _is_past(place, resolved, match["year"]):
        return None
    return _by(resolved)


@_phrase(
    "年底前",
    rf"(?<!\d){YEAR}(?P<on>(?<![每全])年(?:度)?(?:底|末|终)(?:之?前|以前)?|年内)|"
    rf"(?<!\d)(?P<y2>20\d{{2}} ?年?)(?:年)?(?:底|末)(?:之?前|以前)?",
)
def _year_end(match: re.Match[str], place: TextPlace) -> Reading | None:
    if _NEGATED.match(place.plain[match.end() : match.end() + 6]):
        return None
    year = match["year"] or match["y2"]
    resolved = _resolved(place, year, 12, None)
    if _is_past(place, resolved, year):
        return None
    return _by(resolved)


@_phrase(
    "12月20日前",
    rf"(?<!\d){YEAR}(?<!每){MONTH}(?:的)?(?:{DAY}|(?P<end>底|末)|(?P<part>上旬|中旬|下旬)){CLOCK}(?P<before>{BEFORE})?",
)
def _day(match: re.Match[str], place: TextPlace) -> Reading | None:
    after = place.plain[match.end() : match.end() + 6]
    month, day = number_of(match["month"]) or 0, number_of(match["day"] or "")
    if not 1 <= month <= 12:
        return None
    part = {"上旬": 10, "中旬": 20}.get(match["part"] or "")
    resolved = _resolved(place, match["year"], month, day or part)
    asked = match["before"] or place.labelled or _until(place.plain, match.start())
    if (not asked and not match["end"] and not match["part"]) or _NEGATED.match(after):
        return None
    if _is_past(place, resolved, match["year"]):
        return (
            Reading(None, why=N_("早于通知日期，没有列为时限，请核对。"))
            if match["before"]
            else None
        )
    reading = _by(resolved)
    if match["part"] and reading.kind:
        return Reading(BY, reading.value, N_("写的是旬，按该旬最后一天理解，请确认。"))
    return reading


def _until(plain: str, at: int) -> bool:
    return bool(
        re.search(
            r"(?:截至|截止|截止到|至|到|不晚于|不迟于|最迟(?:于)?|最晚(?:于)?|即日起至) ?$",
            plain[max(0, at - 8) : at],
        )
    )


@_phrase(
    "2026-12-20前",
    rf"(?<![\d.])(?P<year>20\d{{2}})[-./](?P<month>\d{{1,2}})(?:[-./](?P<day>\d{{1,2}}))?(?!\d)(?P<before>{BEFORE})?",
)
def _iso_day(match: re.Match[str], place: TextPlace) -> Reading | None:
    if not (match["before"] or place.labelled or _until(place.plain, match.start())):
        return None
    month = int(match["month"])
    day = int(match["day"]) if match["day"] else None
    if not 1 <= month <= 12:
        return None
    resolved = _resolved(place, match["year"], month, day)
    return _by(resolved) if resolved else None


@_phrase(
    "12月前",
    rf"(?<!\d){YEAR}(?<!每){MONTH}(?P<before>{BEFORE})?",
)
def _month(match: re.Match[str], place: TextPlace) -> Reading | None:
    """A whole month: due at its end where a label says so, doubtful where 前 stands behind the
    month."""
    after = place.plain[match.end() : match.end() + 2]
    if after[:1] in tuple("0123456789底末上中下") or _NEGATED.match(after):
        return None
    month = number_of(match["month"]) or 0
    before = (match["before"] or "").strip()
    if not 1 <= month <= 12 or not (before or place.labelled):
        return None
    resolved = _resolved(place, match["year"], month, None)
    if before in ("前", "之前", "以前"):
        return Reading(None, why=N_("“几月前”可指月初也可指月底，请确认具体日期。"))
    return _by(resolved)


@_phrase(
    "本月底前",
    rf"(?:本|当|这个)月(?:的)?(?:{DAY}|底|末){CLOCK}{BEFORE}?|(?<![\d{NUMERAL}月每个])月(?:底|末){BEFORE}",
)
def _this_month(match: re.Match[str], place: TextPlace) -> Reading | None:
    issued = place.reference.issued
    if issued is None:
        return Reading(None, why=N_("写的是本月，通知没有日期，无法推定，请填写。"))
    day = number_of(match["day"] or "")
    found = (
        valid_day(issued.year, issued.month, day) if day else month_end(issued.year, issued.month)
    )
    return _by(Resolved(found)) if found else None


@_phrase(
    "下周五前",
    rf"(?P<which>本|这|下)个?(?:周|星期)(?P<weekday>[一二三四五六日天])(?:[上下]午)?{CLOCK}{BEFORE}",
)
def _this_week(match: re.Match[str], place: TextPlace) -> Reading | None:
    issued = place.reference.issued
    if issued is None:
        return Reading(None, why=N_("写的是本周或下周，通知没有日期，无法推定，请填写。"))
    weekday = "一二三四五六日".find(match["weekday"].replace("天", "日")) + 1
    found: date = weekday_from(issued, int(match["which"] == "下"), weekday)
    return Reading(BY, found.isoformat(), N_("按通知日期所在的周推定，请核对。"))


@_phrase(
    "春节前",
    r"(?:元旦|春节|清明|五一|端午|中秋|国庆|两节|汛期|主汛期|开学|入冬|封冻|冬季来临|防火期|学期末|学期结束|考核|农忙|两会)节?(?:假期)?(?:到来|来临)?(?:之前|以前|前(?!后|期|夕))",
)
def _season(match: re.Match[str], place: TextPlace) -> Reading | None:
    return Reading(None, why=N_("以节日或季节为期，没有写明哪一天，请填写。"))


@_phrase(
    "尽快",
    r"近期|近日内|尽快|尽早|适时|择机|择期|限期|不定期|定期|长期坚持|持续推进(?=$|[；。）\n\t])|按(?:规定)?时限|按时间节点|规定时限|即时|及时上报",
)
def _vague(match: re.Match[str], place: TextPlace) -> Reading | None:
    return Reading(None, why=N_("没有写明时间，请确认是否需要定期限。"))
