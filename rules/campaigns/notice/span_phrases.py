"""Phrases for a span of time: within five working days of receipt."""

from __future__ import annotations

import re
from datetime import timedelta

from rules.campaigns.notice.deadline_reading import AFTER_RECEIPT, BY, Reading, TextPlace
from rules.campaigns.notice.numerals import number_of
from rules.campaigns.notice.phrase import COUNT, NUMERAL, Phrase, into
from rules.sentences.refusal import N_

SPANS: list[Phrase] = []
_phrase = into(SPANS)


@_phrase(
    "收到通知后5个工作日内",
    rf"(?:自)?(?P<event>(?:收到|接到|签收|接|收)(?:本|此|该)?(?:《?通知》?|文件|方案|任务|交办单?|函)?(?:之日)?|"
    rf"(?:本|此)?(?:通知|文件|方案|意见|办法)?(?:印发|下发|发布|公布|发文)(?:之日)?|即日)(?:起|后|之后|以后)?(?:的|，|算起|计算)?(?:在)?"
    rf" ?{COUNT} ?个?(?P<unit>工作日|自然日|日|天|周|星期|月)(?:之内|以内|内|前)",
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
    "10个工作日内",
    rf"(?<![\d第{NUMERAL}]){COUNT} ?个?(?:工作日|自然日|日|天|小时|周|月)(?:之内|以内|内)",
)
def _after_something(match: re.Match[str], place: TextPlace) -> Reading | None:
    return Reading(None, why=N_("写了办理时长，但不是从收到通知起算，请确认。"))
