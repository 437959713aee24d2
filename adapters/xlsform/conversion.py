"""The last check of an XLSForm: it must convert to an XForm, as every other tool would convert
it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pyxform.builder import create_survey_element_from_dict
from pyxform.errors import PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import DefinitionData

from rules.forms.xlsform.chinese import english_value
from rules.forms.xlsform.columns import SURVEY, TypedSheet, code_text, heading_key
from rules.forms.xlsform.types import RowType, read_type, written_type
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import N_

_OURS = ("rollup", "reuse", "each_period")
"""Columns that XLSForm does not know."""
_FIXED = {"required", "readonly", "appearance"}
"""Columns in which a Chinese word can stand for a word of XLSForm."""
_ROW = re.compile(r"\[row : ([0-9]+)\]")
_SHEET = re.compile(r"'(survey|choices|settings)' sheet")
_COLUMN = re.compile(r"the '([^']+)' value")
Rows = list[dict[str, str]]


def conversion_faults(tables: Mapping[str, TypedSheet]) -> Iterator[Fault]:
    """What the conversion finds wrong in sheets in which we found nothing: at most one fault."""
    try:
        converted(tables)
    except PyXFormError as error:
        yield _fault(tables, str(error))


def converted(tables: Mapping[str, TypedSheet]) -> tuple[dict[str, Any], str]:
    """The form as pyxform reads it, and its XForm. Raises `PyXFormError`."""
    sheets = {kind: _rows(kind, table) for kind, table in tables.items()}
    given = {kind: rows for kind, rows in sheets.items() if any(rows)}
    headings = {f"{kind}_header": [dict.fromkeys(_every(rows))] for kind, rows in given.items()}
    read = workbook_to_json(
        DefinitionData(**given, **headings, sheet_names=list(tables)), warnings=[]
    )
    return read, create_survey_element_from_dict(read).xml().toxml()


def _every(rows: Rows) -> list[str]:
    return [heading for row in rows for heading in row]


def _rows(kind: str, table: TypedSheet) -> Rows:
    """The rows under plain headings. Row 2 of the sheet is the first; empty rows are included."""
    headings = [_plain(kind, heading) for heading in table.headings]
    by_number = {number: _cells(kind, headings, cells) for number, cells in table.rows}
    return [by_number.get(number, {}) for number in range(2, max(by_number, default=1) + 1)]


def _plain(kind: str, heading: str) -> str:
    key = heading_key(kind, heading) if heading else None
    return "" if key is None or key[0] in _OURS else "::".join(filter(None, key))


def _cells(kind: str, headings: list[str], cells: tuple[str, ...]) -> dict[str, str]:
    texts = {
        heading: text for heading, text in zip(headings, cells, strict=False) if heading and text
    }
    if kind == SURVEY:
        texts |= {name: english_value(name, code_text(texts[name])) for name in _FIXED & set(texts)}
    read = read_type(texts["type"]) if kind == SURVEY and "type" in texts else None
    if isinstance(read, RowType):
        texts["type"] = written_type(read.field, read.list_name, ends=read.ends)
    return texts


def _fault(tables: Mapping[str, TypedSheet], told: str) -> Fault:
    row, sheet, column = (pattern.search(told) for pattern in (_ROW, _SHEET, _COLUMN))
    kind = sheet[1] if sheet else SURVEY
    table = tables.get(kind, TypedSheet(kind))
    fault = Fault(N_("这样写不符合 XLSForm 的规则（%(told)s）"), {"told": " ".join(told.split())})
    number = int(row[1]) if row else 0
    for heading, letters in zip(table.headings, table.letters, strict=True):
        if column and _plain(kind, heading) == column[1]:
            return fault.at(Place("", number, heading, table.name, letters))
    return fault.at(Place(line=number, sheet=table.name))
