"""What the operators of expressions do to values."""

import math
import operator
from collections.abc import Callable
from typing import Any

from rules.forms.expressions import values
from rules.forms.expressions.values import Scalar, Value, first, number_of, text_of, truth_of


def plus(left: float, right: float) -> float:
    return values.tidy(left + right)


def minus(left: float, right: float) -> float:
    return values.tidy(left - right)


def times(left: float, right: float) -> float:
    return values.tidy(left * right)


def divided(left: float, right: float) -> float:
    """Division as in IEEE 754: by 0 it gives infinity, 0 by 0 gives NaN."""
    if right:
        return values.tidy(left / right)
    if left == 0 or math.isnan(left):
        return math.nan
    return math.inf if left > 0 else -math.inf


def remainder(left: float, right: float) -> float:
    """The remainder, with the sign of `left`. 0.3 mod 0.1 is 0, although no double is exactly 0.3
    or 0.1."""
    if right == 0 or math.isinf(left):
        return math.nan
    rest = values.tidy(math.fmod(left, right))
    return 0.0 if abs(rest) == abs(right) else rest


def _equal(left: Scalar, right: Scalar) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return truth_of(left) == truth_of(right)
    if isinstance(left, float) or isinstance(right, float):
        return number_of(left) == number_of(right)
    return left == right


def _ordered(compare: Callable[[float, float], bool]) -> Callable[[Scalar, Scalar], bool]:
    return lambda left, right: compare(number_of(left), number_of(right))


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": plus,
    "-": minus,
    "*": times,
    "div": divided,
    "mod": remainder,
}

_COMPARISONS: dict[str, Callable[[Scalar, Scalar], bool]] = {
    "=": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
}

_OF_SAME: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def comparison(sign: str) -> Callable[[Value, Value], bool]:
    """The function that compares two values with `sign`.

    A series compares true when one of its values does. Of two series, the right one stands for its
    first value. Compared with a truth, a series is true unless it is empty.
    """
    of_same, of_scalars = _OF_SAME[sign], _COMPARISONS[sign]
    of_texts = sign in ("=", "!=")

    def compare(left: Value, right: Value) -> bool:
        kind = type(left)  # the most frequent case first: two texts or two numbers
        if kind is type(right) and (kind is float or (kind is str and of_texts)):
            return of_same(left, right)
        if isinstance(left, tuple):
            if isinstance(right, bool):
                return of_scalars(bool(left), right)
            other = first(right)
            return any(of_scalars(scalar, other) for scalar in left)
        if isinstance(right, tuple):
            if isinstance(left, bool):
                return of_scalars(left, bool(right))
            return any(of_scalars(left, scalar) for scalar in right)
        return of_scalars(left, right)

    return compare


def added(series: Value) -> float:
    """The sum of a series. NaN where a value of the series is no number."""
    total = 0.0
    for scalar in as_series(series):
        total = values.tidy(total + number_of(scalar))
    return total


def as_series(value: Value) -> tuple[Scalar, ...]:
    """The values of a series. A single value is a series of one."""
    return value if isinstance(value, tuple) else (value,)


def smallest(*given: Value) -> float:
    return _extreme(min, given)


def largest(*given: Value) -> float:
    return _extreme(max, given)


def _extreme(choose: Callable[[list[float]], float], given: tuple[Value, ...]) -> float:
    numbers = [number_of(scalar) for value in given for scalar in as_series(value)]
    if not numbers or any(map(math.isnan, numbers)):
        return math.nan
    return choose(numbers)


def whole(number: float) -> float:
    """The number without its decimals."""
    return float(int(number)) if math.isfinite(number) else number


def floor(number: float) -> float:
    return float(math.floor(number)) if math.isfinite(number) else number


def ceiling(number: float) -> float:
    return float(math.ceil(number)) if math.isfinite(number) else number


_POWERS = (1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9)


def rounded(number: float, places: float = 0.0) -> float:
    """The number rounded to `places` decimals, halves away from 0. `places` is cut to the range -9
    to 9.

    1.005 to two places is 1.01, because the written figure is rounded and not the double.
    """
    if math.isnan(places) or not math.isfinite(number):
        return math.nan if math.isnan(places) else number
    steps = int(max(-9.0, min(9.0, places)))
    power = _POWERS[abs(steps)]
    moved = values.tidy(abs(number) * power if steps >= 0 else abs(number) / power)
    if moved >= 1e15:
        return number
    near = math.floor(moved)
    near += 1 if moved - near >= 0.5 else 0
    result = near / power if steps >= 0 else near * power
    return float(result if number > 0 else 0.0 - result)


def filled(series: Value) -> float:
    """How many values of a series are not empty."""
    return float(sum(1 for scalar in as_series(series) if text_of(scalar) != ""))
