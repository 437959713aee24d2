"""The line of a table that holds its headings, and how well a line fits."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.sentences.held import bare

HEADS_WITHIN = 10
"""Lines from the top, empty ones left out, among which the headings are looked for: a title or
instructions may stand above them."""
Line = tuple[int, list[str]]
"""The line's number in the file, from 1, and its cells."""


@dataclass(frozen=True)
class Heads:
    """The columns a table must have, each by every heading it may have."""

    columns: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, names: Iterable[str | Iterable[str]]) -> Heads:
        """Columns with one heading or several."""
        several = ([name] if isinstance(name, str) else name for name in names)
        return cls(tuple(frozenset(map(plain_heading, headings)) for headings in several))

    def count_in(self, cells: Sequence[str]) -> int:
        """How many of the columns a line names."""
        typed = set(map(plain_heading, cells))
        return sum(not typed.isdisjoint(headings) for headings in self.columns)

    def below_title(self, lines: Sequence[Line]) -> Sequence[Line]:
        """The lines from the headings on; all of them where no line names a column."""
        first = lines[:HEADS_WITHIN]
        counts = [self.count_in(cells) for _, cells in first]
        return lines[counts.index(max(counts)) :] if any(counts) else lines

    def are_in(self, lines: Sequence[Line]) -> bool:
        """Whether a line near the top names every column."""
        return any(self.count_in(cells) == len(self.columns) for _, cells in lines[:HEADS_WITHIN])


def plain_heading(text: str) -> str:
    """Half-width, small, without blanks around: what a person means by a heading."""
    return unicodedata.normalize("NFKC", bare(text)).strip().lower()
