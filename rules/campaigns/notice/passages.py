"""Marking passages in a text: the text is cut where marks begin and end, so that they may
overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Passage:
    """A stretch of a text to mark: characters `start` to `end` (exclusive)."""

    anchor: str
    """The id that links point to."""
    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """A stretch of the text in which the same passages hold throughout."""

    text: str
    anchors: tuple[str, ...]
    """The anchors of passages that begin with this piece."""
    kinds: frozenset[str]
    """The kinds of the passages that cover this piece."""


def cut(text: str, passages: Sequence[Passage]) -> list[Piece]:
    """The text in pieces, in order. Joined together the pieces are the text again.

    Passages that are empty or lie outside the text are left out. The cost is linear in the text,
    and at worst quadratic in the passages, of which a notice has a few hundred.
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
