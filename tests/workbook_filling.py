"""Filling a workbook in as an office person does: with a program for sheets, cell by cell."""

import io
from collections.abc import Callable

import openpyxl
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from rules.workbooks.columns import CODE, folded

Edit = Callable[[openpyxl.Workbook], object]


def edited(content: bytes, edit: Edit) -> bytes:
    """The workbook after `edit`, saved again."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def filled(content: bytes, answers: dict[str, dict[str, object]], sheet: str = "填报") -> bytes:
    """Code of a unit → label of a question → what is typed into its cell."""

    def fill(book: openpyxl.Workbook) -> None:
        for code, typed in answers.items():
            for label, value in typed.items():
                cell_at(book[sheet], code, label).value = value

    return edited(content, fill)


def head_row(sheet: Worksheet) -> int:
    """The row in which the heads stand."""
    rows: list[int] = [cell.row for cell in sheet["A"] if cell.value == CODE]
    return rows[0]


def row_of(sheet: Worksheet, code: str) -> int:
    rows: list[int] = [cell.row for cell in sheet["A"] if str(cell.value) == code]
    assert rows, f"no row for {code}"
    return rows[0]


def column_of(sheet: Worksheet, label: str) -> int:
    """The column whose head begins with `label`."""
    heads = sheet[head_row(sheet)]
    found: list[int] = [
        head.column for head in heads if folded(str(head.value or "")).startswith(folded(label))
    ]
    assert found, f"no column {label}"
    return found[0]


def cell_at(sheet: Worksheet, code: str, label: str) -> Cell:
    return sheet.cell(row_of(sheet, code), column_of(sheet, label))


def add_filling(book: openpyxl.Workbook, sheet: str, code: str, typed: dict[str, object]) -> None:
    """Fill the first empty row of the sheet of a repeat."""
    found = book[sheet]
    row = next(
        number
        for number in range(head_row(found) + 1, found.max_row + 2)
        if not any(cell.value not in (None, "") for cell in found[number])
    )
    found.cell(row, 1).value = code
    for label, value in typed.items():
        found.cell(row, column_of(found, label)).value = value
