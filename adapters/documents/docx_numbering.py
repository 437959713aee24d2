"""The automatic numbering of a .docx, written out as Word shows it: 一、 （一） 1."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from rules.campaigns.notice.numerals import numeral_of

_HAN = frozenset(
    [
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "koreanCounting",
    ]
)
_STEMS = {
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
}
"""Formats that count by the ten stems and the twelve branches, and in digits after the last one
(ECMA-376 part 1, 17.18.59)."""
_DIGIT_BY_DIGIT = frozenset(("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"))
_CIRCLED = frozenset(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"))
_LEGAL = str.maketrans("零一二三四五六七八九十百", "零壹贰叁肆伍陆柒捌玖拾佰")
_MOST = 3000


@dataclass
class _Level:
    start: int = 1
    format: str = "decimal"
    pattern: str = ""
    legal: bool = False
    restart: int | None = None
    """The number begins again after a mark of this level (from 1) or a higher one. 0: never. None:
    after a mark of any higher level (17.9.10)."""

    def begins_again(self, own: int, marked: int) -> bool:
        """Whether the number of the level `own` begins again after a mark of a level, from 0."""
        return marked < own and (self.restart is None or marked < self.restart)


@dataclass
class _List:
    """A numbered list: its abstract definition, and the levels that a numbering instance
    overrides."""

    abstract: str
    levels: dict[int, _Level] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The marks of a document's numbered paragraphs. They must be asked in the order of the
    document."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        self._abstracts = _abstracts(numbering)
        self._lists = _lists(numbering, self._abstracts)
        self._styles = _style_numbering(styles)
        self._counters: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def mark(self, properties: etree._Element | None) -> str:
        """The mark of the paragraph with these properties, or an empty text."""
        found = self._place(properties)
        if found is None:
            return ""
        number_id, level = found
        listed = self._lists.get(number_id)
        definition = listed.levels.get(level) if listed else None
        if listed is None or definition is None:
            return ""
        self._count(number_id, listed, level, definition)
        return self._written(listed, level, definition)

    def _place(self, properties: etree._Element | None) -> tuple[str, int] | None:
        if properties is None:
            return None
        style = _value(_sub(properties, "pStyle"))
        inherited = self._styles.get(style or "", (None, None))
        own = _numbering_of(properties)
        number_id = own[0] if own[0] is not None else inherited[0]
        level = own[1] if own[1] is not None else inherited[1]
        if number_id is None or number_id == "0":
            return None
        if own[1] is None and level is None and style:
            level = self._level_by_style(number_id, style)
        return number_id, level or 0

    def _level_by_style(self, number_id: str, style: str) -> int | None:
        listed = self._lists.get(number_id)
        linked = self._abstracts.get(listed.abstract, ({}, {}))[1] if listed else {}
        return linked.get(style)

    def _count(self, number_id: str, listed: _List, level: int, definition: _Level) -> None:
        counters = self._counters.setdefault(listed.abstract, {})
        if (number_id, level) not in self._begun:
            self._begun.add((number_id, level))
            if level in listed.starts:
                counters[level] = listed.starts[level] - 1
        counters[level] = counters.get(level, definition.start - 1) + 1
        for other in list(counters):
            if listed.levels.get(other, _Level()).begins_again(other, level):
                del counters[other]

    def _written(self, listed: _List, level: int, definition: _Level) -> str:
        counters = self._counters[listed.abstract]

        def number(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            of = listed.levels.get(at, _Level())
            kind = "decimal" if definition.legal else of.format
            return written_number(counters.get(at, of.start), kind)

        if definition.format in ("bullet", "none"):
            return ""
        mark = re.sub(r"%(\d)", number, definition.pattern)
        return mark if not mark or mark[-1] in "、.．）)。:：" else mark + " "


def written_number(number: int, kind: str) -> str:
    """A number in one of Word's number formats. Unknown formats are written in digits."""
    number = min(number, _MOST)
    if kind in _HAN and 0 < number < 1000:
        return numeral_of(number)
    if kind in _STEMS and 0 < number <= len(_STEMS[kind]):
        return _STEMS[kind][number - 1]
    if kind in _DIGIT_BY_DIGIT:
        return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))
    if kind == "chineseLegalSimplified" and 0 < number < 1000:
        return numeral_of(number).translate(_LEGAL)
    if kind in _CIRCLED and 1 <= number <= 20:
        return chr(0x245F + number)
    if kind in ("upperLetter", "lowerLetter") and number > 0:
        letter = chr(0x41 + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if kind == "upperLetter" else letter.lower()
    if kind in ("upperRoman", "lowerRoman") and number > 0:
        return _roman(number) if kind == "upperRoman" else _roman(number).lower()
    return f"{number:02d}" if kind == "decimalZero" else str(number)


def _roman(number: int) -> str:
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    letters = ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I")
    written = ""
    for value, letter in zip(values, letters, strict=True):
        written += letter * (number // value)
        number %= value
    return written


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _sub(element: etree._Element | None, name: str) -> etree._Element | None:
    if element is None:
        return None
    return next((child for child in element if _local(child) == name), None)


def _attribute(element: etree._Element | None, name: str) -> str | None:
    if element is None:
        return None
    return next(
        (str(value) for key, value in element.attrib.items() if str(key).endswith(name)), None
    )


def _value(element: etree._Element | None) -> str | None:
    return _attribute(element, "}val")


def _whole(element: etree._Element | None) -> int | None:
    value = _value(element)
    return int(value) if value and value.isdigit() else None


def _numbering_of(properties: etree._Element | None) -> tuple[str | None, int | None]:
    own = _sub(properties, "numPr")
    return _value(_sub(own, "numId")), _whole(_sub(own, "ilvl"))


def _level(element: etree._Element) -> _Level:
    return _Level(
        start=_whole(_sub(element, "start")) if _sub(element, "start") is not None else 1,  # type: ignore[arg-type]
        format=_format(element),
        pattern=_value(_sub(element, "lvlText")) or "",
        legal=_sub(element, "isLgl") is not None,
        restart=_whole(_sub(element, "lvlRestart")),
    )


def _format(level: etree._Element) -> str:
    """The value of numFmt, also where Word wraps it to offer a choice to older versions."""
    for element in level.iter():
        if _local(element) == "numFmt":
            return _value(element) or "decimal"
    return "decimal"


def _abstracts(
    numbering: etree._Element | None,
) -> dict[str, tuple[dict[int, _Level], dict[str, int]]]:
    """abstractNumId → its levels, and the levels that paragraph styles are linked to."""
    found: dict[str, tuple[dict[int, _Level], dict[str, int]]] = {}
    for element in numbering if numbering is not None else ():
        if _local(element) != "abstractNum":
            continue
        levels: dict[int, _Level] = {}
        linked: dict[str, int] = {}
        for level in (child for child in element if _local(child) == "lvl"):
            at = int(_attribute(level, "}ilvl") or 0)
            levels[at] = _level(level)
            style = _value(_sub(level, "pStyle"))
            if style:
                linked[style] = at
        found[_attribute(element, "}abstractNumId") or ""] = (levels, linked)
    return found


def _lists(
    numbering: etree._Element | None,
    abstracts: dict[str, tuple[dict[int, _Level], dict[str, int]]],
) -> dict[str, _List]:
    found: dict[str, _List] = {}
    for element in numbering if numbering is not None else ():
        if _local(element) != "num":
            continue
        abstract = _value(_sub(element, "abstractNumId")) or ""
        listed = _List(abstract, dict(abstracts.get(abstract, ({}, {}))[0]))
        for override in (child for child in element if _local(child) == "lvlOverride"):
            at = int(_attribute(override, "}ilvl") or 0)
            start, level = _whole(_sub(override, "startOverride")), _sub(override, "lvl")
            if level is not None:
                listed.levels[at] = _level(level)
            if start is not None:
                listed.starts[at] = start
        found[_attribute(element, "}numId") or ""] = listed
    return found


def _style_numbering(
    styles: etree._Element | None,
) -> dict[str, tuple[str | None, int | None]]:
    """Style → its numbering: its own, or that of the style it is based on."""
    own: dict[str, tuple[str | None, int | None]] = {}
    based: dict[str, str | None] = {}
    for style in styles if styles is not None else ():
        if _local(style) == "style":
            name = _attribute(style, "}styleId") or ""
            own[name] = _numbering_of(_sub(style, "pPr"))
            based[name] = _value(_sub(style, "basedOn"))
    return {name: _inherited(name, own, based) for name in own}


def _inherited(
    name: str, own: dict[str, tuple[str | None, int | None]], based: dict[str, str | None]
) -> tuple[str | None, int | None]:
    number: str | None = None
    level: int | None = None
    at: str | None = name
    seen: set[str] = set()
    while at and at not in seen and (number is None or level is None):
        seen.add(at)
        found = own.get(at, (None, None))
        number = number if number is not None else found[0]
        level = level if level is not None else found[1]
        at = based.get(at)
    return number, level
