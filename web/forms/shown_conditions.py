"""What the form editor shows of the conditions and comparisons of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rules.forms.form_fields import SELECTS, FieldType
from rules.forms.plain_conditions import (
    COMPARED,
    CONTAINS,
    EMPTY,
    FILLED,
    LACKS,
    NOT_SELECTED,
    SELECTED,
    PlainCondition,
    signs_of,
)
from rules.sentences.refusal import N_
from web.edge.viewer.language import Words
from web.forms.typed_conditions import (
    ConditionedRow,
    Rows,
    candidates,
    choices_of,
    misplaced,
    reference,
    repeats_of,
)

SIGN_NAMES = {
    "=": N_("等于"),
    "!=": N_("不等于"),
    ">": N_("大于"),
    ">=": N_("不小于"),
    "<": N_("小于"),
    "<=": N_("不大于"),
    SELECTED: N_("选了"),
    NOT_SELECTED: N_("没有选"),
    CONTAINS: N_("包含"),
    LACKS: N_("不包含"),
    FILLED: N_("已填写"),
    EMPTY: N_("未填写"),
}
DAY_SIGN_NAMES = SIGN_NAMES | {
    ">": N_("晚于"),
    ">=": N_("不早于"),
    "<": N_("早于"),
    "<=": N_("不晚于"),
}


@dataclass(frozen=True)
class ShownCondition:
    """The inputs of one condition or comparison."""

    item: str
    sign: str
    value: str
    offered: Sequence[tuple[str, str]]
    """The items that may be chosen, with their titles."""
    signs: Sequence[tuple[str, str]]
    """The signs that may be chosen, with the msgids of their names."""
    choices: Sequence[tuple[str, str]]
    """The values that may be chosen; empty where the value is typed."""
    is_date: bool = False


@dataclass(frozen=True)
class ShownConditions:
    """What the conditions of one row show."""

    ifs: Sequence[ShownCondition]
    against: Sequence[ShownCondition]
    may_ask: bool
    """There is an item before the row of which a condition can be made."""
    may_compare: bool
    notes: Sequence[str]
    """Sentences on references to rows that are gone or stand behind the row."""
    narrow: bool = False
    """Only what is chosen is offered; a button offers the rest."""


MOST_OFFERED = 4_000
"""The items and values that all conditions of a page offer. Above it only one row offers all of its
own: three hundred rows that name three hundred others would make a page of megabytes."""


def shown_conditions(words: Words, rows: Rows, whole: int = -1) -> list[ShownConditions]:
    """The conditions of every row, for the page. `whole`: the row that offers everything where the
    page has no room for all; so does a row that refers to what is gone."""
    notes, repeats = misplaced(rows), repeats_of(rows)
    shown = [
        _shown(rows, repeats, place, [words.say(note) for note in notes.get(place, ())])
        for place in range(len(rows))
    ]
    if sum(map(_offers, shown)) <= MOST_OFFERED:
        return shown
    return [
        found if place == whole or found.notes else _narrowed(found)
        for place, found in enumerate(shown)
    ]


def _offers(shown: ShownConditions) -> int:
    return sum(len(part.offered) + len(part.choices) for part in (*shown.ifs, *shown.against))


def _narrowed(shown: ShownConditions) -> ShownConditions:
    ifs, against = ([_chosen(part) for part in parts] for parts in (shown.ifs, shown.against))
    return replace(shown, ifs=ifs, against=against, narrow=bool(ifs or against))


def _chosen(part: ShownCondition) -> ShownCondition:
    """The condition that offers what is chosen only; a value that is not chosen yet can be."""
    offered = [(item, title) for item, title in part.offered if item == part.item]
    choices = [(code, text) for code, text in part.choices if code == part.value]
    return replace(part, offered=offered, choices=choices or part.choices)


def _shown(rows: Rows, repeats: Sequence[str], place: int, notes: Sequence[str]) -> ShownConditions:
    row = rows[place]
    earlier = candidates(rows, repeats, place)
    alike = candidates(rows, repeats, place, compared=True)
    return ShownConditions(
        ifs=[_shown_if(rows, earlier, PlainCondition(*part)) for part in row.ifs],
        against=[_shown_against(rows, row, alike, part) for part in row.against],
        may_ask=bool(earlier),
        may_compare=bool(alike),
        notes=notes,
    )


def _shown_if(rows: Rows, earlier: Sequence[int], part: PlainCondition) -> ShownCondition:
    item = next((row for row in rows if row.name and row.name == part.name), None)
    kind = item.type if item else ""
    names = DAY_SIGN_NAMES if kind == FieldType.DATE else SIGN_NAMES
    signs = signs_of(kind)
    if part.sign not in signs and part.sign in names:
        signs = (part.sign, *signs)
    choices = choices_of(item) if item and kind in SELECTS else []
    if part.value and part.value not in dict(choices) and choices:
        choices = [*choices, (part.value, part.value)]
    return ShownCondition(
        item=part.name,
        sign=part.sign,
        value=part.value,
        offered=_items(rows, earlier, part.name),
        signs=[(sign, names[sign]) for sign in signs],
        choices=choices,
        is_date=kind == FieldType.DATE,
    )


def _shown_against(
    rows: Rows, row: ConditionedRow, alike: Sequence[int], part: tuple[str, ...]
) -> ShownCondition:
    sign, name, strict = part
    names = DAY_SIGN_NAMES if row.type == FieldType.DATE else SIGN_NAMES
    signs = [(known, names[known]) for known in COMPARED]
    return ShownCondition(name, sign, strict, _items(rows, alike, name), signs, ())


def _items(rows: Rows, places: Sequence[int], chosen: str) -> list[tuple[str, str]]:
    """The rows that may be chosen; what is chosen stays among them."""
    items = [(reference(rows, at), rows[at].label or reference(rows, at)) for at in places]
    if chosen in dict(items):
        return items
    label = next((row.label for row in rows if row.name == chosen), chosen)
    return [*items, (chosen, label)]
