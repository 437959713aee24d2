"""Cells of a workbook: the text that a cell shows, and what a person has typed into it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from rules.forms.form_fields import FieldType
from rules.workbooks.columns import SheetColumn, is_chosen

BETWEEN = "、"
_SEPARATORS = "、；;，,\n"
_FIRST_DAY = date(1899, 12, 30)
"""Day 0 of Excel's calendar."""
_SERIAL = re.compile(r"[1-9][0-9]{4}")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) [0-9:.]+")


def column_letters(place: int) -> str:
    """The letters of a column, counted from 0: `A` for 0, `AA` for 26."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def cell_place(address: str) -> tuple[int, int]:
    """Row (from 1) and column (from 0) of an address: `B7` gives (7, 1)."""
    letters = address.rstrip("0123456789")
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return int(address[len(letters) :]), place - 1


def cell_text(column: SheetColumn, texts: Sequence[str]) -> str:
    """The text of a cell for answers as typed. Choices show their words."""
    return BETWEEN.join(cell_texts(column, texts))


def cell_texts(column: SheetColumn, texts: Sequence[str]) -> list[str]:
    """The parts of a cell's text: the words of each choice, or the one answer."""
    if is_chosen(column.field):
        return [column.words.get(text, text) for text in texts]
    return [text for text in (typed.strip() for typed in texts[:1]) if text]


def typed_texts(column: SheetColumn, text: str) -> list[str]:
    """What a cell says, as a browser would send it. Choices become their codes.

    Choices are recognised by their words or their codes, and dates also by the number that Excel
    keeps. A text that is not understood stays as it is, to be told as a fault.
    """
    text = text.strip()
    if not text:
        return []
    if column.field.type is FieldType.SELECT_MULTIPLE:
        return [_code(column, part) for part in _parts(column, text)]
    if column.field.type is FieldType.SELECT_ONE:
        return [_code(column, text)]
    return [_day(text) if column.field.type is FieldType.DATE else text]


def _code(column: SheetColumn, text: str) -> str:
    for code, words in column.words.items():
        if text == words:
            return code
    labels = [choice.value for choice in column.field.choices if choice.label == text]
    return labels[0] if len(labels) == 1 else text


def _parts(column: SheetColumn, text: str) -> Iterator[str]:
    """The choices that a cell names. Words that contain a comma are found whole."""
    known = {
        *column.words.values(),
        *column.words,
        *(choice.label for choice in column.field.choices),
    }
    longest_first = sorted(known, key=len, reverse=True)
    while text := text.lstrip(f"{_SEPARATORS} \t"):
        part = next(
            (words for words in longest_first if _begins(text, words)), _up_to_separator(text)
        )
        yield part.strip()
        text = text[len(part) :]


def _begins(text: str, words: str) -> bool:
    rest = text[len(words) :].lstrip()
    return text.startswith(words) and (not rest or rest[0] in _SEPARATORS)


def _up_to_separator(text: str) -> str:
    return re.split(f"[{_SEPARATORS}]", text, maxsplit=1)[0] or text


def _day(text: str) -> str:
    """A date that has lost its format is the number of a day. A date with a time loses the time."""
    if _SERIAL.fullmatch(text):
        return (_FIRST_DAY + timedelta(days=int(text))).isoformat()
    moment = _MOMENT.fullmatch(text)
    return moment[1] if moment else text
