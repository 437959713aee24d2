"""Checks of the numbers of one filled form."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import Any

from models import Flag, FlagKind
from rules.filling.checks.distance import far_apart, is_outlier
from rules.forms.answer_numbers import MEASURED
from rules.forms.field_values import decimal_text
from rules.forms.form_fields import FormField
from rules.forms.form_tree import FormTree

LEAST_SIBLINGS = 8
"""With fewer numbers of other units a comparison says nothing, and would show a single unit's
answer."""
LEAST_PERIODS = 4
"""The number of earlier periods from which on their spread is known."""
LEAST_ZEROS = 2
LEAST_COPIED = 3
"""How many numbers other than zero must be the same before a form counts as copied."""

Figures = Mapping[str, Decimal]
"""Field → the number answered."""


def asked_numbers(fields: Iterable[FormField]) -> list[str]:
    """The names of the fields outside repeats into which a person types numbers."""
    return [field.name for field in FormTree(fields).items if field.numeric and field.typed_in]


def compared_numbers(fields: Sequence[FormField]) -> list[str]:
    """The names of those number fields that are compared with the numbers of other units."""
    measured = {field.name for field in fields if field.rollup in MEASURED}
    return [name for name in asked_numbers(fields) if name in measured]


def figures(fields: Iterable[FormField], answers: Mapping[str, Any]) -> dict[str, Decimal]:
    """Field → the number a person typed, outside repeats. `answers` are stored answers."""
    return {name: Decimal(answers[name]) for name in asked_numbers(fields) if name in answers}


def against_last_period(
    now: Figures, last: Figures, history: Mapping[str, Sequence[Decimal]]
) -> list[Flag]:
    """Numbers far from those of the last period, unless earlier periods went up and down as much.

    `history`: field → its numbers of earlier periods, including the last period.
    """
    return [
        Flag(FlagKind.LAST_PERIOD, name, value=_text(value), other=_text(last[name]))
        for name, value in now.items()
        if name in last
        and far_apart(value, last[name])
        and (len(history.get(name, ())) < LEAST_PERIODS or is_outlier(value, history[name]))
    ]


def against_siblings(now: Figures, siblings: Mapping[str, Sequence[Decimal]]) -> list[Flag]:
    """Numbers far from those of the units beside. `siblings`: field → the numbers of those
    units."""
    return [
        Flag(FlagKind.SIBLINGS, name, _text(value), _text(median(others)), len(others))
        for name, value in now.items()
        if len(others := siblings.get(name, ())) >= LEAST_SIBLINGS and is_outlier(value, others)
    ]


def all_zero(now: Figures) -> list[Flag]:
    """A flag where every number is zero."""
    zero = len(now) >= LEAST_ZEROS and not any(now.values())
    return [Flag(FlagKind.ALL_ZERO)] if zero else []


def copied(now: Figures, last: Figures) -> list[Flag]:
    """A flag where every number is that of the last period."""
    same = now == last and sum(map(bool, now.values())) >= LEAST_COPIED
    return [Flag(FlagKind.COPIED)] if same else []


def _text(value: Decimal) -> str:
    return decimal_text(Decimal(value))
