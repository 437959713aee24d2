"""Phrases for recurring times: every week, at the end of every quarter."""

from __future__ import annotations

import re

from rules.campaigns.notice.deadline_reading import EVERY, Reading, TextPlace
from rules.campaigns.notice.numerals import number_of
from rules.campaigns.notice.phrase import BEFORE, CLOCK, COUNT, DAY, NUMERAL, Phrase, into
from rules.sentences.refusal import N_

RECURRING: list[Phrase] = []
_phrase = into(RECURRING)


@_phrase(
    "每季度末月25日前",
    rf"每个?季度(?:的)?(?:末|最后一个?|最后1个|末尾|第三个?|第3个)(?:个)?月(?:的)?(?:{DAY}|(?P<end>底|末)){CLOCK}{BEFORE}?",
)
def _quarterly_day(match: re.Match[str], place: TextPlace) -> Reading | None:
    day = number_of(match["day"] or "")
    return Reading(EVERY, f"quarterly:{day or 'last'}")


@_phrase(
    "每季度首月10日前",
    rf"每个?季度(?:第一个?|首|第1个|次|第二个?)(?:个)?月(?:的)?{DAY}{CLOCK}{BEFORE}?|每?季度?(?:结束)?后(?:的)?{COUNT}个?(?:工作)?日内",
)
def _quarterly_unclear(match: re.Match[str], place: TextPlace) -> Reading | None:
    return Reading(None, why=N_("按季度报送，但不是季末月的日期，请确认每期的截止日。"))


@_phrase(
    "每季度末",
    rf"每个?季度(?:的)?(?:末|底|结束前|终了){CLOCK}{BEFORE}?|季度末{BEFORE}|季末{BEFORE}?",
)
def _quarterly_last(match: re.Match[str], place: TextPlace) -> Reading | None:
    return Reading(EVERY, "quarterly:last")


@_phrase(
    "每月5日、20日前",
    rf"(?:每个?月|按月|逐月|月度)(?:的|[^，。；\n]{{0,12}}?(?:于|在))?(?:次月|下月|下个月)?(?:的)?{DAY}"
    rf"(?P<more>(?:[、和及]\d{{1,2}} ?[日号]){{0,3}}){CLOCK}{BEFORE}?",
)
def _monthly_day(match: re.Match[str], place: TextPlace) -> Reading | None:
    day = number_of(match["day"])
    if not day or day > 31:
        return None
    days = [day, *map(int, re.findall(r"\d+", match["more"]))]
    return Reading(EVERY, " ".join(f"monthly:{day}" for day in days if day <= 31))


@_phrase(
    "次月5日前",
    rf"(?:次月|下月|下个月)(?:的)?{DAY}{CLOCK}{BEFORE}",
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
    rf"(?:每个?月)(?:的)?(?:月)?(?:底|末){CLOCK}{BEFORE}?",
)
def _monthly_last(match: re.Match[str], place: TextPlace) -> Reading | None:
    return Reading(EVERY, "monthly:last")


@_phrase(
    "每月下旬",
    rf"每个?月(?:的)?(?P<part>上旬|中旬|下旬){BEFORE}?",
)
def _monthly_part(match: re.Match[str], place: TextPlace) -> Reading | None:
    day = {"上旬": "10", "中旬": "20", "下旬": "last"}[match["part"]]
    return Reading(EVERY, f"monthly:{day}", N_("写的是旬，按该旬最后一天理解，请确认。"))


@_phrase(
    "每周五17时前",
    rf"每个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天1-7])(?:[上下]午)?{CLOCK}{BEFORE}?",
)
def _weekly(match: re.Match[str], place: TextPlace) -> Reading | None:
    weekday = "一二三四五六日".find(match["weekday"].replace("天", "日").replace("7", "日")) + 1
    return Reading(EVERY, f"weekly:{weekday or int(match['weekday'])}")


@_phrase(
    "每半年",
    rf"每半年(?:度)?(?:末|底)?{BEFORE}?|每年(?:6|六)月底?(?:前)?(?:和|、|及)(?:12|十二)月底{BEFORE}?",
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
    rf"每年(?:度)?(?:的)?(?:年底|年末|底|末|(?P<month>\d{{1,2}}|[{NUMERAL}]{{1,2}}) ?月(?:{DAY}|"
    rf"底|末)){CLOCK}{BEFORE}?",
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
