"""Bounds in an XLSForm, which has no bounds: `min` and `max` are written as a constraint.

`. >= 0 and . <= 100` without a message is read back as bounds. Beside a constraint or a message the
bounds are written in double brackets, which no author writes: `((. >= 0 and . <= 100)) and (…)`.
"""

import re

from rules.forms.expressions.expression import parse
from rules.forms.field_values import read_date, read_decimal
from rules.forms.form_fields import BOUNDED, FieldType, FormField
from rules.sentences.faults import Fault
from rules.sentences.refusal import Refusal

_VALUE = r"-?[0-9]+(?:\.[0-9]+)?|date\('[0-9]{4}-[0-9]{2}-[0-9]{2}'\)"
_LOW, _HIGH = rf"\.\s*>=\s*(?P<min>{_VALUE})", rf"\.\s*<=\s*(?P<max>{_VALUE})"
_BOUNDS = re.compile(rf"{_LOW}(?:\s+and\s+{_HIGH})?|{_HIGH.replace('max', 'only')}")
_BESIDE = re.compile(
    r"\(\((?P<bounds>[^()]+(?:\([^()]+\)[^()]*){0,2})\)\)(?: and \((?P<rest>.+)\))?", re.DOTALL
)

Bounds = tuple[str | None, str | None]


def written_constraint(field: FormField) -> str:
    """The constraint of a field with its bounds written into it."""
    limits = ((">=", field.min), ("<=", field.max))
    bounds = " and ".join(
        f". {sign} {_literal(field.type, limit)}" for sign, limit in limits if limit is not None
    )
    if not bounds or not (field.constraint or has_message(field)):
        return bounds or field.constraint
    return f"(({bounds})) and ({field.constraint})" if field.constraint else f"(({bounds}))"


def has_message(field: FormField) -> bool:
    """Whether the field's constraint has a message, in any language."""
    others = (words.constraint_message for words in field.words.values())
    return any((field.constraint_message, *others))


def _literal(kind: FieldType, limit: int | str) -> str:
    return f"date('{limit}')" if kind is FieldType.DATE else str(limit)


def read_constraint(kind: FieldType, text: str, *, message: bool) -> tuple[Bounds, str]:
    """The smallest and the largest value in a constraint, and the rest of the constraint."""
    beside = _BESIDE.fullmatch(text)
    if beside and _reads(beside["rest"]):
        bounds, rest = _bounds(kind, beside["bounds"]), beside["rest"] or ""
    else:
        bounds, rest = None if message else _bounds(kind, text), ""
    return (bounds, rest) if bounds else ((None, None), text)


def _reads(rest: str | None) -> bool:
    """Whether `rest` is an expression of its own, unlike `a) or (b`."""
    try:
        return rest is None or bool(parse(rest))
    except Refusal:
        return False


def _bounds(kind: FieldType, text: str) -> Bounds | None:
    found = _BOUNDS.fullmatch(text)
    if not found or kind not in BOUNDED:
        return None
    low, high = found["min"], found["max"] or found["only"]
    read = [_read(kind, limit) for limit in (low, high) if limit is not None]
    if None in read:
        return None
    return (read[0] if low else None, read[-1] if high else None)


def _read(kind: FieldType, literal: str) -> str | None:
    """The limit as text; None for a limit that cannot bound a field of this type."""
    is_date = literal.startswith("date(")
    if is_date != (kind is FieldType.DATE):
        return None
    limit = read_date(literal[6:-2]) if is_date else read_decimal(literal)
    return None if isinstance(limit, Fault) else limit
