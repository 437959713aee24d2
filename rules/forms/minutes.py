"""What a form costs the unit that fills it in, in minutes: guessed or measured."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules.forms.form_fields import FieldType, FormField

SECONDS: dict[FieldType, int] = {
    FieldType.INTEGER: 30,
    FieldType.DECIMAL: 35,
    FieldType.TEXT: 45,
    FieldType.DATE: 20,
    FieldType.SELECT_ONE: 10,
    FieldType.SELECT_MULTIPLE: 20,
    FieldType.NOTE: 5,
    FieldType.CALCULATE: 0,
    FieldType.GROUP: 0,
    FieldType.REPEAT: 5,
    FieldType.IMAGE: 60,
    FieldType.FILE: 90,
}
"""Type of field → the seconds it costs. A guess, used until answers give real medians."""
MULTILINE_SECONDS = 240

ENOUGH = 20
"""The number of fillings from which on their median says more than the guess."""
SHORTEST, LONGEST = 5, 4 * 3600
"""The bounds of the seconds that a filling counts with. Less is a trial, more is a form left open
over lunch."""
_GROWTH = 1.25
EDGES = tuple(
    min(LONGEST, round(SHORTEST * _GROWTH**place))
    for place in range(math.ceil(math.log(LONGEST / SHORTEST, _GROWTH)) + 1)
)
"""Upper edges, in seconds, of the buckets in which fillings are counted. The buckets are coarse on
purpose, so that a count tells nothing about anyone."""


@dataclass(frozen=True)
class FillCost:
    """What one filling of a form costs."""

    minutes: int
    """Rounded up, at least 1."""
    answers: int
    """The number of measured fillings. 0: the cost is guessed by the types of the fields."""


def minutes(fields: Iterable[FormField]) -> int:
    """The minutes that a form costs one unit, guessed by the types of its fields and rounded up."""
    return math.ceil(sum(map(_seconds, fields)) / 60)


def fill_cost(fields: Iterable[FormField], counts: Mapping[int, int]) -> FillCost:
    """The measured median where there are `ENOUGH` fillings, else the guess.

    `counts`: upper edge of a bucket in seconds → number of fillings.
    """
    answers = sum(counts.values())
    if answers < ENOUGH:
        return FillCost(minutes(fields), 0)
    return FillCost(max(1, math.ceil(median_seconds(counts) / 60)), answers)


def bucket_of(seconds: float) -> int:
    """The upper edge of the bucket in which a filling is counted."""
    return EDGES[bisect_left(EDGES, min(max(seconds, SHORTEST), LONGEST))]


def median_seconds(counts: Mapping[int, int]) -> float:
    """The median of fillings counted in buckets, as if the fillings lay evenly in each bucket.
    Raises ValueError where there are none."""
    wanted, below = sum(counts.values()) / 2, 0
    for edge in sorted(counts):
        if below + counts[edge] >= wanted and counts[edge]:
            left = max([0, *(lower_edge for lower_edge in EDGES if lower_edge < edge)])
            return left + (edge - left) * (wanted - below) / counts[edge]
        below += counts[edge]
    raise ValueError(counts)


def _seconds(field: FormField) -> int:
    """The seconds that a field costs. Fields that nobody types into cost nothing; a note is
    read."""
    if field.answered and not field.typed_in:
        return 0
    return MULTILINE_SECONDS if field.multiline else SECONDS[field.type]
