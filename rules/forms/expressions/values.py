"""What expressions work on: values, how one kind becomes another, and the scope of an evaluation.

There are numbers (`float`), texts, truths (`bool`) and series: the values a field of a repeat has
in its instances, as a tuple. Several codes are a text with blanks between them, a date is the
text `2026-11-22`. `web/static/rules/values.js` does the same in the browser: change both.
"""

import math
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from rules.forms.expressions.budget import OF_EACH, Budget
from rules.forms.expressions.days import day_number

Scalar = float | str | bool
Series = tuple[Scalar, ...]
Value = Scalar | Series


class SettledSeries(tuple[Scalar, ...]):
    """A series that changes no more: what is asked of the whole of it is worked out once."""

    @cached_property
    def work(self) -> int:
        """What it costs to go through it."""
        return work_of(tuple(self))

    @cached_property
    def worked_out(self) -> dict[str, float]:
        """Function → what it gives of the series."""
        return {}


LONGEST_TEXT = 20_000
"""Characters; a longer text that comes out of a function is cut there."""

BLANKS = " \t\r\n"
NUMBER = re.compile(rf"[{BLANKS}]*(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[{BLANKS}]*")


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may see.

    `answers`: field → stored answer (int, decimal as text, text, ISO date, code, list of codes; for
    a field of a repeat seen from outside a tuple with the answer of each instance). Absent and None
    are the empty text. `numeric`: the fields whose answers are numbers, so that "12.50" is one.
    `own`: the value at `.`, as `typed_value` gives it. `choice`: column → text, of the choice that
    is being filtered. `today`: ISO date. `budget`: the work that may be made, one for a whole form.
    """

    answers: Mapping[str, Any]
    own: Any = None
    choice: Mapping[str, str] = field(default_factory=dict)
    today: str = ""
    numeric: Container[str] = frozenset()
    budget: Budget = field(default_factory=Budget)


def typed_value(stored: Any, *, numeric: bool = False) -> Value:
    """A stored answer as the value it has in expressions."""
    if stored is None:
        return ""
    if isinstance(stored, str) and not numeric:
        return stored
    if isinstance(stored, (bool, float)):
        return stored
    if isinstance(stored, (int, Decimal)):
        return _float(stored)
    if isinstance(stored, tuple):
        return tuple(first(typed_value(answer, numeric=numeric)) for answer in stored)
    text = " ".join(map(str, stored)) if isinstance(stored, list) else str(stored)
    found = NUMBER.fullmatch(text) if numeric else None
    return float(found[1]) + 0.0 if found else text


def work_of(value: Value) -> int:
    """What it costs to go through a value: its characters; of a series each value beside them."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, tuple):
        return sum(OF_EACH + work_of(scalar) for scalar in value)
    return 0


def _float(number: int | Decimal) -> float:
    try:
        return float(number) + 0.0
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def first(value: Value) -> Scalar:
    """A series stands for its first value; an empty one for the empty text."""
    if isinstance(value, tuple):
        return value[0] if value else ""
    return value


def number_of(value: Value) -> float:
    """As a number: a date is its days since 1970-01-01, what is no number is NaN."""
    if isinstance(value, float):
        return value
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, tuple):
        return number_of(first(value))
    found = NUMBER.fullmatch(value)
    if found:
        return float(found[1]) + 0.0  # -0 is 0
    days = day_number(value)
    return math.nan if days is None else float(days)


def text_of(value: Value) -> str:
    """As a text; a number without exponent and in as few digits as tell it apart."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return text_of(first(value))


def _number_text(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if abs(number) < 1e15 and number == int(number):
        return str(int(number))
    text = repr(number)
    return format(Decimal(text).normalize(), "f") if "e" in text else text.removesuffix(".0")


def truth_of(value: Value) -> bool:
    """As a truth: a number that is neither 0 nor NaN, a text or series that is not empty."""
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def shown(value: Value) -> str:
    """As the answer of a calculated field: the text; empty where a number could not be had."""
    value = first(value)
    return text_of(value) if not isinstance(value, float) or math.isfinite(value) else ""


def tidy(number: float) -> float:
    """Rounded to six decimals, halves away from 0, so that 0.1 + 0.2 = 0.3.

    A double holds fewer decimals of a large number: four are kept from 1e9 on, two from 1e11 on,
    and from 1e13 on the number stays as it is.
    """
    size = abs(number)
    if size < 1e9:
        scale = 1e6
    elif size < 1e11:
        scale = 1e4
    elif size < 1e13:
        scale = 1e2
    else:
        return number  # NaN and the infinite too
    rounded = math.floor(size * scale + 0.5) / scale
    return rounded if number > 0 else 0.0 - rounded
