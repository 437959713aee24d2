"""Answers: what was typed into a form, checked and brought into the shape it is stored in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rules.forms.faults import Fault
from rules.forms.field_values import clean_text, read_date, read_decimal, read_integer
from rules.forms.form_fields import FieldType, FormField, RollUp, bounds
from rules.refusal import N_

LINE_LENGTH = 2_000
TEXT_LENGTH = 20_000
SCALE = 10_000
"""Numbers are added up as whole multiples of 1/10,000: their four decimals."""

Typed = Mapping[str, list[str]]
"""Field name → what was typed, as a browser sends it: one text, or several for choices."""


@dataclass(frozen=True)
class Checked:
    """Answers in stored shape, and what is wrong with the others, by field name.

    An unanswered field is in neither. Values: int, decimal as text, text, ISO date, code of a
    choice, list of codes.
    """

    values: dict[str, Any]
    faults: dict[str, Fault]

    @property
    def ok(self) -> bool:
        return not self.faults


def check_answers(fields: Iterable[FormField], typed: Typed) -> Checked:
    """Check what was typed against the form. Changes nothing in `typed`."""
    asked = {field.name: field for field in fields if field.answered}
    values: dict[str, Any] = {}
    faults: dict[str, Fault] = {}
    for name, field in asked.items():
        value = _read(field, [text for text in typed.get(name, []) if text.strip()])
        if isinstance(value, Fault):
            faults[name] = value
        elif value not in (None, "", []):
            values[name] = value
        elif field.required:
            faults[name] = Fault(N_("请填写这一项。"))
    for name in typed.keys() - asked.keys():
        faults[name] = Fault(N_("表单里没有“%(name)s”这一项。"), {"name": name[:60]})
    return Checked(values, faults)


def _read(field: FormField, texts: list[str]) -> Any:
    if field.type is FieldType.SELECT_MULTIPLE:
        return _chosen(field, texts)
    if not texts:
        return None
    if len(texts) > 1:
        return Fault(N_("这一项只能有一个答案。"))
    return _read_one(field, texts[0])


def _read_one(field: FormField, text: str) -> Any:
    match field.type:
        case FieldType.INTEGER:
            return _bounded(field, read_integer(text))
        case FieldType.DECIMAL:
            return _bounded(field, read_decimal(text))
        case FieldType.DATE:
            return _bounded(field, read_date(text))
        case FieldType.SELECT_ONE:
            chosen = _chosen(field, [text])
            return chosen if isinstance(chosen, Fault) else chosen[0]
        case _:
            return _text(field, text)


def _chosen(field: FormField, texts: list[str]) -> list[str] | Fault:
    """The chosen codes in the order of the form."""
    known = [choice.value for choice in field.choices]
    wanted = {text.strip() for text in texts}
    if wanted - set(known):
        return Fault(N_("请从列出的选项中选择。"))
    return [value for value in known if value in wanted]


def _text(field: FormField, typed: str) -> str | Fault:
    longest = TEXT_LENGTH if field.multiline else LINE_LENGTH
    text = clean_text(typed, multiline=field.multiline)
    if len(text) > longest:
        return Fault(
            N_("最多 %(longest)s 字，现在有 %(length)s 字。"),
            {"longest": longest, "length": len(text)},
        )
    return text


def _bounded(field: FormField, value: Any) -> Any:
    if isinstance(value, Fault):
        return value
    low, high = bounds(field)
    compared = Decimal(value) if field.numeric else value
    if low is not None and compared < low:
        return Fault(
            N_("不能小于 %(min)s。") if field.numeric else N_("不能早于 %(min)s。"), {"min": low}
        )
    if high is not None and compared > high:
        return Fault(
            N_("不能大于 %(max)s。") if field.numeric else N_("不能晚于 %(max)s。"), {"max": high}
        )
    return value


def as_typed(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Stored answers as a person would type them, to show them in a form again."""
    return {
        name: [str(one) for one in value] if isinstance(value, list) else [str(value)]
        for name, value in values.items()
    }


def cleaned(typed: Typed, names: Iterable[str]) -> dict[str, list[str]]:
    """What was typed into the fields `names`, without what a database cannot hold; for drafts."""
    return {
        name: [clean_text(text, multiline=True) for text in typed[name]]
        for name in names
        if name in typed
    }


def numbers(fields: Iterable[FormField], values: Mapping[str, Any]) -> dict[str, int]:
    """The answers that are added up the tree, × 10,000."""
    return {
        field.name: int(Decimal(values[field.name]) * SCALE)
        for field in fields
        if field.rollup is RollUp.SUM and field.name in values
    }
