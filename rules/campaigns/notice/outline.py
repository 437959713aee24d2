"""The outline of a notice: its numbered headings, wherever they begin.

A heading mark counts only at the start of a line, right after the end of a sentence, or right
behind the heading above, and only as the next number of its level. At the start of a line any
number counts, because there a number was more likely mistyped, or a heading lost in copying, than
that the mark is none. A heading whose number does not follow says which mark was expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rules.campaigns.notice.folding import folded
from rules.campaigns.notice.headings import heading_end, heading_text
from rules.campaigns.notice.numerals import number_of, numeral_of

CHAPTER, DIVISION, ARTICLE = "第一章", "第一节", "第一条"
HAN, HAN_BRACKET, DIGIT, DIGIT_BRACKET = "一、", "（一）", "1.", "（1）"
HALF_BRACKET, CIRCLE, POINT = "1）", "①", "一是"
_ORDER = (
    CHAPTER,
    DIVISION,
    ARTICLE,
    HAN,
    HAN_BRACKET,
    DIGIT,
    DIGIT_BRACKET,
    HALF_BRACKET,
    CIRCLE,
    POINT,
)
_N = "一二三四五六七八九十百零〇"
_MARK = re.compile(
    rf"第 ?(?P<statute>[{_N}]{{1,5}}|\d{{1,3}}) ?(?P<of>[章节条])(?!规定|所|[第款项的之、，"
    rf"；和至到及])"
    rf"|（ ?(?P<han_bracket>[{_N}]{{1,3}}) ?）[、.。]?(?![项款条目类点])"
    r"|（ ?(?P<digit_bracket>\d{1,2}) ?）(?![项款条目类点])"
    rf"|(?P<han>[{_N}]{{1,3}}) ?[、.。](?![{_N}]{{1,2}}[、是]?[季级类批线产期等年度]|"
    rf"[{_N}]{{1,2}}、)"
    r"|(?P<digit>\d{1,2}) ?(?:[、.](?!\d)|\.(?=20\d\d ?年))"
    r"|(?P<half_bracket>\d{1,2})）"
    r"|(?P<circle>[①-⑳])"
    r"|(?P<single_han>[㈠-㈩])"
    r"|(?P<single_bracket>[⑴-⒇])"
    r"|(?P<single_digit>[⒈-⒛])(?!\d)"
    rf"|(?P<point>[{_N}]{{1,2}})[是要](?!否|求)"
)
_STATUTE = {"章": CHAPTER, "节": DIVISION, "条": ARTICLE}
_STYLES = {
    "han_bracket": HAN_BRACKET,
    "digit_bracket": DIGIT_BRACKET,
    "han": HAN,
    "digit": DIGIT,
    "half_bracket": HALF_BRACKET,
    "circle": CIRCLE,
    "point": POINT,
    "single_han": HAN_BRACKET,
    "single_bracket": DIGIT_BRACKET,
    "single_digit": DIGIT,
}
_SINGLE = {"circle": "①", "single_han": "㈠", "single_bracket": "⑴", "single_digit": "⒈"}
"""Marks that are one character each, by the first of their kind."""
_STOPS = "。！？；："
_POINT_STOPS = _STOPS + "，、"
_CLOSERS = "”’」』）》】\"'"
_RESTARTING = (DIGIT, DIGIT_BRACKET, HALF_BRACKET, CIRCLE)
_ENUMERATION = 120
_GAP, _FARTHEST = 3, 20
"""The farthest a number may lie ahead, in lists of digits and in numbered sections."""


@dataclass(frozen=True)
class Heading:
    """One numbered heading. All places are characters of the text.

    The mark begins at `start`. The heading's own words end at `end`. The section with everything
    below it ends at `close`. `depth` counts from 1. `above` is the index of the heading above, or
    None.
    """

    mark: str
    style: str
    number: int
    depth: int
    heading: str
    start: int
    end: int
    close: int
    above: int | None
    expected: str = ""
    """The mark that should stand here, where the number does not follow; else empty."""


@dataclass(frozen=True)
class _Candidate:
    style: str
    number: int
    start: int
    after: int
    opens_line: bool
    line: int
    expected: int = 0
    """The number that should stand here, where this one does not follow; else 0."""


def outline_of(text: str, start: int = 0, end: int | None = None) -> tuple[Heading, ...]:
    """The headings of `text[start:end]` in order. Offsets are those of the whole text."""
    stop = len(text) if end is None else end
    plain = folded(text)
    accepted = _accepted(list(_candidates(plain, start, stop)))
    return _placed(text, plain, _without_lone_points(accepted), stop)


def path_of(headings: tuple[Heading, ...], index: int) -> str:
    """The path of a heading, as people cite it: `二/（一）`."""
    parts: list[str] = []
    at: int | None = index
    while at is not None:
        parts.append(headings[at].mark.rstrip("、."))
        at = headings[at].above
    return "/".join(reversed(parts))


def typed_mark(style: str, number: int) -> str:
    """The mark as it is properly typed: 一、 （一） 1. （1） 第一条."""
    if style == CIRCLE:
        return chr(0x2460 + number - 1)
    if style in (DIGIT, DIGIT_BRACKET, HALF_BRACKET):
        return style.replace("1", str(number))
    return style.replace("一", numeral_of(number))


def _candidates(plain: str, start: int, stop: int) -> Iterator[_Candidate]:
    quotes = _Quotes(plain, start, stop)
    for match in _MARK.finditer(plain, start, stop):
        style, number = _read(match)
        if not number or number > 199:
            continue
        opens_line = _opens_line(plain, match.start(), start)
        behind = opens_line or _follows_stop(plain, match.start(), start, style)
        if not behind and not _follows_heading(plain, match.start(), start, style, number):
            continue
        line = quotes.line_of(match.start())
        if opens_line or not quotes.quoted(match.start()):
            yield _Candidate(style, number, match.start(), match.end(), opens_line, line)


def _read(match: re.Match[str]) -> tuple[str, int | None]:
    """The style of a mark and its number."""
    if match["statute"]:
        return _STATUTE[match["of"]], number_of(match["statute"])
    kind = next(name for name in _STYLES if match[name])
    if kind in _SINGLE:
        return _STYLES[kind], ord(match[kind]) - ord(_SINGLE[kind]) + 1
    return _STYLES[kind], number_of(match[kind])


def _opens_line(plain: str, at: int, start: int) -> bool:
    while at > start and plain[at - 1] in " \t#*":
        at -= 1
    return at == start or plain[at - 1] == "\n"


def _follows_stop(plain: str, at: int, start: int, style: str) -> bool:
    at = _back(plain, at, start, " \t")
    at = _back(plain, at, start, _CLOSERS)
    stops = _POINT_STOPS if style == POINT else _STOPS
    return at > start and plain[at - 1] in stops


_ABOVE = re.compile(
    rf"(?:^|[\n{_STOPS}])[ \t]*(?:[{_N}]{{1,3}} ?、|第 ?[{_N}]{{1,3}} ?章|（ ?[{_N}]{{1,3}} ?）)"
    rf"[^\n{_STOPS}，、（）]{{2,24}}$"
)
"""A heading without a stop behind it."""
_LABEL_ABOVE = re.compile(r"（[^（）\n]{0,8}(?:单位|部门|时限)[：:][^（）\n]{1,80}）$")


def _follows_heading(plain: str, at: int, start: int, style: str, number: int | None) -> bool:
    """Whether the mark stands right behind a heading as its first section (一、重点任务（一）排查),
    or behind the label of a responsible unit."""
    if style not in (HAN_BRACKET, DIGIT, DIGIT_BRACKET):
        return False
    before = plain[max(start, at - 120) : at].rstrip(" ")
    return bool(_LABEL_ABOVE.search(before) or (number == 1 and _ABOVE.search(before)))


def _back(plain: str, at: int, start: int, skipped: str) -> int:
    while at > start and plain[at - 1] in skipped:
        at -= 1
    return at


class _Quotes:
    """Where quotations stand, line by line. Offsets must be asked in rising order.

    An opening mark whose closing mark is missing on its line quotes nothing.
    """

    def __init__(self, plain: str, start: int, stop: int) -> None:
        self._spans = list(_quotations(plain, start, stop))
        self._breaks = [place for place in range(start, stop) if plain[place] == "\n"]
        self._span = self._line = 0

    def line_of(self, at: int) -> int:
        while self._line < len(self._breaks) and self._breaks[self._line] < at:
            self._line += 1
        return self._line

    def quoted(self, at: int) -> bool:
        while self._span < len(self._spans) and self._spans[self._span][1] <= at:
            self._span += 1
        return self._span < len(self._spans) and self._spans[self._span][0] < at


_QUOTATION = re.compile(r"“[^”\n]*”|\"[^\"\n]*\"|「[^」\n]*」|『[^』\n]*』")
_ANY_QUOTE = re.compile(r"[“”\"「」『』\n]")


def _quotations(plain: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    opened: int | None = None
    closer = ""
    closers = {"“": "”", '"': '"', "「": "」", "『": "』"}
    for match in _ANY_QUOTE.finditer(plain, start, stop):
        char = match.group()
        if char == "\n":
            opened = None
        elif opened is None:
            if char in closers:
                opened, closer = match.start(), closers[char]
        elif char == closer:
            yield opened, match.end()
            opened = None


def _accepted(candidates: list[_Candidate]) -> list[_Candidate]:
    rank = _ranks(candidates)
    taken: list[_Candidate] = []
    stack: list[_Candidate] = []
    refused: dict[str, _Candidate] = {}
    latest: dict[str, _Candidate] = {}
    for candidate in candidates:
        last = next((opened for opened in stack if opened.style == candidate.style), None)
        if last is None and _runs_on(candidate, latest.get(candidate.style)):
            last = latest[candidate.style]
        if _enumerated(candidate, refused.get(candidate.style)) or not _is_next(candidate, last):
            refused[candidate.style] = candidate
            continue
        if not _follows(candidate, last):
            expected = last.number + 1 if last else 1
            candidate = replace(candidate, expected=expected)
        while stack and rank[stack[-1].style] >= rank[candidate.style]:
            stack.pop()
        stack.append(candidate)
        latest[candidate.style] = candidate
        taken.append(candidate)
    return taken


def _enumerated(candidate: _Candidate, refused: _Candidate | None) -> bool:
    """Whether the candidate continues an enumeration inside a sentence whose beginning was
    refused."""
    return (
        refused is not None
        and not candidate.opens_line
        and candidate.line == refused.line
        and candidate.number == refused.number + 1
        and candidate.start - refused.start < _ENUMERATION
    )


def _runs_on(candidate: _Candidate, latest: _Candidate | None) -> bool:
    """Whether the candidate continues the numbers of the chapter before, as articles and long plans
    do."""
    if latest is None or candidate.number != latest.number + 1:
        return False
    return candidate.opens_line or candidate.style == ARTICLE


def _is_next(candidate: _Candidate, last: _Candidate | None) -> bool:
    number = candidate.number
    if last is None:
        return number == 1 or (candidate.opens_line and number == 2 and candidate.style != POINT)
    if number == last.number + 1:
        return True
    if not candidate.opens_line:
        return number == 1 and candidate.style == POINT
    if number == 1 and candidate.style in (*_RESTARTING, POINT):
        return True
    if candidate.style in (HAN, HAN_BRACKET, *_STATUTE.values()):
        return number <= last.number + _FARTHEST
    return last.number < number <= last.number + _GAP


def _follows(candidate: _Candidate, last: _Candidate | None) -> bool:
    """Whether the number is the one that is expected, or begins a list anew."""
    if candidate.number == 1 and candidate.style in (*_RESTARTING, POINT):
        return True
    return candidate.number == (last.number + 1 if last else 1)


def _ranks(candidates: list[_Candidate]) -> dict[str, float]:
    """The order of the styles. Articles stand under 一、 where 一、 comes first in the text."""
    rank: dict[str, float] = {style: float(place) for place, style in enumerate(_ORDER)}
    firsts = {
        candidate.style: candidate.start
        for candidate in reversed(candidates)
        if candidate.opens_line and candidate.number == 1
    }
    if HAN in firsts and firsts[HAN] < firsts.get(ARTICLE, -1):
        rank[ARTICLE] = rank[HAN] + 0.5
    return rank


def _without_lone_points(taken: list[_Candidate]) -> list[_Candidate]:
    """The candidates without lone points. A 一是 with no 二是 after it is a phrase, not a list."""
    kept: list[_Candidate] = []
    for here, after in zip(taken, [*taken[1:], None], strict=False):
        lone = here.style == POINT and here.number == 1
        if lone and not (after and after.style == POINT and after.number == 2):
            continue
        kept.append(here)
    return kept


def _expected(candidate: _Candidate) -> str:
    return typed_mark(candidate.style, candidate.expected) if candidate.expected else ""


def _placed(text: str, plain: str, taken: list[_Candidate], stop: int) -> tuple[Heading, ...]:
    rank = _ranks(taken)
    headings: list[Heading] = []
    open_: list[int] = []
    limits = [*(candidate.start for candidate in taken[1:]), stop]
    for candidate, limit in zip(taken, limits, strict=False):
        while open_ and rank[headings[open_[-1]].style] >= rank[candidate.style]:
            closed = open_.pop()
            headings[closed] = replace(headings[closed], close=candidate.start)
        end = heading_end(plain, candidate.after, limit, candidate.style == POINT)
        headings.append(
            Heading(
                mark=typed_mark(candidate.style, candidate.number),
                style=candidate.style,
                number=candidate.number,
                depth=len(open_) + 1,
                heading=heading_text(text[candidate.after : end]),
                start=candidate.start,
                end=max(end, candidate.after),
                close=stop,
                above=open_[-1] if open_ else None,
                expected=_expected(candidate),
            )
        )
        open_.append(len(headings) - 1)
    return tuple(headings)
