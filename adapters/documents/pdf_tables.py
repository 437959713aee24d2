"""The ruled tables of a PDF, row by row, found by pdfplumber.

pdfplumber is slow beside pdfium, so only pages with ruling lines are given to it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

_FEWEST_LINES = 4
"""Drawn objects that a page with a table has at least."""
_MOST_PAGES = 60
"""Pages that are searched for tables; what is ruled on later pages is read as lines."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class PdfTable:
    """A table on a page: its edges in points from the left and the bottom, and its rows."""

    left: float
    bottom: float
    right: float
    top: float
    rows: tuple[tuple[str, ...], ...]

    def holds(self, left: float, bottom: float) -> bool:
        """Whether a place of the page lies inside the table."""
        return self.left <= left <= self.right and self.bottom <= bottom <= self.top


def tables_by_page(content: bytes, document: pdfium.PdfDocument) -> dict[int, list[PdfTable]]:
    """Number of the page, from 0 → its tables from top to bottom. Pages without one are left out.

    A table that goes on over pages repeats its head there; the repeated head is left out.
    """
    ruled = [number for number in range(len(document)) if _is_ruled(document[number])]
    if not ruled:
        return {}
    # Takes two seconds to import, and most documents have no table.
    import pdfplumber

    found: dict[int, list[PdfTable]] = {}
    with pdfplumber.open(io.BytesIO(content)) as opened:
        for number in ruled[:_MOST_PAGES]:
            page = opened.pages[number]
            tables = [
                PdfTable(box[0], page.height - box[3], box[2], page.height - box[1], rows)
                for box, rows in map(_read, page.find_tables())
                if len(rows) > 1 and len(rows[0]) > 1
            ]
            if tables:
                found[number] = sorted(tables, key=lambda table: -table.top)
            page.close()
    return _without_repeated_heads(found)


def _is_ruled(page: pdfium.PdfPage) -> bool:
    try:
        drawn = page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH])
        return sum(1 for _, _ in zip(drawn, range(_FEWEST_LINES), strict=False)) == _FEWEST_LINES
    finally:
        page.close()


def _read(table: object) -> tuple[Box, tuple[tuple[str, ...], ...]]:
    cells = [row.cells for row in table.rows]  # type: ignore[attr-defined]
    texts: list[list[str]] = []
    for row, (boxes, read) in enumerate(zip(cells, table.extract(), strict=True)):  # type: ignore[attr-defined]
        texts.append(
            [
                "".join((text or "").split("\n"))
                if box is not None
                else _merged(texts, boxes, row, column)
                for column, (box, text) in enumerate(zip(boxes, read, strict=True))
            ]
        )
    return table.bbox, tuple(map(tuple, texts))  # type: ignore[attr-defined]


def _merged(
    texts: Sequence[Sequence[str]], boxes: Sequence[Box | None], row: int, column: int
) -> str:
    """The text of a place without a cell of its own: that of the cell above, which is merged with
    it, or nothing where the cell on its left is."""
    left = next((box for box in reversed(boxes[:column]) if box is not None), None)
    right = next((box for box in boxes[column + 1 :] if box is not None), None)
    spans = left is not None and (right is None or left[2] >= right[0])
    return "" if spans or not row else texts[row - 1][column]


def _without_repeated_heads(found: dict[int, list[PdfTable]]) -> dict[int, list[PdfTable]]:
    head: tuple[str, ...] = ()
    kept: dict[int, list[PdfTable]] = {}
    for number, table in _in_order(found):
        rows = table.rows[1:] if table.rows[0] == head else table.rows
        head = table.rows[0]
        shown = PdfTable(table.left, table.bottom, table.right, table.top, rows)
        kept.setdefault(number, []).append(shown)
    return kept


def _in_order(found: dict[int, list[PdfTable]]) -> Iterator[tuple[int, PdfTable]]:
    for number, tables in found.items():
        for table in tables:
            yield number, table
