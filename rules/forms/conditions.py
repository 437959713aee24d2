"""Conditions: what a form's expressions come to while its answers are being settled."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from rules.expressions.expression import Expression, parse
from rules.expressions.values import Scope
from rules.forms.field_values import DECIMAL_PLACES, LARGEST_NUMBER, decimal_text
from rules.forms.form_fields import Choice, FieldType, FormField
from rules.forms.form_structure import settling_order
from rules.forms.form_tree import FormTree, key_in

LONGEST_CALCULATED = 200_000
"""Characters of everything calculated in one form. A text repeated in a hundred fillings by fifty
calculations would else be half a gigabyte."""
Place = int | None
"""Which filling of the repeat a field lies in; None outside of repeats."""


class Conditions:
    """The answers settled so far, and what the expressions make of them.

    Fields are put in `order`; what has not been put is empty. An answer in a repeat sees its own
    filling by the plain names; from outside, a name in a repeat is the series of its fillings.
    """

    def __init__(self, tree: FormTree, *, times: Mapping[str, Sequence[int]], today: str) -> None:
        self.tree = tree
        self.order = settling_order(tree)
        self.today = today
        self._times = times
        self._single: dict[str, Any] = {}
        self._seen: dict[str, Any] = {}
        self._repeated: dict[str, dict[int, dict[str, Any]]] = {
            repeat: {place: {} for place in places} for repeat, places in times.items()
        }
        self._relevant: dict[tuple[str, Place], bool] = {}
        self._sizes: dict[tuple[str, Place], int] = {}
        self._calculated = 0
        self.overflowed = False
        """Whether more was calculated than `LONGEST_CALCULATED`; what did not fit is empty."""
        self._series: dict[str, tuple[Any, ...]] = {}

    def places_of(self, field: FormField) -> Sequence[Place]:
        """The fillings the field stands in; outside of repeats just None."""
        repeat = self.tree.repeat_of(field)
        return list(self._times.get(repeat, ())) if repeat else [None]

    def key(self, field: FormField, place: Place) -> str:
        """The key of the answer."""
        repeat = self.tree.repeat_of(field)
        return field.name if place is None else key_in(repeat, place, field.name)

    def put(self, field: FormField, place: Place, value: Any) -> None:
        """Settle the field's value; None: empty."""
        if value is None:
            return
        if place is None:
            self._single[field.name] = value
            self._seen[field.name] = as_value(field, value)
        else:
            self._repeated[self.tree.repeat_of(field)][place][field.name] = value
            self._series.pop(field.name, None)

    def relevant(self, field: FormField, place: Place) -> bool:
        """Whether the field is asked: its condition and those of all groups around it hold."""
        chain = (field, *self.tree.above(field))
        return all(self._asked(one, place) for one in chain if one.relevant)

    def _asked(self, field: FormField, place: Place) -> bool:
        at = place if self.tree.repeat_of(field) else None
        key = (field.name, at)
        if key not in self._relevant:
            condition = parse(field.relevant)
            self._relevant[key] = condition.is_true(self._scope(condition, at, field))
        return self._relevant[key]

    def holds(self, field: FormField, place: Place) -> bool:
        """Whether the author's constraint holds for the value that was put."""
        constraint = parse(field.constraint)
        return constraint.is_true(self._scope(constraint, place, field))

    def offered(self, field: FormField, place: Place) -> set[str]:
        """The codes the choice filter leaves."""
        kept = parse(field.choice_filter, choice=True)
        scope = self._scope(kept, place, field)
        return {
            choice.value
            for choice in field.choices
            if kept.is_true(replace(scope, choice=_columns(choice)))
        }

    def calculated(self, field: FormField, place: Place) -> Any:
        """What the calculation comes to, in the shape the field is stored in; None: nothing."""
        calculation = parse(field.calculation)
        value = _stored(field, calculation.value(self._scope(calculation, place, field)))
        return value if self._fits(field, place, value) else None

    def _fits(self, field: FormField, place: Place, value: Any) -> bool:
        """Whether there is room for it beside what else was calculated."""
        key, size = (field.name, place), len(value) if isinstance(value, str) else 0
        total = self._calculated - self._sizes.get(key, 0) + size
        if total > LONGEST_CALCULATED:
            self.overflowed = True
            return False
        self._sizes[key], self._calculated = size, total
        return True

    def answers(self) -> dict[str, Any]:
        """Everything that was put, in stored shape and in the order of the form."""
        found: dict[str, Any] = {}
        for field in self.tree.fields:
            if field.type is FieldType.REPEAT:
                rows = [row for row in map(self._ordered, self._rows(field.name)) if row]
                if rows and self.relevant(field, None):
                    found[field.name] = rows
            elif field.name in self._single:
                found[field.name] = self._single[field.name]
        return found

    def _ordered(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {field.name: row[field.name] for field in self.tree.fields if field.name in row}

    def _rows(self, repeat: str) -> list[dict[str, Any]]:
        return [self._repeated[repeat][place] for place in self._times.get(repeat, ())]

    def _scope(self, expression: Expression, place: Place, field: FormField) -> Scope:
        """What an expression of the field sees: only what it names, because a repeat can hold ten
        thousand answers."""
        own = self._value(field, place) if expression.uses_own else None
        return Scope(
            answers={name: self._named(name, place, field) for name in expression.references},
            own=as_value(field, own),
            today=self.today,
        )

    def _named(self, name: str, place: Place, field: FormField) -> Any:
        """The value a name has in an expression of the field."""
        named = self.tree.by_name.get(name)
        if named is None:
            return ""
        if named.type is FieldType.REPEAT:
            return tuple("1" for _ in self._times.get(name, ()))
        repeat = self.tree.repeat_of(named)
        if not repeat:
            return self._seen.get(name, "")
        if place is not None and repeat == self.tree.repeat_of(field):
            return as_value(named, self._repeated[repeat][place].get(name))
        return self._series_of(named, repeat)

    def _value(self, field: FormField, place: Place) -> Any:
        if place is None:
            return self._single.get(field.name)
        return self._repeated[self.tree.repeat_of(field)][place].get(field.name)

    def _series_of(self, field: FormField, repeat: str) -> tuple[Any, ...]:
        """From outside: a field in a repeat as the series of the answers given to it.

        What was left empty is not among them, so that a sum is a sum of those given; ODK makes
        it no number.
        """
        if field.name not in self._series:
            given = (row[field.name] for row in self._rows(repeat) if field.name in row)
            self._series[field.name] = tuple(as_value(field, one) for one in given)
        return self._series[field.name]


def _columns(choice: Choice) -> dict[str, str]:
    return {**choice.columns, "name": choice.value, "label": choice.label}


def as_value(field: FormField, stored: Any) -> Any:
    """A stored answer as expressions see it: a number, a text, a list of codes; empty: ``""``."""
    if stored is None:
        return ""
    if field.numeric:
        return float(stored)
    if isinstance(stored, Mapping):
        return str(stored.get("name", ""))
    return stored


def _stored(field: FormField, value: Any) -> Any:
    """A calculated value in stored shape; what is no number where one is due is nothing."""
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, float):
        return str(value) or None
    if not math.isfinite(value) or abs(value) > LARGEST_NUMBER:
        return None
    number = round(Decimal(repr(value)), DECIMAL_PLACES)
    if field.type is FieldType.INTEGER:
        return int(number) if number == number.to_integral_value() else decimal_text(number)
    return decimal_text(number)
