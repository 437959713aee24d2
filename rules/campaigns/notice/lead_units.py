"""Lead and cooperating units, where a notice names them: by label or as 由…牵头，…配合."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rules.campaigns.notice.folding import folded, joined_up
from rules.campaigns.notice.found import Doubt, Found
from rules.campaigns.notice.unit_names import is_vague_unit, looks_like_unit, split_units
from rules.sentences.refusal import N_

_LEAD = (
    r"(?:责任|牵头|主责|承办|负责|主办|主体|实施|督办|落实)(?:责任)?"
    r"(?:单位|部门|处室|科室|主体)|牵头|责任主体"
)
_HELP = r"(?:配合|协办|参与|协同|协作|协助|参加|联办|参加配合)(?:单位|部门|处室|科室)|配合"
LABEL = re.compile(rf"(?P<lead>{_LEAD})：|(?P<help>{_HELP})：")
_OTHER_LABEL = re.compile(
    r"(?:完成|办理|整改|报送|时限|时间|工作)?(?:时限|时间|期限|要求|目标|进度)(?:要求)?：|完成时限|责任人|联系人|(?:分管|责任)领导"
)
_VERBS = re.compile(r"牵头|负总责|负责|配合|参与|协助|协同|协办")
_LEADING_WORD = re.compile(r"^(?:由|请|并由|且由|其中|具体由|会同|联合|以|[、和及与])+")
_TOGETHER = re.compile(r"会同|联合|协同(?=[\u4e00-\u9fa5])")
_CLAUSE_STARTS = "，。；：！？ \n\t（）"


@dataclass(frozen=True)
class NamedUnits:
    """Lead and cooperating units in reading order, each with its place."""

    lead: tuple[Found, ...]
    cooperating: tuple[Found, ...]
    doubts: tuple[Doubt, ...]


def units_in(text: str, start: int = 0, end: int | None = None) -> NamedUnits:
    """The units named for `text[start:end]`. Offsets are those of the whole text."""
    stop = len(text) if end is None else end
    plain = folded(text)
    lead: list[Found] = []
    helping: list[Found] = []
    labelled: list[tuple[int, int]] = []
    for match in LABEL.finditer(plain, start, stop):
        close = _value_end(plain, match.end(), stop)
        labelled.append((match.start(), close))
        target = lead if match["lead"] else helping
        target.extend(_listed(text, plain, match.end(), close))
    for role, span in _in_sentences(plain, start, stop, labelled):
        target = lead if role == "lead" else helping
        target.extend(_listed(text, plain, *span))
    return _named(lead, helping)


def listed_units(text: str, start: int, end: int) -> tuple[Found, ...]:
    """The units in a table cell, or in the words behind a label."""
    return tuple(_listed(text, folded(text), start, end))


def _named(lead: list[Found], helping: list[Found]) -> NamedUnits:
    leads = _once(lead)
    names = {unit.value for unit in leads}
    helpers = tuple(unit for unit in _once(helping) if unit.value not in names)
    return NamedUnits(leads, helpers, tuple(vague_unit_doubts((*leads, *helpers))))


def vague_unit_doubts(units: tuple[Found, ...]) -> list[Doubt]:
    """A doubt for every 有关部门 in a list of units."""
    why = N_("没有写明是哪些单位，请确认。")
    return [
        Doubt("unit", unit.value, unit.start, unit.end, why)
        for unit in units
        if is_vague_unit(unit.value)
    ]


def _once(units: list[Found]) -> tuple[Found, ...]:
    kept: dict[str, Found] = {}
    for unit in sorted(units, key=lambda unit: unit.start):
        kept.setdefault(unit.value, unit)
    return tuple(kept.values())


def _listed(text: str, plain: str, start: int, end: int) -> list[Found]:
    return [
        Found(joined_up(text[begin:close]), begin, close)
        for begin, close in split_units(plain, start, end)
        if close - begin <= 60
    ]


def _value_end(plain: str, start: int, stop: int) -> int:
    """Where the list behind a label ends: outside brackets, at ；。 or at the next label."""
    limit = min(stop, start + 400)
    ends = [limit]
    for label in (LABEL, _OTHER_LABEL):
        match = label.search(plain, start, limit)
        ends.extend([match.start()] if match else [])
    depth = 0
    for at in range(start, min(ends)):
        char = plain[at]
        if char == "）" and depth == 0:
            return at
        depth += (char == "（") - (char == "）")
        if char in "；。\n\t】]" and (plain[start:at].strip() or char in "。；】"):
            return at
    return min(ends)


def _in_sentences(
    plain: str, start: int, stop: int, labelled: list[tuple[int, int]]
) -> list[tuple[str, tuple[int, int]]]:
    """Names before 牵头, 负责 or 配合, as (lead or help, offsets of the list)."""
    found: list[tuple[str, tuple[int, int]]] = []
    inside = 0
    for verb in _VERBS.finditer(plain, start, stop):
        while inside < len(labelled) and labelled[inside][1] <= verb.start():
            inside += 1
        if inside < len(labelled) and labelled[inside][0] <= verb.start():
            continue
        found.extend(_before_verb(plain, start, verb))
    return found


def _before_verb(plain: str, start: int, verb: re.Match[str]) -> list[tuple[str, tuple[int, int]]]:
    begin, end = _list_before(plain, start, verb.start())
    leads = verb.group() in ("牵头", "负总责", "负责") and not _second(plain, start, verb)
    role = "lead" if leads else "help"
    together = _TOGETHER.search(plain, begin, end) if leads else None
    if together and looks_like_unit(plain[begin : together.start()]):
        parts = [(role, (begin, together.start())), ("help", (together.end(), end))]
    else:
        parts = [(role, (begin, end))]
    return [part for part in parts if _all_units(plain, *part[1])]


def _second(plain: str, start: int, verb: re.Match[str]) -> bool:
    """Whether the units are named second, as in 某厅牵头，某厅按职责分工负责. Such units
    cooperate."""
    if verb.group() != "负责" or plain[max(start, verb.start() - 2) : verb.start()] not in (
        "分工",
        "职责",
        "分别",
    ):
        return False
    sentence = re.split(r"[。；\n]", plain[max(start, verb.start() - 160) : verb.start()])[-1]
    return "牵头" in sentence


def _list_before(plain: str, start: int, at: int) -> tuple[int, int]:
    """The clause before a verb, without 由 in front and 按职责分工 behind. Inside brackets: all of
    it."""
    begin, depth = at, 0
    while begin > start and at - begin < 160:
        char = plain[begin - 1]
        depth += (char == "）") - (char == "（")
        if depth < 0 or (depth == 0 and char in _CLAUSE_STARTS and char != "）"):
            break
        begin -= 1
    words = plain[begin:at]
    by = words.rfind("由")
    begin += by + 1 if by >= 0 else 0
    lead_word = _LEADING_WORD.match(plain[begin:at])
    begin += lead_word.end() if lead_word else 0
    trimmed = re.sub(
        r"(?:等)?(?:按(?:照)?(?:各自)?职责(?:分工)?|分别|共同|具体|统一|积极|予以|做好|为|等| )*$",
        "",
        plain[begin:at],
    )
    return begin, begin + len(trimmed)


def _all_units(plain: str, start: int, end: int) -> bool:
    parts = split_units(plain, start, end)
    return bool(parts) and all(_plausible(plain[begin:close]) for begin, close in parts)


def _plausible(words: str) -> bool:
    return looks_like_unit(words) and not re.match(
        r"(?:各级)?(?:各|有关|相关)?(?:单位|部门|地区)$", words
    )
