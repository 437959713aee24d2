"""The parts of a section that address different kinds of office.

A section may tell banners one thing and villages another. Its sentences, the clauses between
semicolons and the points (一是… 二是…) are read one by one. Neighbours that address the same units
are one part, and words that name nobody belong to the part before them. Words in brackets and
quotes are not taken apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from rules.campaigns.notice.addressees import Addressees, addressees_in
from rules.campaigns.notice.folding import folded
from rules.campaigns.notice.found import Span
from rules.campaigns.notice.lead_units import LABEL
from rules.campaigns.notice.measure_spans import MeasureSpan
from rules.campaigns.notice.notice import DraftMeasure, read_measure, title_from
from rules.campaigns.notice.notice_dates import DateReference

MOST_PARTS = 60
"""How many parts of a section are listed at most."""
_NUMERALS = "一二三四五六七八九十"
_POINT = rf"[{_NUMERALS}]{{1,2}}[是要](?![否求])"
_CUT = re.compile(rf"[。！？；\n]+[”）]?|(?<=[，：、 ])(?={_POINT})")
_KEPT_WHOLE = re.compile(r"（[^（）\n]{0,200}）|“[^“”\n]{0,200}”")
_BEFORE_TITLE = re.compile(
    rf"\s*(?:{_POINT}|（ ?[{_NUMERALS}\d]{{1,3}} ?）|[{_NUMERALS}\d]{{1,3}} ?[、.])?\s*"
)
_AROUND = " \n\t，；、"


@dataclass(frozen=True)
class Part:
    """A stretch of a section, `text[start:end]`, and whom it addresses."""

    text: str
    start: int
    end: int
    levels: tuple[str, ...]
    """The levels that the part addresses, from the top down."""
    tags: tuple[str, ...]


def parts_of(text: str, start: int, end: int) -> tuple[Part, ...]:
    """The parts of `text[start:end]` that address different units, in the order of the text.

    Offsets are those of the whole text. Empty where the section addresses the same units
    throughout. At most `MOST_PARTS` parts are found. The cost is linear in the section.
    """
    parts = tuple(islice(_joined(text, _clauses(text, start, end)), MOST_PARTS))
    return parts if len({(part.levels, part.tags) for part in parts}) > 1 else ()


def read_part(text: str, part: Part, reference: DateReference, *, path: str) -> DraftMeasure:
    """The part as a measure of its own, with its own deadlines, duties and units."""
    plain = folded(text)
    match = _BEFORE_TITLE.match(plain, part.start, part.end)
    title = title_from(text, plain, match.end() if match else part.start, part.end)
    return read_measure(text, plain, MeasureSpan(path, title, part.start, part.end), reference)


def _clauses(text: str, start: int, end: int) -> Iterator[Span]:
    """The sentences, clauses and points of a section, without the blanks around them."""
    section = text[start:end]
    plain = _KEPT_WHOLE.sub(lambda kept: "＊" * len(kept.group()), folded(section))
    cuts = sorted({0, len(section), *(match.end() for match in _CUT.finditer(plain))})
    for first, last in pairwise(cuts):
        words = section[first:last]
        left = len(words) - len(words.lstrip(_AROUND))
        right = len(words.rstrip(_AROUND))
        if left < right:
            yield Span(start + first + left, start + first + right)


def _joined(text: str, clauses: Iterator[Span]) -> Iterator[Part]:
    """Each clause that addresses somebody, with the clauses behind it that address nobody else.

    What stands before the first such clause, as the heading does, belongs to no part.
    """
    part: Part | None = None
    for clause in clauses:
        found = _addressees(text[clause.start : clause.end])
        whom = (found.levels, found.tags)
        if part and whom in (((), ()), (part.levels, part.tags)):
            part = replace(part, end=clause.end, text=text[part.start : clause.end])
        elif any(whom):
            if part:
                yield part
            part = Part(text[clause.start : clause.end], clause.start, clause.end, *whom)
    if part:
        yield part


def _addressees(clause: str) -> Addressees:
    """Whom a clause addresses. Units behind a label (责任单位：) are responsible, not addressed."""
    labels = [Span(match.start(), len(clause)) for match in LABEL.finditer(folded(clause))]
    return addressees_in(clause, without=tuple(labels))
