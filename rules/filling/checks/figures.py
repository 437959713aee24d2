"""Checks of the numbers of one filled form."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import Any

from rules.filling.checks.distance import far_apart, is_outlier
from rules.filling.checks.flags import Flag, FlagKind
from rules.forms.answer_numbers import MEASURED
from rules.forms.field_values import decimal_text
from rules.forms.form_fields import FormField
from rules.forms.form_tree import FormTree

LEAST_SIBLINGS = 8
"""Fewer numbers of other units say nothing, and would show what a single one has answered."""
LEAST_PERIODS = 4
"""From so many earlier periods on, their spread is known."""
LEAST_ZEROS = 2
LEAST_COPIED = 3
"""Numbers other than zero that must be the same before a form counts as copied."""

Figures = Mapping[str, Decimal]
"""Field → the number answered."""


def asked_numbers(fields: Iterable[FormField]) -> list[str]:
    """The numbers a person types, outside repeats."""
    return [field.name for field in FormTree(fields).items if field.numeric and field.typed_in]


def compared_numbers(fields: Sequence[FormField]) -> list[str]:
    """Those of them that are held against the numbers of other units."""
    measured = {field.name for field in fields if field.rollup in MEASURED}
    return [name for name in asked_numbers(fields) if name in measured]


def figures(fields: Iterable[FormField], answers: Mapping[str, Any]) -> dict[str, Decimal]:
    """The numbers a person typed, outside repeats; of stored answers."""
    return {name: Decimal(answers[name]) for name in asked_numbers(fields) if name in answers}


def against_last_period(
    now: Figures, last: Figures, history: Mapping[str, Sequence[Decimal]]
) -> list[Flag]:
    """Numbers far from the last period's, unless the periods before went up and down as much.

    `history`: field → its numbers of earlier periods, the last one included.
    """
    return [
        Flag(FlagKind.LAST_PERIOD, name, value=_text(value), other=_text(last[name]))
        for name, value in now.items()
        if name in last
        and far_apart(value, last[name])
        and (len(history.get(name, ())) < LEAST_PERIODS or is_outlier(value, history[name]))
    ]


def against_siblings(now: Figures, siblings: Mapping[str, Sequence[Decimal]]) -> list[Flag]:
    """Numbers far from those of the units beside; `siblings`: field → their numbers."""
    return [
        Flag(FlagKind.SIBLINGS, name, _text(value), _text(median(others)), len(others))
        for name, value in now.items()
        if len(others := siblings.get(name, ())) >= LEAST_SIBLINGS and is_outlier(value, others)
    ]


def all_zero(now: Figures) -> list[Flag]:
    """Every number is zero."""
    zero = len(now) >= LEAST_ZEROS and not any(now.values())
    return [Flag(FlagKind.ALL_ZERO)] if zero else []


def copied(now: Figures, last: Figures) -> list[Flag]:
    """Every number is the one of the last period."""
    same = now == last and sum(map(bool, now.values())) >= LEAST_COPIED
    return [Flag(FlagKind.COPIED)] if same else []


def _text(value: Decimal) -> str:
    return decimal_text(Decimal(value))
