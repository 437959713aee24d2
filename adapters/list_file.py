"""A list as an Excel file: one sheet, every cell a text, so that codes stay as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

from xlsxwriter import Workbook

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTH = 24
"""Of a column, in characters."""


def list_file(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The bytes of the file, with the headings first."""
    content = BytesIO()
    with Workbook(content, {"in_memory": True}) as workbook:
        sheet, bold = workbook.add_worksheet(), workbook.add_format({"bold": True})
        sheet.set_column(0, len(heads) - 1, WIDTH)
        sheet.freeze_panes(1, 0)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for line, cells in enumerate(rows, start=1):
            for column, text in enumerate(cells):
                sheet.write_string(line, column, text)
    return content.getvalue()
