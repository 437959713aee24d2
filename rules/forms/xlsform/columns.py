"""Columns of an XLSForm: which heading means what, in which language."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules.forms.form_fields import NAME_PATTERN
from rules.forms.xlsform.advice import column_fault
from rules.forms.xlsform.chinese import HEADS, english_head
from rules.sentences.faults import Fault, Place
from rules.sentences.held import bare
from rules.sentences.refusal import N_

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"
WORDED = ("label", "hint", "constraint_message")
"""Columns that may stand in several languages: `label::English (en)`."""
_SURVEY_PLAIN = (
    "type", "name", "required", "relevant", "constraint", "calculation", "default", "readonly",
    "choice_filter", "appearance", "rollup", "reuse", "each_period",
)  # fmt: skip
_KNOWN: dict[str, tuple[str, ...]] = {
    SURVEY: (*_SURVEY_PLAIN, *WORDED),
    CHOICES: ("list_name", "name", "label"),
    SETTINGS: ("form_title", "form_id", "version", "default_language"),
}
_NEEDED: dict[str, tuple[str, ...]] = {
    SURVEY: ("type", "name", "label"),
    CHOICES: ("list_name", "name", "label"),
    SETTINGS: (),
}
_ALIASES: dict[str, dict[str, str]] = {
    SURVEY: {"relevance": "relevant", "read_only": "readonly", "calculate": "calculation"},
    CHOICES: {"value": "name"},
    SETTINGS: {},
}
_NO_CHOICE_COLUMNS = ("image", "big-image", "audio", "video", "media", "caption", "hint")
"""Columns that XLSForm uses for pictures and sounds of a choice. They are no columns of the
author's."""

Key = tuple[str, str]
"""Property of a field, and language. The language is empty for the form's own."""


@dataclass(frozen=True)
class TypedSheet:
    """One sheet as it was typed: its name, its headings, and the rows that are not empty."""

    name: str
    headings: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """Number of the row in Excel, and its cells from the first column on."""
    head: int = 1
    """The number of the row with the headings."""


@dataclass(frozen=True)
class KnownHeading:
    """A heading whose meaning is known."""

    heading: str
    letters: str
    place: int
    key: Key


@dataclass(frozen=True)
class TypedRow:
    """A row of a sheet: what was typed, by property and language."""

    number: int
    texts: Mapping[Key, str]

    def text(self, name: str) -> str:
        """The text in a property's column in the form's own language, or in a column without a
        language."""
        return self.texts.get((name, ""), "")


@dataclass(frozen=True)
class FormSheet:
    """A sheet whose columns are known."""

    name: str
    columns: Mapping[Key, KnownHeading]
    rows: tuple[TypedRow, ...]

    def fault(self, row: int, key: Key | str, fault: Fault) -> Fault:
        """`fault` at a row and at the column of a property."""
        full = (key, "") if isinstance(key, str) else key
        column = self.columns.get(full)
        if column is None:
            return fault.at(Place("", row, "::".join(filter(None, full)), self.name))
        return fault.at(Place("", row, column.heading, self.name, column.letters))


def code_text(typed: str) -> str:
    """`typed` as a word of XLSForm: half-width, with single blanks, without invisible
    characters."""
    return " ".join(unicodedata.normalize("NFKC", bare(typed)).split())


def heading_key(kind: str, heading: str) -> Key | None:
    """The property and the language that a heading names; None for an unknown heading.

    In `choices`, any other heading that is a name is a column of the author's own.
    """
    first, mark, language = (part.strip() for part in code_text(heading).partition("::"))
    name = first.lower().replace(" ", "_")
    name = english_head(kind, _ALIASES[kind].get(name, name))
    if name in _KNOWN[kind] and (not mark or (language and name in WORDED)):
        return name, language
    if kind == CHOICES and not mark and name not in _NO_CHOICE_COLUMNS:
        return (first, "") if re.fullmatch(NAME_PATTERN, first) else None
    return None


def is_comment(heading: str) -> bool:
    """Whether a column or a sheet is a note of its author, with a name that begins with #."""
    return code_text(heading).startswith("#")


def languages_of(kind: str, table: TypedSheet) -> list[str]:
    """The languages of a sheet's columns, in order. Empty text: columns without a language."""
    keys = (heading_key(kind, heading) for heading in table.headings if not is_comment(heading))
    return list(dict.fromkeys(key[1] for key in keys if key and key[0] in WORDED))


def read_columns(kind: str, table: TypedSheet, own: str) -> tuple[FormSheet, list[Fault]]:
    """The sheet with its columns understood, and the faults of its headings. `own`: the form's
    language.

    Columns in which nothing is typed are left out, whatever their heading.
    """
    columns: dict[Key, KnownHeading] = {}
    faults: list[Fault] = []
    for place, (heading, letters) in enumerate(zip(table.headings, table.letters, strict=True)):
        if is_comment(heading):
            continue
        key = heading_key(kind, heading) if heading else None
        key = (key[0], "") if key and key[1] == own else key
        if key and key not in columns:
            columns[key] = KnownHeading(heading, letters, place, key)
        elif any(place < len(cells) and cells[place] for _, cells in table.rows):
            fault = _heading_fault(kind, heading, columns[key].heading if key else "")
            faults.append(fault.at(Place("", table.head, heading, table.name, letters)))
    sheet = FormSheet(table.name, columns, tuple(_rows(table, columns.values())))
    return sheet, [*faults, *_missing(kind, sheet, own, table.head)]


def _heading_fault(kind: str, heading: str, other: str) -> Fault:
    if not heading:
        return Fault(N_("这一列没有列名：请写上列名，用不到的请删去这一列的内容"))
    if other:
        return Fault(N_("这一列与“%(other)s”列是同一项，请只留一列"), {"other": other})
    return column_fault(heading, [*_KNOWN[kind], *HEADS[kind].values()])


def _rows(table: TypedSheet, columns: Iterable[KnownHeading]) -> Iterable[TypedRow]:
    used = list(columns)
    for number, cells in table.rows:
        texts = {
            column.key: cells[column.place]
            for column in used
            if column.place < len(cells) and cells[column.place]
        }
        if texts:
            yield TypedRow(number, texts)


def _missing(kind: str, sheet: FormSheet, own: str, head: int) -> Iterable[Fault]:
    chinese = any(_is_chinese(kind, column.heading) for column in sheet.columns.values())
    for name in _NEEDED[kind]:
        if (name, "") not in sheet.columns and (sheet.rows or kind == SURVEY):
            shown = HEADS[kind][name] if chinese else name
            heading = f"{shown}::{own}" if own and name in WORDED else shown
            fault = Fault(N_("缺少“%(heading)s”这一列"), {"heading": heading})
            yield fault.at(Place("", head, name, sheet.name))


def _is_chinese(kind: str, heading: str) -> bool:
    """Whether a heading is one of ours in Chinese, and no column of the author's own."""
    first = heading.partition("::")[0].strip()
    return english_head(kind, first) != first
