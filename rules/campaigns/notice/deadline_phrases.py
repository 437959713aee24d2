"""The phrases notices use for time, each with what it means; the more telling ones first."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from rules.campaigns.notice.deadline_reading import AFTER_RECEIPT, BY, EVERY, Reading, TextPlace
from rules.campaigns.notice.notice_dates import (
    Resolved,
    month_end,
    valid_day,
    weekday_from,
    with_year,
)
from rules.campaigns.notice.numerals import number_of
from rules.sentences.refusal import N_

_H = "一二三四五六七八九十"
_M = rf"(?P<month>\d{{1,2}}|[{_H}]{{1,2}}) ?月(?:份)?"
_D = rf"(?P<day>\d{{1,2}}|[{_H}]{{1,3}}) ?[日号]"
_YEAR = (
    r"(?P<year>20\d{2} ?年|二[〇零][〇零一二三四五六七八九]{2}年|今年|本年度?|当年|明年|"
    r"次年|翌年|来年)?(?:的)? ?"
)
_CLOCK = r"(?:（[^）\n]{1,8}）)?(?:[上下]午)?(?: ?\d{1,2}(?:[：时点](?:\d{1,2}分?|整|半)?)| ?下班)?"
_BEFORE = r"(?: ?(?:之前|以前|前|止|截止|内))"
_N = rf"(?P<n>\d{{1,3}}|[{_H}百两半]{{1,4}})"
_QUARTER = r"(?:第? ?(?P<quarter>[一二三四1-4]) ?季度)"
_NEGATED = re.compile(
    r"^(?: ?)(?:起|以来|之后|以后|后(?!续)|开始|施行|印发|发布|召开|举办|举行|启动|开班|"
    r"会议|至|—|-|–|~|到)"
)


_Reader = Callable[[re.Match[str], TextPlace], Reading | None]


class Phrase(NamedTuple):
    """A way to write time, and what it means."""

    example: str
    """What it reads; a test reads it."""
    pattern: re.Pattern[str]
    read: _Reader


PHRASES: list[Phrase] = []


def _phrase(example: str, pattern: str) -> Callable[[_Reader], _Reader]:
    def register(read: _Reader) -> _Reader:
        PHRASES.append(Phrase(example, re.compile(pattern), read))
        return read

    return register


def _by(resolved: Resolved | None) -> Reading:
    if resolved is None:
        return Reading(None, why=N_("没有写年份，通知也没有日期，无法推定，请填写。"))
    return Reading(BY, resolved.day.isoformat(), resolved.why)


def _resolved(place: TextPlace, year: str | None, month: int, day: int | None) -> Resolved | None:
    """A day (or month end) with its year as written, or the next one from the notice's date."""
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
    """A day with its year that lies before the notice tells what was, not what is due."""
    issued = place.reference.issued
    return bool(year and issued and resolved and resolved.day < issued and not place.labelled)


# --- recurrences -------------------------------------------------------------------------


@_phrase(
    "每季度末月25日前",
    rf"每个?季度(?:的)?(?:末|最后一个?|最后1个|末尾|第三个?|第3个)(?:个)?月(?:的)?(?:{_D}|(?P<end>底|末)){_CLOCK}{_BEFORE}?",
)
def _quarterly_day(match: re.Match[str], place: TextPlace) -> Reading | None:
    day = number_of(match["day"] or "")
    return Reading(EVERY, f"quarterly:{day or 'last'}")


@_phrase(
    "每季度首月10日前",
    rf"每个?季度(?:第一个?|首|第1个|次|第二个?)(?:个)?月(?:的)?{_D}{_CLOCK}{_BEFORE}?|每?季度?(?:结束)?后(?:的)?{_N}个?(?:工作)?日内",
)
def _quarterly_unclear(match: re.Match[str], place: TextPlace) -> Reading | None:
    return Reading(None, why=N_("按季度报送，但不是季末月的日期，请确认每期的截止日。"))


@_phrase(
    "每季度末",
    rf"每个?季度(?:的)?(?:末|底|结束前|终了){_CLOCK}{_BEFORE}?|季度末{_BEFORE}|季末{_BEFORE}?",
)
def _quarterly_last(match: re.Match[str], place: TextPlace) -> Reading | None:
    return Reading(EVERY, "quarterly:last")


@_phrase(
    "每月5日、20日前",
    rf"(?:每个?月|按月|逐月|月度)(?:的|[^，。；\n]{{0,12}}?(?:于|在))?(?:次月|下月|下个月)?(?:的)?{_D}"
    rf"(?P<more>(?:[、和及]\d{{1,2}} ?[日号]){{0,3}}){_CLOCK}{_BEFORE}?",
)
def _monthly_day(match: re.Match[str], place: TextPlace) -> Reading | None:
    day = number_of(match["day"])
    if not day or day > 31:
        return None
    days = [day, *map(int, re.findall(r"\d+", match["more"]))]
    return Reading(EVERY, " ".join(f"monthly:{d}" for d in days if d <= 31))


@_phrase(
    "次月5日前",
    rf"(?:次月|下月|下个月)(?:的)?{_D}{_CLOCK}{_BEFORE}",
)
def _next_month(match: re.Match[str], place: TextPlace) -> Reading | None:
    day = number_of(match["day"])
    before = place.plain[max(0, match.start() - 30) : match.start()]
    if not day or day > 31:
        return None
    if re.search(r"每|按月|逐月|月度|月报", before):
        return Reading(EVERY, f"monthly:{day}")
    return Reading(None, why=N_("写的是次月某日，没有写明从哪个月算起，请确认。"))


@_phrase(
    "每月底前",
    rf"(?:每个?月)(?:的)?(?:月)?(?:底|末){_CLOCK}{_BEFORE}?",
)
def _monthly_last(match: re.Match[str], place: TextPlace) -> Reading | None:
    return Reading(EVERY, "monthly:last")


@_phrase(
    "每月下旬",
    rf"每个?月(?:的)?(?P<part>上旬|中旬|下旬){_BEFORE}?",
)
def _monthly_part(match: re.Match[str], place: TextPlace) -> Reading | None:
    day = {"上旬": "10", "中旬": "20", "下旬": "last"}[match["part"]]
    return Reading(EVERY, f"monthly:{day}", N_("写的是旬，按该旬最后一天理解，请确认。"))


@_phrase(
    "每周五17时前",
    rf"每个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天1-7])(?:[上下]午)?{_CLOCK}{_BEFORE}?",
)
def _weekly(match: re.Match[str], place: TextPlace) -> Reading | None:
    weekday = "一二三四五六日".find(match["weekday"].replace("天", "日").replace("7", "日")) + 1
    return Reading(EVERY, f"weekly:{weekday or int(match['weekday'])}")


@_phrase(
    "每半年",
    rf"每半年(?:度)?(?:末|底)?{_BEFORE}?|每年(?:6|六)月底?(?:前)?(?:和|、|及)(?:12|十二)月底{_BEFORE}?",
)
def _half_yearly(match: re.Match[str], place: TextPlace) -> Reading | None:
    why = (
        None
        if re.search("末|底|前", match.group())
        else N_("没有写明哪一天，按半年末理解，请确认。")
    )
    return Reading(EVERY, "half_yearly:last", why)


@_phrase(
    "每年12月20日前",
    rf"每年(?:度)?(?:的)?(?:年底|年末|底|末|(?P<month>\d{{1,2}}|[{_H}]{{1,2}}) ?月(?:{_D}|"
    rf"底|末)){_CLOCK}{_BEFORE}?",
)
def _yearly(match: re.Match[str], place: TextPlace) -> Reading | None:
    month = number_of(match["month"]) if match["month"] else 12
    day = number_of(match["day"]) if match["day"] else None
    if month != 12:
        return Reading(None, why=N_("每年一次，但截止日不在十二月，请确认。"))
    return Reading(EVERY, f"yearly:{day}" if day and day < 31 else "yearly:last")


@_phrase(
    "每季度至少检查",
    r"(?P<unit>每个?月|按月|逐月|每个?季度|按季度?|每年(?:度)?)(?![^，。；\n]{0,12}(?:不超过|不得超过|最多))(?=[^，。；\n]{0,16}(?:报送|上报|报告|开展|组织|调度|通报|汇总|至少|不少于|召开|"
    r"更新|填报|巡查|检查|听取|举办|安排|进行|研究|梳理|\d|[一两二三四五六]次))",
)
def _every_unclear(match: re.Match[str], place: TextPlace) -> Reading | None:
    name = (
        "monthly" if "月" in match["unit"] else "quarterly" if "季" in match["unit"] else "yearly"
    )
    return Reading(EVERY, f"{name}:last", N_("没有写明哪一天，按期末理解，请确认。"))


@_phrase(
    "每两周",
    r"每(?:两|二|2|三|3)个?(?:周|月|年|天|日)|每(?:日|天|周|旬)(?=[^，。；\n]{0,16}(?:报|开展|组织|调度|至少|不少于|巡|检查|\d))|按周|逐周|每日\d{1,2}[时：]",
)
def _every_other(match: re.Match[str], place: TextPlace) -> Reading | None:
    return Reading(None, why=N_("写了周期但没有可用的截止日，请确认。"))


# --- after receipt -----------------------------------------------------------------------


@_phrase(
    "收到通知后5个工作日内",
    rf"(?:自)?(?P<event>(?:收到|接到|签收|接|收)(?:本|此|该)?(?:《?通知》?|文件|方案|任务|交办单?|函)?(?:之日)?|"
    rf"(?:本|此)?(?:通知|文件|方案|意见|办法)?(?:印发|下发|发布|公布|发文)(?:之日)?|即日)(?:起|后|之后|以后)?(?:的|，|算起|计算)?(?:在)?"
    rf" ?{_N} ?个?(?P<unit>工作日|自然日|日|天|周|星期|月)(?:之内|以内|内|前)",
)
def _after(match: re.Match[str], place: TextPlace) -> Reading | None:
    unit = match["unit"]
    number = 15 if match["n"] == "半" and unit == "月" else number_of(match["n"])
    if not number:
        return None
    value, why = _lapse(number, unit)
    event = match["event"]
    if re.search("收|接", event):
        return Reading(AFTER_RECEIPT, value, why)
    issued = place.reference.issued
    if unit != "工作日" and issued:
        days = int(value.partition(":")[2])
        return Reading(BY, (issued + timedelta(days=days)).isoformat(), why)
    return Reading(AFTER_RECEIPT, value, N_("从印发之日起算，不是从收到起算，请确认。"))


def _lapse(number: int, unit: str) -> tuple[str, str | None]:
    if unit == "工作日":
        return f"workdays:{number}", None
    if unit in ("周", "星期"):
        return f"days:{number * 7}", None
    if unit == "月":
        days = 15 if number == 15 else number * 30
        return f"days:{days}", N_("按每月三十天折算，请确认。")
    return f"days:{number}", None


@_phrase(
    "10个工作日内", rf"(?<![\d第{_H}]){_N} ?个?(?:工作日|自然日|日|天|小时|周|月)(?:之内|以内|内)"
)
def _after_something(match: re.Match[str], place: TextPlace) -> Reading | None:
    return Reading(None, why=N_("写了办理时长，但不是从收到通知起算，请确认。"))


# --- by a day ----------------------------------------------------------------------------


@_phrase(
    "11月20日至12月20日",
    rf"(?:{_YEAR}(?P<m1>\d{{1,2}}|[{_H}]{{1,2}}) ?月 ?(?:(?P<d1>\d{{1,2}}|"
    rf"[{_H}]{{1,3}}) ?[日号])?(?:起)? ?(?:至|到|—|–|-|－|~|～)+ ?)"
    rf"(?P<y2>20\d{{2}} ?年|明年|次年|今年)? ?(?:(?P<m2>\d{{1,2}}|"
    rf"[{_H}]{{1,2}}) ?月(?:份)?)? ?(?:(?P<d2>\d{{1,2}}|[{_H}]{{1,3}}) ?[日号]|(?P<end>底|"
    rf"末)|(?=[，。；）\n ]|$))",
)
def _range(match: re.Match[str], place: TextPlace) -> Reading | None:
    """A stretch of time (11月20日至12月20日): its last day is the deadline."""
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
    rf"(?<!\d){_YEAR}(?P<half>上半年|下半年)(?:底|末|结束)?{_BEFORE}?",
)
def _half(match: re.Match[str], place: TextPlace) -> Reading | None:
    month = 6 if match["half"] == "上半年" else 12
    return _period_end(match, place, month)


@_phrase(
    "2027年第一季度前",
    rf"(?<!\d){_YEAR}{_QUARTER}(?:底|末|结束)?{_BEFORE}?",
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
    rf"(?<!\d){_YEAR}(?P<on>(?<![每全])年(?:度)?(?:底|末|终)(?:之?前|以前)?|年内)|"
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
    rf"(?<!\d){_YEAR}(?<!每){_M}(?:的)?(?:{_D}|(?P<end>底|末)|(?P<part>上旬|中旬|下旬)){_CLOCK}(?P<before>{_BEFORE})?",
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
    rf"(?<![\d.])(?P<year>20\d{{2}})[-./](?P<month>\d{{1,2}})(?:[-./](?P<day>\d{{1,2}}))?(?!\d)(?P<before>{_BEFORE})?",
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
    rf"(?<!\d){_YEAR}(?<!每){_M}(?P<before>{_BEFORE})?",
)
def _month(match: re.Match[str], place: TextPlace) -> Reading | None:
    """A whole month: due at its end where a label says so, in doubt where 前 says so."""
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
    rf"(?:本|当|这个)月(?:的)?(?:{_D}|底|末){_CLOCK}{_BEFORE}?|(?<![\d{_H}月每个])月(?:底|末){_BEFORE}",
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
    rf"(?P<which>本|这|下)个?(?:周|星期)(?P<weekday>[一二三四五六日天])(?:[上下]午)?{_CLOCK}{_BEFORE}",
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
