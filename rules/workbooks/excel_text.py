"""Texts as Excel counts and sets them: lengths in UTF-16, lines of a wrapped cell."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

LINE_HEIGHT = 16.5
"""Points of one line at 11 points."""
HIGHEST = 409
"""Points of the highest row that Excel shows."""
IN_CELL = 32_000
"""Characters of one cell; Excel takes 32,767."""


def excel_length(text: str) -> int:
    """Characters as Excel counts them: one outside the Basic Multilingual Plane is two."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut_for_excel(text: str, longest: int, mark: str = "") -> str:
    """`text`, or its beginning and `mark` where Excel counts more than `longest` characters."""
    if excel_length(text) <= longest:
        return text
    kept = text[: longest - len(mark)]
    while excel_length(kept) > longest - len(mark):
        kept = kept[:-1]
    return kept + mark


def pieces_for_excel(text: str, longest: int) -> Iterable[str]:
    """`text` in pieces of which each fits into a cell."""
    while text:
        piece = cut_for_excel(text, longest)
        yield piece
        text = text[len(piece) :]


def row_height(cells: Iterable[tuple[str, float]]) -> float | None:
    """The height in points of a row with wrapped texts and the widths of their columns.

    None where one line is enough. LibreOffice and WPS do not work out a height by themselves.
    """
    lines = max((_lines(text, width) for text, width in cells), default=1)
    return None if lines <= 1 else min(HIGHEST, lines * LINE_HEIGHT)


def _lines(text: str, width: float) -> int:
    """Lines of a text in a column of so many half-width characters."""
    room = max(1.0, width - 1)
    return sum(max(1, math.ceil(_width(line) / room)) for line in text.split("\n"))


def _width(line: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in line)
