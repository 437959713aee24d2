"""Conditions: what a form's expressions evaluate to while the answers are being settled."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from rules.forms.expressions.budget import Budget, TooMuchWork
from rules.forms.expressions.expression import Expression, parse
from rules.forms.expressions.values import Scope, SettledSeries, Value, first, typed_value
from rules.forms.field_values import DECIMAL_PLACES, LARGEST_NUMBER, decimal_text
from rules.forms.form_fields import Choice, FieldType, FormField
from rules.forms.form_structure import settling_order
from rules.forms.form_tree import FormTree, key_in

LONGEST_CALCULATED = 200_000
"""The most characters of everything calculated in one form. Without a bound, a text repeated in a
hundred fillings by fifty calculations would take half a gigabyte."""
Place = int | None
"""The filling of the repeat that a field lies in; None outside repeats."""
Known = TypeVar("Known")


class Conditions:
    """The answers settled so far, and what the expressions make of them.

    Fields are put in `order`; a field that has not been put is empty. An expression in a repeat
    sees its own filling by the plain names. From outside, a name in a repeat is the series of its
    fillings.

    All expressions of the form share one budget of work. Once the budget is spent, nothing more is
    evaluated and `too_much` says at which field. What is then unknown counts as asked, allowed,
    offered and empty.
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
        self._calculated = 0
        self._results: dict[tuple[str, Place], Any] = {}
        self.overflowed: FormField | None = None
        """The field at which more was calculated than `LONGEST_CALCULATED`. What did not fit is
        empty."""
        self.budget = Budget()
        self.too_much: FormField | None = None
        """The field at which the budget was spent."""
        self._series: dict[str, SettledSeries] = {}

    def places_of(self, field: FormField) -> Sequence[Place]:
        """The fillings the field stands in; outside repeats only None."""
        repeat = self.tree.repeat_of(field)
        return list(self._times.get(repeat, ())) if repeat else [None]

    def key(self, field: FormField, place: Place) -> str:
        """The key of the field's answer."""
        repeat = self.tree.repeat_of(field)
        return field.name if place is None else key_in(repeat, place, field.name)

    def put(self, field: FormField, place: Place, value: Any) -> None:
        """Settle the field's value. None: the field is empty."""
        if value is None:
            return
        if place is None:
            self._single[field.name] = value
            self._seen[field.name] = as_value(field, value)
        else:
            self._repeated[self.tree.repeat_of(field)][place][field.name] = value
            self._series.pop(field.name, None)

    def relevant(self, field: FormField, place: Place) -> bool:
        """Whether the field is asked: its own condition and the conditions of all groups around it
        hold."""
        chain = (field, *self.tree.above(field))
        return all(self._asked(link, place) for link in chain if link.relevant)

    def _asked(self, field: FormField, place: Place) -> bool:
        at = place if self.tree.repeat_of(field) else None
        key = (field.name, at)
        if key not in self._relevant:
            condition = parse(field.relevant)
            self._relevant[key] = self._within_budget(
                field, lambda: condition.is_true(self._scope(condition, at, field)), True
            )
        return self._relevant[key]

    def _within_budget(self, field: FormField, ask: Callable[[], Known], unknown: Known) -> Known:
        """What `ask` answers, or `unknown` once no work is left."""
        if self.too_much is not None:
            return unknown
        try:
            return ask()
        except TooMuchWork:
            self.too_much = field
            return unknown

    def holds(self, field: FormField, place: Place) -> bool:
        """Whether the author's constraint holds for the field's settled value."""
        constraint = parse(field.constraint)
        return self._within_budget(
            field, lambda: constraint.is_true(self._scope(constraint, place, field)), True
        )

    def offered(self, field: FormField, place: Place) -> set[str]:
        """The codes that the choice filter leaves."""
        kept = parse(field.choice_filter, choice=True)
        scope = self._scope(kept, place, field)

        def left() -> set[str]:
            return {
                choice.value
                for choice in field.choices
                if kept.is_true(replace(scope, choice=_columns(choice)))
            }

        return self._within_budget(field, left, {choice.value for choice in field.choices})

    def awaits(self, field: FormField, place: Place) -> bool:
        """Whether the choice filter names a field that is not answered yet."""
        names = parse(field.choice_filter, choice=True).references
        return any(self._named(name, place, field) == "" for name in names)

    def calculated(self, field: FormField, place: Place) -> Any:
        """The result of the field's calculation in stored shape; None: nothing.

        A result is worked out once, because every field the calculation names is settled before.
        """
        if (field.name, place) not in self._results:
            calculation = parse(field.calculation)
            nothing: Value = ""
            value = self._within_budget(
                field, lambda: calculation.value(self._scope(calculation, place, field)), nothing
            )
            found = as_stored(field, value)
            self._results[field.name, place] = found if self._fits(field, found) else None
        return self._results[field.name, place]

    def _fits(self, field: FormField, value: Any) -> bool:
        """Whether there is room for `value` beside everything else that was calculated."""
        total = self._calculated + (len(value) if isinstance(value, str) else 0)
        if total > LONGEST_CALCULATED:
            self.overflowed = self.overflowed or field
            return False
        self._calculated = total
        return True

    def answers(self) -> dict[str, Any]:
        """All settled values in stored shape and in the order of the form."""
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
        """What an expression of the field sees. Only names in the expression are looked up, because
        a repeat can hold ten thousand answers."""
        own = self._value(field, place) if expression.uses_own else None
        return Scope(
            answers={name: self._named(name, place, field) for name in expression.references},
            own=as_value(field, own),
            today=self.today,
            budget=self.budget,
        )

    def _named(self, name: str, place: Place, field: FormField) -> Any:
        """The value that a name has in an expression of the field."""
        named = self.tree.by_name.get(name)
        if named is None:
            return ""
        if named.type is FieldType.REPEAT:
            return self._series_of(named, name)
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

    def _series_of(self, field: FormField, repeat: str) -> SettledSeries:
        """A repeat seen from outside: a field in the repeat is the series of its answers, the
        repeat itself is a series with one text for each filling.

        Empty answers are not in the series, so that a sum is the sum of the given answers. ODK
        differs: there an empty answer makes the sum no number.
        """
        if field.name not in self._series:
            if field.name == repeat:
                given: list[Any] = ["1" for _ in self._times.get(repeat, ())]
            else:
                rows = (row for row in self._rows(repeat) if field.name in row)
                given = [as_value(field, row[field.name]) for row in rows]
            self._series[field.name] = SettledSeries(first(typed_value(answer)) for answer in given)
        return self._series[field.name]


def _columns(choice: Choice) -> dict[str, str]:
    return {**choice.columns, "name": choice.value, "label": choice.label}


def as_value(field: FormField, stored: Any) -> Any:
    """A stored answer as expressions see it: a number, a text or a list of codes; ``""`` for
    nothing."""
    if stored is None:
        return ""
    if field.numeric:
        return float(stored)
    if isinstance(stored, Mapping):
        return str(stored.get("name", ""))
    return stored


def as_stored(field: FormField, value: Any) -> Any:
    """A calculated value in stored shape. A value that is no number, where one is due, becomes
    None.

    Numbers have four decimals. The digits of the shortest text are rounded, a half to the even
    side. A series stands for its first value. `stored` in `web/static/rules/numbers.js` does the
    same: change both.
    """
    value = first(value)
    if field.numeric:
        value = typed_value(value, numeric=True)
        if not isinstance(value, float):
            return None
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
