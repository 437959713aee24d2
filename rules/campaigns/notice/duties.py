"""Countable duties: how many of something a passage asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rules.campaigns.notice.folding import Squeezed, folded, squeezed
from rules.campaigns.notice.found import Doubt
from rules.campaigns.notice.numerals import number_of
from rules.sentences.refusal import N_


@dataclass(frozen=True)
class Duty:
    """`count` of something, found at `text[start:end]`. The text begins with the count.

    Where the counted thing stands before its count (开展演练2次), the text begins with the thing.
    """

    text: str
    count: int
    at_least: bool
    start: int
    end: int


_HAN = "一二两三四五六七八九十百千"
_CLASSIFIERS = (
    "场次|人次|户次|课时|学时|家次|批次|篇次|期次|次|场|项|件|个|名|人|份|篇|条|期|户|处|公里|亩|堂|节|轮|批|"
    "支|套|门|座|家|所|台|眼|口|幅|册|例|例次|部|本|张|块|间|对|组|类|辆|口|头|只|盏|遍|讲|课|天|小时|平方米|米|吨"
)
_COUNT = re.compile(
    rf"(?<![\d.第年月{_HAN}])(?P<number>\d{{1,3}}(?:，?\d{{3}})+|\d{{1,7}}(?:\.\d{{1,2}}万)?万?|[{_HAN}]{{1,6}}万?)"
    rf"(?P<more>余|多)?(?:[—\-–~～至到](?P<upper>\d{{1,5}}|[{_HAN}]{{1,3}}))?(?P<above>（含）)? ?"
    rf"(?P<unit>{_CLASSIFIERS})(?P<over>（含）?以上|及以上|以上|次以上)?"
    r"(?=(?P<object>的?[^，。；：！？（）()\[\]“”\"\s《》]{0,24}))"
)
_AT_LEAST = re.compile(
    r"(?:不少于|至少|不低于|最少|不得少于|不能少于|不小于|不下于|原则上不少于)[^，。；：\n]{0,6}$"
)
_AT_MOST = re.compile(
    r"(?:不超过|最多|至多|不多于|不得超过|不得多于|控制在|不高于|以内)[^，。；：\n]{0,4}$"
)
_ABOUT = re.compile(r"(?:约|大约|近|将近|左右)$")
_ASKED = re.compile(
    r"(?:开展|组织|举办|召开|进行|完成|建立|建成|建设|新建|改造|培育|打造|创建|选树|确定|报送|培训|排查|整治|办好|办理|"
    r"办结|推出|推荐|命名|报|安排|设立|设置|配备|配齐|确保|实施|落实|走访|宣讲|演练|检查|巡查|制作|编印|发放|印发|张贴|修复|"
    r"维修|整改|解决|化解|提交|形成|总结|提炼|撰写|上报|每[^，。；]{0,10}?|集中推进|推进|讲|上|做|做好|选派|招募|参加|"
    r"不少于|至少|不低于|最少|达到|达|储备|更新|更换|新增|清理|疏通|加固|抽查|回访|联系|包联|领办|认领|承办|投放|悬挂)"
    r"(?:[^，。；：、\n]{0,12})$"
)
_RATIO = re.compile(r"(?:每|近|前|后|头|最后|时隔|连续)$")
_DURATION_AFTER = re.compile(
    r"^(?:之?内|以内|前|之前|后|以后|以下|范围|以来|左右|月|工作日|自然日|级以上|百分点|重点方面|方面|阶段)"
)
_SLOGAN = re.compile(
    r"^(?:中心|主线|主题|基本|目标|方面|阶段|层面|维度|重点|环节|关键|方向|整体|过程|时期|道理|意识|一样|战役|大事|问题导向|"
    r"性|以上党)"
)
_LONG_TIME = ("天", "小时")
_LENGTHS = ("米", "公里", "平方米", "亩", "吨")
_SIZE = re.compile(
    r"(?:不足|超过|大于|小于|高于|低于|距离?[^，]{0,8}|[间行]距|[宽高深长厚]度?|直径|半径|面积|容积|范围|方圆|"
    r"相距|周边|沿线|两侧)(?:不少于|不低于|不小于|不超过|至少|约|为|在)?$"
)
"""Words before a length that is the size of a thing, or the distance to one, and no target."""
_TRAILING = re.compile(r"(?:以上|及以上|左右|并.*|且.*|，.*|确保.*|后.*|工作$|的$)")
_NEXT_COUNT = re.compile(rf"、(?=[^、]{{0,8}}?(?:\d|[{_HAN}]{{1,3}}(?:{_CLASSIFIERS}))).*|、$")
_TIME_THING = re.compile(r"^(?:以上)?(?:的)?(?:培训|学习|轮训|课程|实训|驻|调研|蹲点|值守|$)")
_VERB_HEAD = re.compile(
    r"^.*(?:[日底]前|要|应|须|将|每个[\u4e00-\u9fa5]{1,6}|每月|每季度|每年|每半年|每周|各[\u4e00-\u9fa5]{1,8}?要|(?<=^)(?:并附|附|并)(?=.{2}))"
)
_QUANTITY_ONLY = re.compile(
    r"(?:覆盖率|完成率|合格率|办结率|签约率|知晓率|达标率|满意率|率|比例)[^，。；：\n]{0,8}?\d+(?:\.\d+)?%"
)
_SEVERAL = re.compile(r"(?:若干|一定数量的?)(?:次|场|项|个|件|批|名|份)(?=[\u4e00-\u9fa5])")


def duties_in(
    text: str, start: int = 0, end: int | None = None
) -> tuple[tuple[Duty, ...], tuple[Doubt, ...]]:
    """The countable duties of `text[start:end]`, and doubts about passages that may be duties.

    Arabic numbers with a measure word count. A Chinese numeral counts only behind a word that asks
    for something, because 两个维护 or 三个方面 ask for nothing. Offsets are those of the whole
    text.
    """
    stop = len(text) if end is None else end
    passage = squeezed(folded(text), start, stop)
    quoted = _quoted_spans(passage.words)
    duties: list[Duty] = []
    doubts: list[Doubt] = list(_unclear(text, passage))
    for match in _COUNT.finditer(passage.words):
        if any(
            begin < match.start() < close for begin, close in quoted.get(match.start() >> 8, ())
        ):
            continue
        duty, doubt = _judged(text, passage, match)
        duties.extend([duty] if duty else [])
        doubts.extend([doubt] if doubt else [])
    return tuple(_once(duties)), tuple(doubts)


def _once(duties: list[Duty]) -> list[Duty]:
    """Each duty once. A duty that heading and body both name is kept where the body names it."""
    last = {(duty.count, _thing(duty)): duty for duty in duties}
    return [duty for duty in duties if last[duty.count, _thing(duty)] is duty]


def _thing(duty: Duty) -> str:
    return re.sub(rf"^[\d{_HAN}]+ *", "", duty.text)


def _quoted_spans(plain: str) -> dict[int, list[tuple[int, int]]]:
    """Short quoted phrases by block of 256 characters. They are slogans, never duties."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for match in re.finditer(r"“[^”\n]{1,24}”|\"[^\"\n]{1,24}\"|《[^》\n]{1,60}》", plain):
        span = match.span()
        for block in range(span[0] >> 8, (span[1] >> 8) + 1):
            spans.setdefault(block, []).append(span)
    return spans


def _judged(text: str, passage: Squeezed, match: re.Match[str]) -> tuple[Duty | None, Doubt | None]:
    plain = passage.words
    before = _clause_before(plain, match.start())
    after = plain[match.end("unit") : match.end("unit") + 8]
    count = number_of(match["number"].replace("，", ""))
    if not count or not _counts(match, before, after):
        return None, None
    at_most = _AT_MOST.search(before)
    if at_most:
        return None, _doubt(text, passage, match, N_("写的是上限，没有列为数量任务，请确认。"))
    at_least = bool(_AT_LEAST.search(before) or match["over"] or match["more"] or match["upper"])
    duty = _duty(text, passage, match, before, count, at_least)
    return duty, _about(text, passage, match, before, after)


def _about(
    text: str, passage: Squeezed, match: re.Match[str], before: str, after: str
) -> Doubt | None:
    if match["more"] or match["upper"]:
        return _doubt(text, passage, match, N_("数量是约数或范围，暂按下限理解，请确认。"))
    if _ABOUT.search(before) or after.startswith("左右"):
        return _doubt(text, passage, match, N_("数量是约数，请确认。"))
    return None


def _clause_before(plain: str, at: int) -> str:
    window = plain[max(0, at - 40) : at]
    return re.split(r"[，。；：！？（）\n\t]", window)[-1]


def _counts(match: re.Match[str], before: str, after: str) -> bool:
    """Whether the number is one that a unit could be asked to reach."""
    thing = match["object"]
    if _DURATION_AFTER.match(after) or _RATIO.search(before) or _SLOGAN.match(after):
        return False
    if match["unit"] in _LENGTHS and _SIZE.search(before):
        return False
    if match["unit"] in _LONG_TIME:
        return bool(_AT_LEAST.search(before) and _TIME_THING.match(thing))
    if thing.startswith(("元", "万元", "亿元")) or "工作日" in thing[:4]:
        return False
    if match["number"].isascii() or match["number"].endswith("万"):
        return not _is_fact(before)
    if match["number"] == "一" and match["unit"] in (
        "个",
        "批",
        "项",
        "条",
        "类",
        "对",
        "家",
        "部",
        "名",
        "人",
        "支",
    ):
        return bool(
            re.search(r"(?:至少|不少于|每[^，。；]{0,14}|确定|明确|选派)[^，。；]{0,4}$", before)
        )
    return bool(_ASKED.search(before)) or bool(_AT_LEAST.search(before)) or bool(match["over"])


def _is_fact(before: str) -> bool:
    return bool(
        re.search(
            r"(?:现有|共有|累计|已|全区有|发生|去年|上年|上一年度|涉及)[^，。；]{0,10}$",
            before,
        )
    )


def _duty(
    text: str,
    passage: Squeezed,
    match: re.Match[str],
    before: str,
    count: int,
    at_least: bool,
) -> Duty:
    start, end = match.start("number"), match.end("unit")
    if match["over"]:
        end = match.end("over")
    thing = _NEXT_COUNT.sub("", match["object"].removeprefix("的"))
    thing = _TRAILING.sub("", thing)
    if len(thing) >= 2 and not thing.startswith(("以上", "并", "且", "前", "内")):
        end = match.start("object") + match["object"].find(thing) + len(thing)
    else:
        piece = before.rpartition("、")[2]
        start -= len(piece) - _head_length(piece)
    start, end = passage.span(start, end)
    return Duty(text[start:end], count, at_least, start, end)


def _head_length(before: str) -> int:
    """The length of the subject in the clause before a count, which is not the counted thing."""
    head = _VERB_HEAD.match(before)
    return head.end() if head and head.end() < len(before) else 0


def _doubt(text: str, passage: Squeezed, match: re.Match[str], why: str) -> Doubt:
    start, end = passage.span(match.start("number"), match.end("unit"))
    return Doubt("duty", text[start:end], start, end, why)


_UNCLEAR = (
    (_QUANTITY_ONLY, N_("是比率指标，不能按件数累计，请确认如何填报。")),
    (_SEVERAL, N_("没有写明数量，请确认。")),
)


def _unclear(text: str, passage: Squeezed) -> list[Doubt]:
    doubts = []
    for pattern, why in _UNCLEAR:
        for match in pattern.finditer(passage.words):
            start, end = passage.span(*match.span())
            doubts.append(Doubt("duty", text[start:end], start, end, why))
    return doubts
