"""Marking passages in a text: where marks begin and end, cut so that they may overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Passage:
    """A stretch of a text to mark: characters `start` to `end` (exclusive)."""

    anchor: str
    """The id links point to."""
    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """A stretch of the text in which the same passages hold throughout."""

    text: str
    anchors: tuple[str, ...]
    """Passages that begin here."""
    kinds: frozenset[str]
    """Kinds of the passages that cover it."""


def cut(text: str, passages: Sequence[Passage]) -> list[Piece]:
    """The text in pieces, in order; joined together they are the text again.

    Passages that are empty or lie outside the text are left out. Linear in the text, and
    quadratic in the passages at worst: a notice has a few hundred.
    """
    kept = [passage for passage in passages if 0 <= passage.start < passage.end <= len(text)]
    cuts = sorted({0, len(text), *(at for passage in kept for at in (passage.start, passage.end))})
    return [_piece(text, kept, start, end) for start, end in pairwise(cuts)]


def _piece(text: str, passages: Sequence[Passage], start: int, end: int) -> Piece:
    return Piece(
        text=text[start:end],
        anchors=tuple(passage.anchor for passage in passages if passage.start == start),
        kinds=frozenset(
            passage.kind for passage in passages if passage.start <= start and end <= passage.end
        ),
    )
