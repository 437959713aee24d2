"""Writing a form as an XLSForm workbook (.xlsx)."""

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from rules.forms.form_fields import FormField, RollUp
from rules.forms.form_settings import FormSettings
from rules.forms.xlsform.blank import INSTRUCTIONS, Say, blank_tables
from rules.forms.xlsform.chinese import TYPE_WORDS, VALUES
from rules.forms.xlsform.columns import SURVEY, heading_key
from rules.forms.xlsform.rows import Rows, written_tables
from rules.sentences.refusal import N_

_WIDTHS = {"type": 26, "name": 20, "label": 40, "hint": 40, "required": 10, "readonly": 10}
_WIDTH = 18
_CHOSEN = {
    "required": ["yes", "no"],
    "readonly": ["yes", "no"],
    "rollup": [str(kind) for kind in RollUp],
    "each_period": ["keep", "look", "new"],
}
"""Column → the words that are offered under its head in English."""
_LONGEST_SHEET = 31
"""The most characters of the name of a sheet that Excel takes."""
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


def write_blank_xlsform(say: Say, *, chinese: bool) -> bytes:
    """A workbook to begin a form with: examples, words to choose from, and a sheet of instructions.

    `chinese`: heads, types and fixed values are Chinese.
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001
        tables = blank_tables(say, chinese=chinese)
        for name, rows in tables.items():
            sheet = _write_sheet(workbook, name, rows)
            if name == SURVEY:
                offer = _offered_types(tables, chinese=chinese)
                sheet.data_validation(1, 0, len(rows) + _SPARE, 0, _offering(offer))
        _write_instructions(workbook, say)
    return file.getvalue()


def _offered_types(tables: dict[str, Rows], *, chinese: bool) -> list[str]:
    """The types to choose from; a question with choices is offered with a list of the form."""
    used = list(dict.fromkeys(next(iter(row.values())) for row in tables[SURVEY]))
    plain = [
        chinese_word if chinese else word
        for chinese_word, word in TYPE_WORDS.items()
        if not word.startswith("select_")
    ]
    return list(dict.fromkeys([*used, *plain]))


def _write_instructions(workbook: xlsxwriter.Workbook, say: Say) -> None:
    sheet = workbook.add_worksheet(f"#{say(N_('填写说明'))}"[:_LONGEST_SHEET])
    text = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 90, text)
    for line, msgid in enumerate(INSTRUCTIONS):
        sheet.write_string(line, 0, say(msgid), text)


def _offering(words: list[str]) -> dict[str, object]:
    """Words to choose from; other words can be typed after a warning."""
    return {"validate": "list", "source": words, "error_type": "warning"}


def _write_sheet(workbook: xlsxwriter.Workbook, name: str, rows: Rows) -> Worksheet:
    sheet = workbook.add_worksheet(name)
    head = workbook.add_format({"bold": True, "bg_color": "#E8EEF4", "num_format": "@"})
    text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    for column, heading in enumerate(headings):
        key = (heading_key(name, heading) or ("", ""))[0]
        width = _WIDTHS.get(key, _WIDTH)
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, heading, head)
        if name == SURVEY and key in _CHOSEN:
            offer = _CHOSEN[key] if heading == key else list(VALUES[key])
            sheet.data_validation(1, column, len(rows) + _SPARE, column, _offering(offer))
        for line, row in enumerate(rows, start=1):
            if row.get(heading):
                sheet.write_string(line, column, row[heading], text)
    sheet.freeze_panes(1, 0)
    return sheet
