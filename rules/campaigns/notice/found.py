"""What reading a notice finds: a value and its place, or a doubt and its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """A value read from ``text[start:end]`` (characters, end exclusive)."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Doubt:
    """Something seen at ``text[start:end]`` that a person must settle.

    ``what`` is one of levels, duty, deadline, unit, measure; ``why`` is a Chinese sentence.
    """

    what: str
    text: str
    start: int
    end: int
    why: str


@dataclass(frozen=True)
class Span:
    """A stretch of the text, ``start`` inclusive, ``end`` exclusive."""

    start: int
    end: int
