"""The circle: the units whose answers a form is compared with, whatever the order of sending.

The circle is the units of the same level directly below the same unit. Where too few of them have
numbers, units below the neighbours of that unit are added. The first units by id are taken, never
the first to send.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from typing import NamedTuple

from rules.filling.checks.figures import LEAST_SIBLINGS
from rules.filling.checks.text_prints import ALIKE

MOST_SIBLINGS = 30
"""The most units a number is compared with: enough for a median, whatever the size of the tree."""


class CirclePlace(NamedTuple):
    """Where an answer stands in the tree."""

    parent_id: int
    level: str


@dataclass(frozen=True)
class Circle:
    """What was reported below some units, and further away."""

    near: Mapping[CirclePlace, Sequence[int]]
    """Place → the reported assignments there, by id."""
    numbers: Mapping[int, Mapping[str, Decimal]]
    """Assignment → field → number."""
    further: Mapping[CirclePlace, Sequence[int]] = field(default_factory=dict)
    """Place → the reported assignments below the neighbours of the unit above, by id."""

    def own(self, assignment_id: int, names: Iterable[str]) -> dict[str, Decimal]:
        """Field → the number of this assignment, of the fields that are compared with other
        units."""
        known = self.numbers.get(assignment_id, {})
        return {name: known[name] for name in names if name in known}

    def is_narrow(self, assignment_id: int, place: CirclePlace, names: Collection[str]) -> bool:
        """Whether so few of the units beside have numbers that units further away are needed."""
        return bool(names) and len(self._beside(assignment_id, place, names)) < LEAST_SIBLINGS

    def others(
        self, assignment_id: int, place: CirclePlace, names: Collection[str]
    ) -> dict[str, list[Decimal]]:
        """Field → the numbers of the other units."""
        circle = self._beside(assignment_id, place, names)
        if len(circle) < LEAST_SIBLINGS:
            circle += self.further.get(place, ())[:MOST_SIBLINGS]
        answered = [self.numbers.get(sibling, {}) for sibling in circle]
        return {name: [numbers[name] for numbers in answered if name in numbers] for name in names}

    def _beside(self, assignment_id: int, place: CirclePlace, names: Collection[str]) -> list[int]:
        first = islice(
            (sibling for sibling in self.near.get(place, ()) if sibling != assignment_id),
            MOST_SIBLINGS,
        )
        return [
            sibling
            for sibling in first
            if not self.numbers.get(sibling, {}).keys().isdisjoint(names)
        ]


class Holders:
    """Who below one unit has which prints of texts."""

    def __init__(self, prints: Iterable[tuple[int, int]]) -> None:
        self._held: dict[int, set[int]] = {}
        for assignment_id, digest in prints:
            self._held.setdefault(digest, set()).add(assignment_id)
        shared = chain.from_iterable(holders for holders in self._held.values() if len(holders) > 1)
        self.suspects = {
            assignment_id for assignment_id, count in Counter(shared).items() if count >= ALIKE
        }
        """Assignments that share enough prints with others for a text to be nearly the same."""

    def count_alike(self, assignment_id: int, prints: Iterable[int]) -> int:
        """How many other assignments have a text nearly the same as the text with these prints.

        Two texts that are wholly the same share every band, so that counting shared prints is
        enough.
        """
        shared = Counter(chain.from_iterable(self._held.get(digest, ()) for digest in prints))
        del shared[assignment_id]
        return sum(count >= ALIKE for count in shared.values())
