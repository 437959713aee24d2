"""The numbers of a submission, ready to be added up the tree."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from rules.forms.form_fields import FieldType, FormField, RollUp
from rules.forms.form_tree import FormTree

SCALE = 10_000
"""Numbers are added up as whole multiples of 1/10,000: their four decimals."""
MEASURED = (RollUp.SUM, RollUp.MEAN, RollUp.MIN, RollUp.MAX)
"""Rolled up by the number itself."""
_IN_ONE_FORM: dict[RollUp, Callable[[list[int]], int]] = {
    RollUp.SUM: sum,
    RollUp.MIN: min,
    RollUp.MAX: max,
}
"""What the fillings of a repeat within one form come to."""


def share_key(field: str, choice: str) -> str:
    """Under which a choice of a field is counted."""
    return f"{field}={choice}"


def field_of(key: str) -> str:
    """The field a number is kept for."""
    return key.partition("=")[0]


def numbers(fields: Iterable[FormField], values: Mapping[str, Any]) -> dict[str, int]:
    """Key → number × 10,000, of the answers that are added up the tree.

    A sum, mean, smallest or largest is kept under the field's name, as is how often a field was
    answered; a share under `field=choice`, one for each choice taken, and once under the field.
    """
    tree = FormTree(fields)
    found: dict[str, int] = {}
    for field in tree.fields:
        answers = _answers(tree, field, values)
        if field.rollup in MEASURED:
            figures = [figure for figure in map(_figure, answers) if figure is not None]
            if figures:
                found[field.name] = int(_in_one_form(field.rollup, figures))
        elif field.rollup is RollUp.COUNT and answers:
            found[field.name] = len(answers) * SCALE
        elif field.rollup is RollUp.SHARE and answers:
            found[field.name] = SCALE
            found |= {share_key(field.name, code): SCALE for code in _codes(answers)}
    return found


def _answers(tree: FormTree, field: FormField, values: Mapping[str, Any]) -> list[Any]:
    if field.type is FieldType.REPEAT:
        return list(values.get(field.name, []))
    repeat = tree.repeat_of(field)
    rows = values.get(repeat, []) if repeat else [values]
    return [row[field.name] for row in rows if field.name in row]


def _figure(value: Any) -> int | None:
    """× 10,000; None for what a calculation gave that is no number."""
    try:
        return int(Decimal(value) * SCALE)
    except (InvalidOperation, ValueError, OverflowError):
        return None


def _in_one_form(rollup: RollUp, figures: list[int]) -> int:
    return _IN_ONE_FORM.get(rollup, sum)(figures)


def _codes(answers: list[Any]) -> Iterator[str]:
    for answer in answers:
        yield from answer if isinstance(answer, list) else [answer]
