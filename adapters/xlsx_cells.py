"""What a cell of an .xlsx says besides its bare value: faults of formulas, and number formats."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from lxml import etree

STYLES = "xl/styles.xml"
SIGNIFICANT = 15
"""The digits of a number that Excel shows and keeps. Further digits come from its binary form."""
_BUILT_IN = {1: "0", 2: "0.00", 9: "0%", 10: "0.00%"}
"""The formats told here that every workbook has built in (ECMA-376 part 1, 18.8.30)."""
_TOLD = re.compile(r"(0+)(?:\.(0+))?(%?)")
"""Matches formats that say more than the number: leading zeros, zeros at the end, percent."""
_PADDING = re.compile(r'_.|\*.|\\ |""|\s')
_COLOUR = re.compile(r"\[[^\]]*\]")


def parser() -> etree.XMLParser:
    """The parser of the parts. It takes every part as UTF-8, whatever the part says, as calamine
    does."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, encoding="utf-8"
    )


def read_formats(archive: zipfile.ZipFile) -> dict[str, str]:
    """Number of a style (a cell's `s`) → its number format, for the formats that are told."""
    if STYLES not in archive.namelist():
        return {}
    styles = etree.fromstring(archive.read(STYLES), parser())
    own = {
        str(known.get("numFmtId")): _plain(str(known.get("formatCode", "")))
        for known in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    codes = {str(number): code for number, code in _BUILT_IN.items()} | own
    formats = (
        codes.get(str(style.get("numFmtId")), "") for style in styles.iterfind("{*}cellXfs/{*}xf")
    )
    return {str(number): code for number, code in enumerate(formats) if _is_told(code)}


def _is_told(code: str) -> bool:
    return code != "0" and _TOLD.fullmatch(code) is not None


def _plain(code: str) -> str:
    """The format for positive numbers, without colours and without blanks of a given width."""
    return _PADDING.sub("", _COLOUR.sub("", code.partition(";")[0]))


def shown_number(value: str, code: str) -> str:
    """A number as its format shows it: `01` for 1 in `00`, `2.00` for 2 in `0.00`, `50%` for 0.5.

    Nothing is rounded away: a number with more digits than its format stays whole. The result is
    empty where `value` is no number.
    """
    told = _TOLD.fullmatch(code)
    number = decimal_of(value)
    if not told or number is None:
        return ""
    whole, places, percent = told.groups(default="")
    if percent:
        return f"{_shortest(number * 100)}%"
    text = format(number, f"0{len(whole) + bool(places) + len(places)}.{len(places)}f")
    return text if Decimal(text) == number else _shortest(number)


def decimal_of(value: str) -> Decimal | None:
    """The number in a cell, to the digits that Excel keeps: 0.30000000000000004 is 0.3."""
    try:
        return Decimal(f"{Decimal(value):.{SIGNIFICANT}g}")
    except InvalidOperation:
        return None


def number_text(value: float) -> str:
    """A number as Excel shows it without a format, never with an exponent."""
    number = decimal_of(repr(value))
    return str(value) if number is None or not number.is_finite() else _shortest(number)


def _shortest(number: Decimal) -> str:
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def lay_over(rows: list[list[str]], texts: Mapping[tuple[int, int], str]) -> None:
    """Put the texts of some cells, by (row, column) from 0, into the rows of a sheet."""
    for (row, column), text in texts.items():
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend("" for _ in range(column + 1 - len(rows[row])))
        rows[row][column] = text
