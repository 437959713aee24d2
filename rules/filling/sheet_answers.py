"""The checked answers of one form, and what the checks derive from them, worked out once."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from rules.filling.answer_sheet import AnswerSheet
from rules.filling.checks.circle import CirclePlace
from rules.filling.checks.figures import figures
from rules.filling.checks.text_prints import Prints, text_prints


@dataclass(frozen=True)
class SheetAnswers:
    """Answers in stored shape, with the answer sheet they are for."""

    sheet: AnswerSheet
    values: Mapping[str, Any]

    @property
    def id(self) -> int:
        """The id of the assignment."""
        return self.sheet.assignment.id

    @property
    def above_id(self) -> int:
        """The id of the assignment directly above; 0 at the unit that issued the measure."""
        return self.sheet.assignment.parent_id or 0

    @property
    def place(self) -> CirclePlace:
        """Where the answers stand among those that they are compared with."""
        return CirclePlace(self.above_id, self.sheet.assignment.level)

    @cached_property
    def now(self) -> dict[str, Decimal]:
        """Field → the number that a person typed."""
        return figures(self.sheet.fields, self.values)

    @cached_property
    def last(self) -> dict[str, Decimal]:
        """Field → the number of the last period."""
        return figures(self.sheet.fields, self.sheet.earlier)

    @cached_property
    def prints(self) -> Prints:
        """Field → the prints of its long text."""
        return text_prints(self.sheet.fields, self.values)

    @cached_property
    def digests(self) -> frozenset[int]:
        """The prints of all long texts."""
        return frozenset(digest for prints in self.prints.values() for digest in prints)
