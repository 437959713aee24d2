"""How much an .xlsx unpacks to, found before anything believes what the file says about itself.

The same pass finds what the reader of a sheet does not tell: formulas, faults, formats.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from lxml import etree

from adapters.xlsx_cells import parser, read_formats, shown_number
from rules.sentences.refusal import N_, Refusal

MEGABYTE = 1024 * 1024
TOO_LARGE = N_("这个 Excel 表格展开后太大。请删去多余的行和列后再上传。")
DAMAGED = N_("这个 Excel 表格已损坏，无法打开。")

_SHEETS = "xl/worksheets/"
_BOOK, _RELATED = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError,
    etree.XMLSyntaxError, expat.ExpatError, KeyError, ValueError,
)  # fmt: skip


@dataclass
class Scan:
    """What a sheet holds besides the values of its cells. Places are (row, column), from 0."""

    filled: bool = False
    """Whether any cell has a value."""
    formulas: set[tuple[int, int]] = field(default_factory=set)
    """The places of cells with a formula. The value of such a cell is the stored result."""
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    """Place → text of a cell that shows something else than its bare value: `#N/A`, or `01` for
    1."""


def scan_sheets(content: bytes, other: str, most_bytes: int, most_cells: int) -> dict[str, Scan]:
    """Sheet → what the sheet holds besides its values.

    Raises `Refusal` for a workbook that unpacks to more bytes, or has a sheet of more cells. A
    sheet is read as a full rectangle, so one value far to the right costs all of it. Cells with a
    style and no value cost nothing. `other` is the sentence for an archive that is no workbook.
    """
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if _BOOK not in archive.namelist():
                raise Refusal(other)
            for entry in archive.infolist():
                with archive.open(entry) as stream:
                    unpacked += _unpacked_size(stream, most_bytes - unpacked)
            formats = read_formats(archive)
            scans: dict[str, Scan] = {}
            for entry in _sheet_entries(archive):
                with archive.open(entry) as stream:
                    scans[_folded(entry)] = _scan(stream, most_cells, formats)
            parts = sheet_parts(archive)
    except _BROKEN as error:
        raise Refusal(DAMAGED) from error
    return {name: scans[part.lower()] for name, part in parts if part.lower() in scans}


def sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """(Sheet, the part of the archive that holds it), as the workbook's relationships say."""
    related = etree.fromstring(archive.read(_RELATED), parser())
    targets = [
        (relationship.get("Id"), str(relationship.get("Target", ""))) for relationship in related
    ]
    book = etree.fromstring(archive.read(_BOOK), parser())
    return [
        (str(sheet.get("name")), _part(target))
        for sheet in book.iter("{*}sheet")
        for identity, target in targets
        if identity in sheet.attrib.values()
    ]


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"


def _sheet_entries(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """Every entry that could be read as a sheet: entries named as a sheet, wherever they lie, and
    all entries in the folder of sheets."""
    named = {part.lower() for _, part in sheet_parts(archive)}
    for entry in archive.infolist():
        name = _folded(entry)
        if name in named or (name.startswith(_SHEETS) and name.endswith(".xml")):
            yield entry


def _folded(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/").lower()


def _unpacked_size(stream: IO[bytes], room: int) -> int:
    """The unpacked bytes of one part. Raises `Refusal` for more than `room`."""
    size = 0
    while piece := stream.read(MEGABYTE):
        size += len(piece)
        if size > room:
            raise Refusal(TOO_LARGE)
    return size


def _scan(stream: IO[bytes], most_cells: int, formats: Mapping[str, str]) -> Scan:
    """One pass through a sheet. Raises `Refusal` where rows times columns, up to the last value,
    are too many."""
    reading = _Reading(most_cells, formats)
    expats = expat.ParserCreate("utf-8", " ")
    expats.StartElementHandler = reading.begin
    expats.EndElementHandler = reading.end
    expats.CharacterDataHandler = reading.take
    expats.StartDoctypeDeclHandler = _refuse_doctype
    while piece := stream.read(MEGABYTE):
        expats.Parse(piece)
    expats.Parse(b"", True)
    return reading.scan


def _refuse_doctype(*_: object) -> None:
    raise Refusal(DAMAGED)


class _Reading:
    """Reads the elements of a sheet. A cell without a reference follows the cell before."""

    def __init__(self, most: int, formats: Mapping[str, str]) -> None:
        self.most, self.formats = most, formats
        self.row = self.column = 0
        self.longest = self.widest = 1
        self.is_fault, self.format = False, ""
        self.value: list[str] | None = None
        self.scan = Scan()

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element of the sheet opens."""
        kind = name.rpartition(" ")[2]
        if kind == "row":
            self.row, self.column = int(attributes.get("r") or self.row + 1), 0
        elif kind == "c":
            self._begin_cell(attributes)
        elif kind in ("v", "is", "f"):
            self._bound()
            if kind == "f":
                self.scan.formulas.add(self._place)
            elif kind == "v" and (self.is_fault or self.format):
                self.value = []

    def end(self, name: str) -> None:
        """An element of the sheet closes."""
        if self.value is None or name.rpartition(" ")[2] != "v":
            return
        value, self.value = "".join(self.value).strip(), None
        text = value if self.is_fault else shown_number(value, self.format)
        if text:
            self.scan.texts[self._place] = text

    def take(self, text: str) -> None:
        """Text stands in an element."""
        if self.value is not None:
            self.value.append(text)

    @property
    def _place(self) -> tuple[int, int]:
        return self.row - 1, self.column - 1

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference, kind = attributes.get("r", ""), attributes.get("t", "n")
        if reference:
            self.column, self.row = _place(reference)
        else:
            self.column += 1
        self.is_fault = kind == "e"
        self.format = self.formats.get(attributes.get("s", ""), "") if kind == "n" else ""

    def _bound(self) -> None:
        self.scan.filled = True
        self.longest, self.widest = max(self.longest, self.row), max(self.widest, self.column)
        if self.longest * self.widest > self.most:
            raise Refusal(TOO_LARGE)


def _place(reference: str) -> tuple[int, int]:
    """Column and row of a reference such as `B7`, from 1. Raises ValueError for what is no
    reference."""
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise ValueError(reference)
    number = 0
    for letter in found[1].upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number, int(found[2])
