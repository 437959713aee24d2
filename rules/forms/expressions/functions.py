"""The functions an expression may call: how many arguments, of which kind, and what they do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rules.forms.expressions import arithmetic, texts
from rules.forms.expressions.days import day_text, format_day, read_day
from rules.forms.expressions.values import Value, number_of, text_of, truth_of

Conversion = Callable[[Value], Value]


def as_it_is(value: Value) -> Value:
    return value


@dataclass(frozen=True, slots=True)
class Function:
    """A function of expressions. `act` gets its arguments converted by `takes`, and further ones by
    `rest`.

    Functions without `act` are evaluated in `compiling`, because they see the scope or skip
    arguments.
    """

    takes: tuple[Conversion, ...]
    act: Callable[..., Any] | None = None
    optional: int = 0
    rest: Conversion | None = None
    gives: Conversion = as_it_is
    """The conversion that changes nothing about the function's results."""

    @property
    def least(self) -> int:
        return len(self.takes) - self.optional

    @property
    def most(self) -> int | None:
        return None if self.rest else len(self.takes)


def calendar_day(value: Value) -> str:
    """A date as ISO text, read from an ISO text or from a number of days; empty for any other
    value."""
    text = text_of(value)
    return text if read_day(text) else day_text(number_of(value))


def _size(series: Value) -> float:
    return float(len(arithmetic.as_series(series)))


_NUMBER = (number_of,)
_TEXT = (text_of,)
_TWO_TEXTS = (text_of, text_of)
_ANY = (as_it_is,)

FUNCTIONS: dict[str, Function] = {
    "if": Function((truth_of, as_it_is, as_it_is)),
    "coalesce": Function((as_it_is, as_it_is)),
    "not": Function((truth_of,), lambda truth: not truth, gives=truth_of),
    "true": Function((), lambda: True, gives=truth_of),
    "false": Function((), lambda: False, gives=truth_of),
    "boolean": Function((truth_of,), bool, gives=truth_of),
    "number": Function(_NUMBER, float, gives=number_of),
    "string": Function(_TEXT, str, gives=text_of),
    "selected": Function(_TWO_TEXTS, texts.selected, gives=truth_of),
    "count-selected": Function(_TEXT, texts.count_selected, gives=number_of),
    "selected-at": Function((text_of, number_of), texts.selected_at, gives=text_of),
    "string-length": Function(_TEXT, texts.length, gives=number_of),
    "concat": Function(_ANY, texts.concatenated, rest=as_it_is, gives=text_of),
    "join": Function((text_of, as_it_is), texts.joined, rest=as_it_is, gives=text_of),
    "contains": Function(_TWO_TEXTS, gives=truth_of),
    "starts-with": Function(_TWO_TEXTS, str.startswith, gives=truth_of),
    "ends-with": Function(_TWO_TEXTS, str.endswith, gives=truth_of),
    "substr": Function((text_of, number_of, number_of), texts.part, optional=1, gives=text_of),
    "normalize-space": Function(_TEXT, texts.single_spaced, gives=text_of),
    "translate": Function((text_of, *_TWO_TEXTS), texts.translated, gives=text_of),
    "regex": Function(_TWO_TEXTS, gives=truth_of),
    "int": Function(_NUMBER, arithmetic.whole, gives=number_of),
    "round": Function((number_of, number_of), arithmetic.rounded, optional=1, gives=number_of),
    "floor": Function(_NUMBER, arithmetic.floor, gives=number_of),
    "ceiling": Function(_NUMBER, arithmetic.ceiling, gives=number_of),
    "abs": Function(_NUMBER, abs, gives=number_of),
    "min": Function(_ANY, arithmetic.smallest, rest=as_it_is, gives=number_of),
    "max": Function(_ANY, arithmetic.largest, rest=as_it_is, gives=number_of),
    "sum": Function(_ANY, arithmetic.added, gives=number_of),
    "count": Function(_ANY, _size, gives=number_of),
    "count-non-empty": Function(_ANY, arithmetic.filled, gives=number_of),
    "today": Function((), gives=text_of),
    "date": Function(_ANY, calendar_day, gives=text_of),
    "format-date": Function(_TWO_TEXTS, format_day, gives=text_of),
}

OF_A_FIELD = frozenset({"sum", "count", "count-non-empty"})
"""Functions whose argument is a field, which may lie in a repeat."""
