"""How far numbers lie from each other, in steps of a proportion.

Counts of villages spread over orders of magnitude. A plain z-score would ask every large village,
every time. Distances are measured between logarithms instead, and everything up to `SMALL` counts
as equal: from 2 to 7 is nothing to ask about. The robust z-score is the modified z-score of
Iglewicz and Hoaglin (median and median absolute deviation, 3.5). Its spread has a lower bound, so
that less than a factor of three is never asked about.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from statistics import median

SMALL = Decimal(10)
"""Numbers up to this one count as equal."""
FACTOR = 3
"""Below this factor nothing is asked."""
FAR = 3.5
"""The robust z-score from which a number is asked about."""
_DEVIATION = 1.4826
"""Standard deviation divided by median absolute deviation, for a normal distribution."""
_ROUNDING = 1e-9


def step(value: Decimal, small: Decimal = SMALL) -> float:
    """The logarithm of `value / small`, with the sign of `value`; 0 for values up to `small`."""
    return math.copysign(math.log(max(abs(value) / small, Decimal(1))), value)


def far_apart(value: Decimal, other: Decimal, small: Decimal = SMALL) -> bool:
    """Whether the two values differ by `FACTOR` or more."""
    return abs(step(value, small) - step(other, small)) >= math.log(FACTOR) - _ROUNDING


def robust_score(value: Decimal, others: Sequence[Decimal], small: Decimal = SMALL) -> float:
    """How many robust deviations `value` lies from the median of `others`, which is not empty."""
    steps = [step(other, small) for other in others]
    middle = median(steps)
    spread = _DEVIATION * median(abs(other_step - middle) for other_step in steps)
    return abs(step(value, small) - middle) / max(spread, math.log(FACTOR) / FAR)


def is_outlier(value: Decimal, others: Sequence[Decimal], small: Decimal = SMALL) -> bool:
    """Whether `value` is far from the median of `others`, measured by the spread of `others`."""
    return robust_score(value, others, small) >= FAR - _ROUNDING
