"""Conditions and comparisons of rows, as an officer chooses them in the form editor.

A condition is `(item, sign, value)`, a comparison `(sign, item, strict)`, all texts. An item is the
name of a row. A row that was added has none yet: it is `#3` until the reference gives it a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from rules.forms.field_values import read_date, read_decimal
from rules.forms.form_fields import NUMERIC, SELECTS, FieldType, FormField
from rules.forms.plain_conditions import (
    COMPARED,
    PlainComparison,
    PlainCondition,
    PlainConditions,
    quoted,
    read_comparisons,
    read_conditions,
    same_expression,
    signs_of,
    written_comparisons,
    written_conditions,
)
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import N_
from rules.sentences.sentence import ENDED, PARTED, Joined, Sentence

Parts = tuple[tuple[str, ...], ...]
Fields = Mapping[str, Sequence[str]]
ANY, STRICT, PLACE_MARK = "any", "strict", "#"
CONDITION_ACTS = ("if", "unif", "against", "unagainst")
"""The buttons of conditions."""
LONGEST_LABEL = 60
"""Characters of another item's title in a message."""
COMPARABLE = (*NUMERIC, FieldType.DATE)
_MESSAGES = {
    "<=": N_("不能大于“%(item)s”。"),
    ">=": N_("不能小于“%(item)s”。"),
    "<": N_("要小于“%(item)s”。"),
    ">": N_("要大于“%(item)s”。"),
    "=": N_("要与“%(item)s”相等。"),
}
_DAY_MESSAGES = _MESSAGES | {
    "<=": N_("不能晚于“%(item)s”。"),
    ">=": N_("不能早于“%(item)s”。"),
    "<": N_("要早于“%(item)s”。"),
    ">": N_("要晚于“%(item)s”。"),
}


class ConditionedRow(Protocol):
    """What conditions need of a row of the editor."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def within(self) -> str: ...
    @property
    def ifs(self) -> Parts: ...
    @property
    def any(self) -> str: ...
    @property
    def against(self) -> Parts: ...
    @property
    def message(self) -> str: ...
    @property
    def locked(self) -> bool: ...
    @property
    def base(self) -> FormField | None: ...
    def read_choices(self) -> list[dict[str, Any]]: ...


Rows = Sequence[ConditionedRow]
Row = TypeVar("Row", bound=ConditionedRow)


def sayable(field: FormField, types: Mapping[str, str]) -> bool:
    """Whether the editor can say the condition and the constraint of a field."""
    compared = read_comparisons(field.constraint)
    fits = compared is not None and (not compared or field.type in COMPARABLE)
    return fits and read_conditions(field.relevant, types) is not None


def parts_of(field: FormField, known: Mapping[str, FormField]) -> dict[str, Any]:
    """The inputs that say the condition, the constraint and the message of a published field."""
    types = {name: other.type for name, other in known.items()}
    conditions = read_conditions(field.relevant, types) or PlainConditions()
    compared = read_comparisons(field.constraint) or ()
    labels = {name: other.label for name, other in known.items()}
    usual = usual_message(field.type, compared, labels)
    return {
        "ifs": tuple((part.name, part.sign, part.value) for part in conditions.parts),
        "any": ANY if conditions.any else "",
        "against": tuple(
            (part.sign, part.name, STRICT if part.strict else "") for part in compared
        ),
        "message": "" if field.constraint_message == usual else field.constraint_message,
    }


def read_parts(typed: Fields, place: int) -> dict[str, Any]:
    """The same from the inputs of the row at `place`."""
    return {
        "ifs": _listed(typed, place, "if_item", "if_sign", "if_value"),
        "any": ANY if typed.get(f"if_any-{place}", [""])[0] == ANY else "",
        "against": _listed(typed, place, "against_sign", "against_item", "against_strict"),
        "message": typed.get(f"message-{place}", [""])[0].strip(),
    }


def _listed(typed: Fields, place: int, *names: str) -> Parts:
    columns = [[text.strip() for text in typed.get(f"{name}-{place}", ())] for name in names]
    return tuple(zip(*columns, strict=False))


def usual_message(kind: str, compared: Sequence[PlainComparison], labels: Mapping[str, str]) -> str:
    """What a clerk is told whose answer fails the comparisons; empty for none."""
    messages = _DAY_MESSAGES if kind == FieldType.DATE else _MESSAGES
    said = [
        Sentence(messages[part.sign], {"item": labels.get(part.name, part.name)[:LONGEST_LABEL]})
        for part in compared
    ]
    return f"{Joined(said, PARTED).told(str)}{ENDED}" if said else ""


def expressions_of(
    row: ConditionedRow, types: Mapping[str, str], labels: Mapping[str, str]
) -> dict[str, str]:
    """The properties of a field that its conditions and comparisons say. An expression that means
    what was published stays as it was written. `types` and `labels`: those of all rows by name."""
    relevant = written_conditions(_conditions(row), types)
    compared = _compared(row) if row.type in COMPARABLE else ()
    constraint = written_comparisons(compared)
    message = row.message or usual_message(row.type, compared, labels)
    if row.base and same_expression(relevant, row.base.relevant):
        relevant = row.base.relevant
    if row.base and same_expression(constraint, row.base.constraint):
        constraint = row.base.constraint
        message = row.message or (message if row.base.constraint_message else "")
    found = {"relevant": relevant, "constraint": constraint, "constraint_message": message}
    return {name: text for name, text in found.items() if text}


def _conditions(row: ConditionedRow) -> PlainConditions:
    return PlainConditions(tuple(PlainCondition(*part) for part in row.ifs), row.any == ANY)


def _compared(row: ConditionedRow) -> tuple[PlainComparison, ...]:
    return tuple(
        PlainComparison(sign, name, strict == STRICT)
        for sign, name, strict in row.against
        if sign in COMPARED
    )


def referred(rows: Rows) -> set[int]:
    """The places of the rows that are referred to and have no name yet."""
    names = [item for row in rows for item, _sign, _value in row.ifs]
    names += [item for row in rows for _sign, item, _strict in row.against]
    places = {int(name[1:]) for name in names if name[:1] == PLACE_MARK and name[1:].isdecimal()}
    return {place for place in places if place < len(rows) and not rows[place].name}


def settled_parts(row: Row, rows: Rows) -> Row:
    """The row, whose references `#3` are names, and whose signs suit the items they are about."""
    names = {f"{PLACE_MARK}{place}": other.name for place, other in enumerate(rows)}
    types = {other.name: other.type for other in rows if other.name}
    published = parts_of_base(row, types)
    ifs = []
    for item, sign, value in row.ifs:
        name = names.get(item, item)
        offered = signs_of(types.get(name, ""))
        suits = not offered or sign in offered or (name, sign, value) in published
        ifs.append((name, sign if suits else offered[0], value))
    against = tuple((sign, names.get(item, item), strict) for sign, item, strict in row.against)
    return replace(row, ifs=tuple(ifs), against=against)  # type: ignore[type-var]


def parts_of_base(row: ConditionedRow, types: Mapping[str, str]) -> Parts:
    """The conditions with which the row was published."""
    found = read_conditions(row.base.relevant, types) if row.base else None
    return tuple((part.name, part.sign, part.value) for part in found.parts) if found else ()


def candidates(
    rows: Rows, repeats: Sequence[str], place: int, *, compared: bool = False
) -> list[int]:
    """The places of the rows before `place` to which the row there can refer; for a comparison
    only those that hold the same kind of answer. `repeats`: see `repeats_of`."""
    kind, repeat = rows[place].type, repeats[place]
    if compared and kind not in COMPARABLE:
        return []
    return [
        at
        for at, other in enumerate(rows[:place])
        if signs_of(other.type)
        and repeats[at] in ("", repeat)
        and (not compared or _same_kind(kind, other.type))
    ]


def with_condition(rows: Sequence[Row], place: int, act: str, part: str) -> list[Row]:
    """The rows after a button of a condition: one more on the nearest item before the row, or one
    less. A button that makes no sense changes nothing."""
    name = "ifs" if act in ("if", "unif") else "against"
    parts: Parts = getattr(rows[place], name)
    if act.startswith("un"):
        left = tuple(kept for at, kept in enumerate(parts) if str(at) != part)
        return _with_parts(rows, place, name, left)
    found = candidates(rows, repeats_of(rows), place, compared=act == "against")
    if not found:
        return list(rows)
    item, kind = reference(rows, found[-1]), rows[found[-1]].type
    new = (item, signs_of(kind)[0], "") if act == "if" else (COMPARED[0], item, "")
    return _with_parts(rows, place, name, (*parts, new))


def _with_parts(rows: Sequence[Row], place: int, name: str, parts: Parts) -> list[Row]:
    changed = replace(rows[place], **{name: parts})  # type: ignore[type-var]
    return [changed if at == place else row for at, row in enumerate(rows)]


def _same_kind(kind: str, other: str) -> bool:
    if kind == FieldType.DATE:
        return other == FieldType.DATE
    return kind in NUMERIC and other in (*NUMERIC, FieldType.CALCULATE)


def repeats_of(rows: Rows) -> list[str]:
    """The name of the repeat that each row stands in; empty outside repeats.

    A group stands before what stands in it.
    """
    inside: dict[str, str] = {}
    found = []
    for row in rows:
        repeat = inside.get(row.within, "")
        found.append(repeat)
        inside[row.name] = row.name if row.type == FieldType.REPEAT else repeat
    return found


def unfinished(rows: Rows) -> dict[int, list[Fault]]:
    """Row (1 is the first) → what is wrong with the values of its conditions."""
    by_name = {row.name: row for row in rows if row.name}
    found = {
        line: [
            Fault.of(sentence, Place("relevant"))
            for part in row.ifs
            for sentence in _value_faults(PlainCondition(*part), by_name)
        ]
        for line, row in enumerate(rows, start=1)
        if not row.locked
    }
    return {line: faults for line, faults in found.items() if faults}


def _value_faults(
    part: PlainCondition, by_name: Mapping[str, ConditionedRow]
) -> Iterator[Sentence]:
    item = by_name.get(part.name)
    if item is None or not part.needs_value:
        return
    about = {"item": item.label}
    if not part.value:
        yield Sentence(N_("条件还没有写完：“%(item)s”要与什么比较？"), about)
    elif item.type in NUMERIC and isinstance(read_decimal(part.value), Fault):
        yield Sentence(N_("条件里“%(item)s”要与一个数字比较。"), about)
    elif item.type == FieldType.DATE and isinstance(read_date(part.value), Fault):
        yield Sentence(N_("条件里“%(item)s”要与一个日期比较。"), about)
    elif item.type in SELECTS and part.value not in dict(choices_of(item)):
        yield Sentence(N_("条件里“%(item)s”没有这个选项，请重新选择。"), about)
    elif quoted(part.value) is None:
        yield Sentence(N_("条件里的文字不能同时有单引号和双引号。"))


def choices_of(row: ConditionedRow) -> list[tuple[str, str]]:
    """The codes and words from which the row's answer is chosen."""
    return [(choice["value"], choice["label"]) for choice in row.read_choices()]


def misplaced(rows: Rows) -> dict[int, list[Sentence]]:
    """Row (0 is the first) → sentences on references to rows that are gone or stand behind it."""
    places = {row.name: place for place, row in enumerate(rows) if row.name}
    found: dict[int, list[Sentence]] = {}
    for place, row in enumerate(rows):
        names = [item for item, _sign, _value in row.ifs]
        names += [item for _sign, item, _strict in row.against]
        for name in dict.fromkeys(names):
            if name not in places:
                gone = N_("条件用到的“%(name)s”已经没有了，请换一项，或者去掉这个条件。")
                found.setdefault(place, []).append(Sentence(gone, {"name": name}))
            elif places[name] > place:
                later = N_("条件用到的“%(name)s”排在这一项后面，请把它移到前面，或者换一项。")
                label = rows[places[name]].label or name
                found.setdefault(place, []).append(Sentence(later, {"name": label}))
    return found


def reference(rows: Rows, place: int) -> str:
    """How a condition names the row at `place`."""
    return rows[place].name or f"{PLACE_MARK}{place}"
