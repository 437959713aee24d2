"""Writing a form as an XLSForm workbook (.xlsx)."""

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter

from rules.forms.form_fields import FormField, RollUp
from rules.forms.form_settings import FormSettings
from rules.forms.xlsform.rows import Rows, written_tables

_WIDTHS = {"type": 26, "name": 20, "label": 40, "hint": 40, "required": 10, "readonly": 10}
_WIDTH = 18
_CHOSEN = {
    "required": ["yes", "no"],
    "readonly": ["yes", "no"],
    "rollup": [str(kind) for kind in RollUp],
}
_SPARE = 500
"""The number of rows below the last one that offer lists to choose from too."""


def write_xlsform(title: str, settings: FormSettings, fields: Sequence[FormField]) -> bytes:
    """The workbook of a form. `read_xlsform` reads the same form from it.

    Every cell is text: codes keep their leading zeros, and Excel calculates nothing.
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": title, "created": datetime(2026, 1, 1)})  # noqa: DTZ001
        for name, rows in written_tables(title, settings, fields).items():
            _write_sheet(workbook, name, rows)
    return file.getvalue()


def _write_sheet(workbook: xlsxwriter.Workbook, name: str, rows: Rows) -> None:
    sheet = workbook.add_worksheet(name)
    head = workbook.add_format({"bold": True, "bg_color": "#E8EEF4", "num_format": "@"})
    text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    for column, heading in enumerate(headings):
        width = _WIDTHS.get(heading.partition("::")[0], _WIDTH)
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, heading, head)
        if heading in _CHOSEN:
            validation = {"validate": "list", "source": _CHOSEN[heading], "error_type": "warning"}
            sheet.data_validation(1, column, len(rows) + _SPARE, column, validation)
        for line, row in enumerate(rows, start=1):
            if row.get(heading):
                sheet.write_string(line, column, row[heading], text)
    sheet.freeze_panes(1, 0)
