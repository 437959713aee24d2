"""What reading a notice finds: a value with its place, or a doubt with its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """A value read from `text[start:end]` (characters, end exclusive)."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Doubt:
    """Something at `text[start:end]` that a person must settle.

    `what`: levels, duty, deadline, unit or measure. `why`: a Chinese sentence.
    """

    what: str
    text: str
    start: int
    end: int
    why: str


@dataclass(frozen=True)
class Span:
    """A stretch of the text. `start` is inclusive, `end` exclusive."""

    start: int
    end: int
