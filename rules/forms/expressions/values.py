"""What expressions work on: values, how one kind becomes another, and the scope of an evaluation.

Values are numbers (`float`), texts, truths (`bool`) and series. A series is a tuple of the values
that a field of a repeat has in its fillings. Several codes are a text with blanks between them, a
date is the text `2026-11-22`. `web/static/rules/values.js` does the same in the browser: change
both.
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
    """A series that no longer changes, so that results for the whole series are worked out once."""

    @cached_property
    def work(self) -> int:
        """The work of going through the series."""
        return work_of(tuple(self))

    @cached_property
    def worked_out(self) -> dict[str, float]:
        """Function → its result for the series."""
        return {}


LONGEST_TEXT = 20_000
"""The most characters of a text. A longer result of a function is cut."""

BLANKS = " \t\r\n"
NUMBER = re.compile(rf"[{BLANKS}]*(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[{BLANKS}]*")


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may see.

    `answers`: field → stored answer (int, decimal as text, text, ISO date, code, list of codes; for
    a field of a repeat seen from outside, a tuple with the answer of each filling). An absent
    answer and None are the empty text. `numeric`: the fields whose answers are numbers, so that
    "12.50" is a number. `own`: the value at `.`, as `typed_value` gives it. `choice`: column →
    text, for the choice that is being filtered. `today`: ISO date. `budget`: the work that a whole
    form may make.
    """

    answers: Mapping[str, Any]
    own: Any = None
    choice: Mapping[str, str] = field(default_factory=dict)
    today: str = ""
    numeric: Container[str] = frozenset()
    budget: Budget = field(default_factory=Budget)


def typed_value(stored: Any, *, numeric: bool = False) -> Value:
    """The value that a stored answer has in expressions."""
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
    """The work of going through a value: its characters, and for a series also each of its
    values."""
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
    """The first value of a series, which stands for the series. An empty series is the empty
    text."""
    if isinstance(value, tuple):
        return value[0] if value else ""
    return value


def number_of(value: Value) -> float:
    """The value as a number. A date is its days since 1970-01-01; a value that is no number is
    NaN."""
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
    """The value as a text. A number has no exponent, and as few digits as tell it apart."""
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
    """The value as a truth. A number is true unless it is 0 or NaN, a text or series unless it is
    empty."""
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def shown(value: Value) -> str:
    """The value as the answer of a calculated field. A number that is NaN or infinite is the empty
    text."""
    value = first(value)
    return text_of(value) if not isinstance(value, float) or math.isfinite(value) else ""


def tidy(number: float) -> float:
    """The number rounded to six decimals, halves away from 0, so that 0.1 + 0.2 = 0.3.

    A double holds fewer decimals of a large number. From 1e9 on, four decimals are kept, from 1e11
    on two, and from 1e13 on the number stays as it is.
    """
    size = abs(number)
    if size < 1e9:
        scale = 1e6
    elif size < 1e11:
        scale = 1e4
    elif size < 1e13:
        scale = 1e2
    else:
        return number  # NaN and infinity too
    rounded = math.floor(size * scale + 0.5) / scale
    return rounded if number > 0 else 0.0 - rounded
