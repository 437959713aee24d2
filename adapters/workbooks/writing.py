"""Writing a workbook: protected sheets with open cells, checks while typing, and a hidden ticket.

What people have typed is only ever written as text or as a number, never as a formula.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from adapters.workbooks.signing import sign
from adapters.workbooks.validation import choices_message, validation
from rules.forms.form_fields import NUMERIC, FieldType
from rules.workbooks.columns import GUIDE, LISTS, REQUIRED, TICKET, SheetColumn
from rules.workbooks.excel_text import IN_CELL, cut_for_excel, pieces_for_excel, row_height
from rules.workbooks.layout import Cell, FilledSheet, Layout, SheetRow

FONT = "等线"
HEAD = 1
"""The row of the heads, from 0. The groups stand above."""
FIXED = 3
"""The number of columns before the questions."""
OWN = 5
"""The number of open columns after the questions, for the office's own notes. They are not read."""
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,9})(\.[0-9]{0,3}[1-9])?")
UNIT_WIDTH, _TEXT_WIDTH = 22, 30
"""Half-width characters of a column."""
_WIDTHS = {
    FieldType.INTEGER: 12, FieldType.DECIMAL: 14, FieldType.DATE: 14, FieldType.SELECT_ONE: 18,
    FieldType.SELECT_MULTIPLE: 26, FieldType.TEXT: _TEXT_WIDTH,
}  # fmt: skip
_NUMBER_FORMATS = {
    FieldType.INTEGER: "0", FieldType.DECIMAL: "0.####", FieldType.DATE: "yyyy-mm-dd",
}  # fmt: skip


def write_workbook(layout: Layout) -> bytes:
    """The .xlsx of a layout."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        workbook.set_properties({"title": layout.title, "created": datetime(2026, 1, 1)})  # noqa: DTZ001
        _Writing(workbook, layout).write()
    return file.getvalue()


class _Writing:
    """One workbook being written."""

    def __init__(self, workbook: xlsxwriter.Workbook, layout: Layout) -> None:
        self.workbook, self.layout = workbook, layout
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._listed = 0

    def write(self) -> None:
        self._write_guide()
        sheets = [self.workbook.add_worksheet(filled.columns.name) for filled in self.layout.sheets]
        for sheet, filled in zip(sheets, self.layout.sheets, strict=True):
            self._write_sheet(sheet, filled)
        self.lists.hide()
        self._write_ticket()

    @cached_property
    def lists(self) -> Worksheet:
        """The sheet of all words that cells offer to choose from."""
        sheet = self.workbook.add_worksheet(LISTS)
        sheet.protect("")
        return sheet

    def list_range(self, words: Sequence[str]) -> str:
        """Where the words stand, as a validation names it. Each list has one column."""
        for row, text in enumerate(words):
            self.lists.write_string(row, self._listed, text)
        letters = xlsxwriter.utility.xl_col_to_name(self._listed)
        self._listed += 1
        return f"={LISTS}!${letters}$1:${letters}${len(words)}"

    @cached_property
    def codes_range(self) -> str:
        return self.list_range(self.layout.codes or ("",))

    def style(self, **values: Any) -> Any:
        """A format of the workbook. The same values always give the same format."""
        key = tuple(sorted(values.items()))
        if key not in self._formats:
            usual = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
            self._formats[key] = self.workbook.add_format(usual | values)
        return self._formats[key]

    def _write_guide(self) -> None:
        sheet = self.workbook.add_worksheet(GUIDE)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 88)
        name = self.style(bold=True, valign="top")
        text = self.style(text_wrap=True, valign="top", num_format="@")
        for row, (heading, words) in enumerate(self.layout.guide):
            sheet.write_string(row, 0, heading, name)
            sheet.write_string(row, 1, cut_for_excel(words, IN_CELL), text)
            sheet.set_row(row, row_height([(words, 88)]))
        sheet.protect("", {"format_rows": True, "format_columns": True})
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _write_sheet(self, sheet: Worksheet, filled: FilledSheet) -> None:
        self._write_heads(sheet, filled)
        for number, line in enumerate(filled.lines, HEAD + 1):
            self._write_fixed(sheet, number, filled, (line.code, line.unit, line.third))
            for place, (column, cell) in enumerate(
                zip(filled.columns.columns, line.cells, strict=True), FIXED
            ):
                self._write_cell(sheet, number, place, column, cell)
            sheet.set_row(number, _height(filled, line))
        self._validate(sheet, filled)
        self._finish(sheet, filled)

    def _write_heads(self, sheet: Worksheet, filled: FilledSheet) -> None:
        columns = filled.columns
        fixed = self.style(bold=True, bg_color="#DCE6F1", border=1, align="center", text_wrap=True)
        for place, head in enumerate(columns.fixed):
            sheet.write_blank(0, place, None, fixed)
            sheet.write_string(HEAD, place, head, fixed)
        self._write_groups(sheet, columns.columns, fixed)
        for place, column in enumerate(columns.columns, FIXED):
            colour = "#FCE4D6" if column.field.required else "#DCE6F1"
            head = self.style(bold=True, bg_color=colour, border=1, align="center", text_wrap=True)
            sheet.write_string(HEAD, place, column.head, head)
            below = self._below(filled, column.field.type, open_=column.field.typed_in)
            sheet.set_column(place, place, _width(column), below)
            if note := choices_message(column):
                sheet.write_comment(HEAD, place, note, {"x_scale": 2, "y_scale": 1.5})
        self._write_own(sheet, FIXED + len(columns.columns))
        sheet.set_row(HEAD, 48)

    def _write_own(self, sheet: Worksheet, first: int) -> None:
        """Open the columns from `first` on. Their words stand above the heads, where nothing is
        read, and not over merged cells, because columns with merged cells could not be moved."""
        words = self.style(italic=True, font_color="#595959")
        head = self.style(bold=True, border=4, align="center", text_wrap=True, locked=False)
        sheet.set_column(first, first + OWN - 1, 14, self.style(locked=False, text_wrap=True))
        sheet.write_string(0, first, "自己用的列，不报送", words)
        for place in range(first + 1, first + OWN):
            sheet.write_blank(0, place, None, words)
        for place in range(first, first + OWN):
            sheet.write_blank(HEAD, place, None, head)

    def _write_groups(self, sheet: Worksheet, columns: Sequence[SheetColumn], style: Any) -> None:
        """Write the labels of groups, each over the neighbouring columns that the group holds."""
        first = 0
        while first < len(columns):
            last = first
            while last + 1 < len(columns) and columns[last + 1].group == columns[first].group:
                last += 1
            group = columns[first].group
            if last > first and group:
                sheet.merge_range(0, FIXED + first, 0, FIXED + last, group, style)
            else:
                for place in range(first, last + 1):
                    sheet.write_string(0, FIXED + place, group, style)
            first = last + 1

    def _write_fixed(
        self, sheet: Worksheet, number: int, filled: FilledSheet, texts: tuple[str, str, str]
    ) -> None:
        """Write code, unit and status. In the spare rows of a repeat the code is to be chosen."""
        open_ = bool(filled.columns.repeat) and not texts[0]
        for place, text in enumerate(texts):
            style = self._cell_style(FieldType.TEXT, open_ and place != 1)
            sheet.write_string(number, place, text, style)

    def _write_cell(
        self, sheet: Worksheet, number: int, place: int, column: SheetColumn, cell: Cell
    ) -> None:
        kind = column.field.type
        style = self._cell_style(kind, cell.open)
        if kind in NUMERIC and _NUMBER.fullmatch(cell.text):
            sheet.write_number(number, place, float(cell.text), style)
        elif kind is FieldType.DATE and (day := _day(cell.text)):
            sheet.write_datetime(number, place, day, style)
        elif cell.text:
            sheet.write_string(number, place, cell.text, style)
        else:
            sheet.write_blank(number, place, None, style)

    def _cell_style(self, kind: FieldType, open_: bool) -> Any:
        values: dict[str, Any] = {
            "border": 1, "border_color": "#A6A6A6", "locked": not open_,
            "num_format": _NUMBER_FORMATS.get(kind, "@"),
        }  # fmt: skip
        if not open_:
            values |= {"bg_color": "#EDEDED", "font_color": "#595959"}
        if kind not in _NUMBER_FORMATS:
            values["text_wrap"] = True
        return self.style(**values)

    def _below(self, filled: FilledSheet, kind: FieldType, *, open_: bool = True) -> Any:
        """The style of a column below the table. In a repeat, people go on writing there when the
        spare rows are used up. None: locked."""
        spare = filled.columns.repeat and any(not line.code for line in filled.lines)
        if not (open_ and spare):
            return None
        return self.style(locked=False, num_format=_NUMBER_FORMATS.get(kind, "@"))

    def _validate(self, sheet: Worksheet, filled: FilledSheet) -> None:
        last = HEAD + len(filled.lines)
        if last == HEAD:
            return
        if filled.columns.repeat:
            chosen = {"validate": "list", "source": self.codes_range, **_OF_CODES}
            sheet.data_validation(HEAD + 1, 0, last, 0, chosen)
        for place, column in enumerate(filled.columns.columns, FIXED):
            rule = validation(column, self.list_range)
            sheet.data_validation(HEAD + 1, place, last, place, rule)

    def _finish(self, sheet: Worksheet, filled: FilledSheet) -> None:
        below = self._below(filled, FieldType.TEXT)
        sheet.set_column(0, 0, 15, below)
        sheet.set_column(1, 1, UNIT_WIDTH)
        sheet.set_column(2, 2, 8 if filled.columns.repeat else 20, below)
        sheet.freeze_panes(HEAD + 1, 2)
        if filled.lines:
            last = FIXED + len(filled.columns.columns) - 1
            sheet.autofilter(HEAD, 0, HEAD + len(filled.lines), last)
        sheet.protect("", _ALLOWED)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, HEAD)
        sheet.set_footer("&L&F&R第 &P 页，共 &N 页")

    def _write_ticket(self) -> None:
        sheet = self.workbook.add_worksheet(TICKET)
        text = sign(self.layout.ticket)
        for row, piece in enumerate(pieces_for_excel(text, IN_CELL)):
            sheet.write_string(row, 0, piece)
        sheet.protect("")
        sheet.very_hidden()


_ALLOWED = {
    "format_cells": True, "format_columns": True, "format_rows": True, "autofilter": True,
}  # fmt: skip
"""What the protection of a sheet allows. Sorting is not allowed: on a protected sheet it moves open
cells only, so that answers would stand beside the codes of other units."""
_OF_CODES = {
    "input_title": "单位代码",
    "input_message": f"从下拉框里选单位代码；带“{REQUIRED}”的格子必须填。",
    "error_title": "单位代码不对",
    "error_message": "请从下拉框里选择单位代码。",
}


def _height(filled: FilledSheet, line: SheetRow) -> float | None:
    """The height of a row for the texts in it. None: one line is enough."""
    asked = (
        (cell.text, _width(column))
        for column, cell in zip(filled.columns.columns, line.cells, strict=True)
        if column.field.type not in _NUMBER_FORMATS
    )
    return row_height([(line.unit, UNIT_WIDTH), *asked])


def _width(column: SheetColumn) -> int:
    return _WIDTHS.get(column.field.type, _TEXT_WIDTH)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-22") else None
    except ValueError:
        return None
