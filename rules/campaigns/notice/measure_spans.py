"""Which sections of a notice are measures.

A measure is the lowest section that a unit answers for as a whole: （一） under 一、 where there is
one, else 一、 itself. Items 1. 2. below （一） belong to it. They are measures where （一）
consists of nothing else and at least two of them name a date, a unit or a number of their own.
Directly under 一、, items 1. 2. are measures where they are sentences of their own. Chapters that
explain (意义, 总体要求, 目标) are no measures, unless a responsible unit is written behind them. A
paragraph that stands apart after the last section of a chapter is a measure of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile

from rules.campaigns.notice.addressees import addressees_in
from rules.campaigns.notice.deadlines import deadlines_in
from rules.campaigns.notice.duties import duties_in
from rules.campaigns.notice.found import Span
from rules.campaigns.notice.lead_units import LABEL, units_in
from rules.campaigns.notice.notice_dates import DateReference
from rules.campaigns.notice.outline import (
    ARTICLE,
    CHAPTER,
    DIGIT,
    DIGIT_BRACKET,
    DIVISION,
    HALF_BRACKET,
    HAN,
    HAN_BRACKET,
    POINT,
    Heading,
    path_of,
)

_EXPLAINS = re.compile(
    r"(?:意义|重要性|必要性|紧迫性|总体要求|总体思路|指导思想|基本思路|(?:基本|工作|总体)?原则|(?:工作|总体|主要|任务|预期|阶段性?)?目标|"
    r"目标任务|工作背景|形势|编制依据|制定依据|适用范围|总则|附则|目的|定义|解释|生效|施行日期|依据|联系方式|联系人及?电话|"
    r"有关背景|(?:活动|实施|整治|开展|行动|会议|培训)时间|(?:活动|会议|培训)(?:主题|地点|名称)|参会人员|参加人员|基本情况|工作成效|存在问题|存在的问题)$"
)
_EXPLAINING_ARTICLE = re.compile(
    r"(?:为了?|根据|依据|按照)[^。]{0,200}(?:制定|制订)本|本(?:办法|方案|规定|细则|制度|意见|预案|条例)(?:所称|适用|自|由|中|的解释)"
)
_WORK_LABEL = re.compile(r"完成时限|完成时间|办理时限")
_LIST_OPENS = re.compile(r"[：:]\s*$")
_FORMULA = re.compile(
    r"特此|以上(?:通知|意见|要求)|请(?:认真|遵照|结合[^，。]{0,12})?(?:贯彻|执行|遵照)|联系人|联系电话|抄送|此件|附件?[：:\d]|本(?:通知|方案|办法)自"
)
_OPENING = re.compile(r"(?:现将|现就|现对|特制定|制定本|特通知|通知如下|如下[：。]|提出如下)")
_ASKS = re.compile(
    r"要|应(?!急)|须|请|需|不得|开展|落实|报送|完成|组织|加强|做好|负责|推进|确保|建立|排查|上报|提交|抓好|实施"
)
_REPORTS = re.compile(
    r"^(?:请|各[^，。]{1,40}?(?:请|要|应|须|于)|[^，。]{2,40}?(?:要|应|须)(?!求))"
)
_SENTENCES = 25


@dataclass(frozen=True)
class MeasureSpan:
    """The place of a measure: `text[start:end]`. `title` is its heading, or None."""

    path: str
    title: str | None
    start: int
    end: int


def measure_spans(
    text: str, plain: str, body: Span, headings: tuple[Heading, ...], reference: DateReference
) -> tuple[MeasureSpan, ...]:
    """The measures of one body in reading order, without overlaps."""
    if not any(heading.style != POINT for heading in headings):
        return tuple(_paragraphs(plain, body))
    return tuple(_Sections(text, plain, body, headings, reference).measures())


class _Sections:
    """The sections of one body, and the choice of measures among them."""

    def __init__(
        self,
        text: str,
        plain: str,
        body: Span,
        headings: tuple[Heading, ...],
        reference: DateReference,
    ) -> None:
        self.text, self.plain, self.body = text, plain, body
        self.headings, self.reference = headings, reference
        self.below: dict[int | None, list[int]] = {}
        for index, heading in enumerate(headings):
            if heading.style != POINT:
                self.below.setdefault(heading.above, []).append(index)

    def measures(self) -> Iterator[MeasureSpan]:
        top = self.below[None]
        for index in top:
            yield from self._section(index)
        last = self._last(top)
        if last is not None:
            yield from self._apart(last, top[-1], "")

    def _last(self, indexes: list[int]) -> int | None:
        """The last section of the whole body, to which a closing paragraph may be attached."""
        return None if self.below.get(indexes[-1]) else indexes[-1]

    def _section(self, index: int) -> Iterator[MeasureSpan]:
        if self._explains(index):
            return
        children = self.below.get(index, [])
        if not children or not self._splits(index, children):
            yield self._whole(index, self._close(index))
            return
        yield from self._intro(index, children[0])
        for child in children:
            yield from self._section(child)
        if not self.below.get(children[-1]):
            yield from self._apart(children[-1], index, path_of(self.headings, index) + "/")

    def _whole(self, index: int, end: int) -> MeasureSpan:
        heading = self.headings[index]
        return MeasureSpan(path_of(self.headings, index), heading.heading, heading.start, end)

    def _close(self, index: int) -> int:
        """The end of a section's own text, without paragraphs behind it that stand apart."""
        apart = self._apart_paragraphs(index)
        end = apart[0].start if apart else self.headings[index].close
        return _trimmed(self.plain, self.headings[index].start, end).end

    # -- what explains ------------------------------------------------------------------

    def _explains(self, index: int) -> bool:
        heading = self.headings[index]
        if _has_label(self.plain, heading.start, heading.close):
            return False
        if heading.style == ARTICLE and _EXPLAINING_ARTICLE.search(
            self.plain, heading.start, min(heading.close, heading.start + 260)
        ):
            return True
        if heading.heading.endswith(("时间", "时间安排")):
            return not _ASKS.search(self.plain, heading.end, heading.close)
        return bool(_EXPLAINS.search(heading.heading))

    # -- what is split ------------------------------------------------------------------

    def _splits(self, index: int, children: list[int]) -> bool:
        style, lower = self.headings[index].style, self.headings[children[0]].style
        if style in (CHAPTER, DIVISION) or (style == HAN and lower in (HAN_BRACKET, ARTICLE)):
            return True
        if len(children) < 2 or any(self._length(child) < _SENTENCES for child in children):
            return False
        if style == HAN and lower in (DIGIT, DIGIT_BRACKET, HALF_BRACKET):
            return self._asking(children) * 2 > len(children)
        if self._intro_length(index, children[0]) > _SENTENCES:
            return False
        return sum(self._own_work(child) for child in children) >= 2

    def _length(self, index: int) -> int:
        heading = self.headings[index]
        return len(self.plain[heading.start : heading.close].strip())

    def _intro_length(self, index: int, child: int) -> int:
        return len(self.plain[self.headings[index].end : self.headings[child].start].strip())

    def _asking(self, children: list[int]) -> int:
        """How many of the items ask for something in a sentence of their own."""
        spans = [(self.headings[child].start, self.headings[child].close) for child in children]
        return sum(bool(_ASKS.search(self.plain, *span)) for span in spans)

    def _own_work(self, index: int) -> bool:
        heading = self.headings[index]
        span = (heading.start, heading.close)
        return bool(
            _has_label(self.plain, *span)
            or deadlines_in(self.text, self.reference, *span)[0]
            or duties_in(self.text, *span)[0]
            or units_in(self.text, *span).lead
        )

    # -- what stands before and after the sections ----------------------------------------

    def _intro(self, index: int, child: int) -> Iterator[MeasureSpan]:
        """The words before the first section, where these words contain work themselves."""
        heading = self.headings[index]
        span = _trimmed(self.plain, heading.start, self.headings[child].start)
        after = (heading.end, span.end)
        if heading.style in (CHAPTER, DIVISION) or heading.end >= span.end:
            return
        work = deadlines_in(self.text, self.reference, *after)[0] or duties_in(self.text, *after)[0]
        if work or _has_label(self.plain, *after):
            yield self._whole(index, span.end)

    def _apart(self, index: int, parent: int, prefix: str) -> Iterator[MeasureSpan]:
        for number, span in enumerate(self._apart_paragraphs(index), start=1):
            name = "末段" if number == 1 else f"末段{number}"
            yield MeasureSpan(f"{prefix}{name}", None, span.start, span.end)

    def _apart_paragraphs(self, index: int) -> list[Span]:
        """Paragraphs behind the last section of a chapter, or of the whole body, that do not belong
        to it.

        Such paragraphs exceed the number that any neighbouring section has, and begin with an
        addressee.
        """
        heading = self.headings[index]
        beside = self.below[heading.above]
        if index != beside[-1] or self.below.get(index):
            return []
        paragraphs = list(_lines(self.plain, heading.start, heading.close))
        usual = max((self._paragraph_count(sibling) for sibling in beside[:-1]), default=0)
        usual = usual or 1 + _heading_alone(self.plain, heading)
        apart = dropwhile(lambda span: not self._opens_apart(span), paragraphs[usual:])
        return [span for span in apart if not _FORMULA.match(self.plain, span.start)]

    def _paragraph_count(self, index: int) -> int:
        if self.below.get(index):
            return 0
        heading = self.headings[index]
        return sum(1 for _ in _lines(self.plain, heading.start, heading.close))

    def _opens_apart(self, span: Span) -> bool:
        words = self.plain[span.start : span.end]
        if "\t" in words or not _ASKS.search(words):
            return False
        opening = addressees_in(self.text, span.start, min(span.end, span.start + 24)).mentions
        return bool(opening and opening[0].start - span.start < 6) or bool(_REPORTS.match(words))


def _has_label(plain: str, start: int, end: int) -> bool:
    return bool(LABEL.search(plain, start, end) or _WORK_LABEL.search(plain, start, end))


def _heading_alone(plain: str, heading: Heading) -> int:
    """1 where the heading fills its line, so that its body is the next paragraph; else 0."""
    rest = plain[heading.end : heading.end + 3].lstrip(" 。：；")
    return int(rest[:1] in ("\n", ""))


def _lines(plain: str, start: int, end: int) -> Iterator[Span]:
    at = start
    while at < end:
        close = plain.find("\n", at, end)
        close = end if close < 0 else close
        span = _trimmed(plain, at, close)
        if span.end > span.start:
            yield span
        at = close + 1


def _trimmed(plain: str, start: int, end: int) -> Span:
    while end > start and plain[end - 1].isspace():
        end -= 1
    while start < end and plain[start].isspace():
        start += 1
    return Span(start, end)


def _paragraphs(plain: str, body: Span) -> Iterator[MeasureSpan]:
    """The measures of a body without headings: every paragraph that asks for something, except the
    opening."""
    number = 0
    spans = list(_lines(plain, body.start, body.end))
    for span in spans:
        words = plain[span.start : span.end]
        if "\t" in words or _FORMULA.match(words) or not _ASKS.search(words):
            continue
        if len(spans) > 1 and _OPENING.search(words[-40:]):
            continue
        number += 1
        yield MeasureSpan(f"段{number}", None, span.start, span.end)
