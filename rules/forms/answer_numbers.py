"""The numbers of a submission that are added up the tree."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from rules.forms.form_fields import FieldType, FormField, RollUp
from rules.forms.form_tree import FormTree

SCALE = 10_000
"""Numbers are added up as whole multiples of 1/10,000, which keeps four decimals."""
MEASURED = (RollUp.SUM, RollUp.MEAN, RollUp.MIN, RollUp.MAX)
"""Kinds of roll-up that use the answered number itself."""
_IN_ONE_FORM: dict[RollUp, Callable[[list[int]], int]] = {
    RollUp.SUM: sum,
    RollUp.MIN: min,
    RollUp.MAX: max,
}
"""Kind of roll-up → how the fillings of a repeat within one form become one number."""


def share_key(field: str, choice: str) -> str:
    """The key under which one choice of a field is counted."""
    return f"{field}={choice}"


def field_of(key: str) -> str:
    """The name of the field that a number is kept for."""
    return key.partition("=")[0]


def numbers(fields: Iterable[FormField], values: Mapping[str, Any]) -> dict[str, int]:
    """Key → number × 10,000, for the answers that are added up the tree.

    The field's name is the key of a sum, a mean, a smallest or a largest number, and of how often
    the field was answered. A share has the key `field=choice` for each choice taken, and the
    field's name once.
    """
    tree = FormTree(fields)
    by_key: dict[str, int] = {}
    for field in tree.fields:
        answers = _answers(tree, field, values)
        if field.rollup in MEASURED:
            figures = [figure for figure in map(_figure, answers) if figure is not None]
            if figures:
                by_key[field.name] = int(_in_one_form(field.rollup, figures))
        elif field.rollup is RollUp.COUNT and answers:
            by_key[field.name] = len(answers) * SCALE
        elif field.rollup is RollUp.SHARE and answers:
            by_key[field.name] = SCALE
            by_key |= {share_key(field.name, code): SCALE for code in _codes(answers)}
    return by_key


def _answers(tree: FormTree, field: FormField, values: Mapping[str, Any]) -> list[Any]:
    if field.type is FieldType.REPEAT:
        return list(values.get(field.name, []))
    repeat = tree.repeat_of(field)
    rows = values.get(repeat, []) if repeat else [values]
    return [row[field.name] for row in rows if field.name in row]


def _figure(value: Any) -> int | None:
    """The number × 10,000; None where a calculation gave no number."""
    try:
        return int(Decimal(value) * SCALE)
    except (InvalidOperation, ValueError, OverflowError):
        return None


def _in_one_form(rollup: RollUp, figures: list[int]) -> int:
    return _IN_ONE_FORM.get(rollup, sum)(figures)


def _codes(answers: list[Any]) -> Iterator[str]:
    for answer in answers:
        yield from answer if isinstance(answer, list) else [answer]
