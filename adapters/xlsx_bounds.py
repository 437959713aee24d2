"""How much an .xlsx unpacks to, found before anything believes what the file says of itself."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from lxml import etree

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


def check_unpacked(content: bytes, other: str, most_bytes: int, most_cells: int) -> None:
    """Refuse a workbook that unpacks to more bytes, or has a sheet of more cells, than these.

    A sheet is read as a full rectangle, so one cell far to the right costs all of it. `other` is
    the sentence for an archive that is no workbook.
    """
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if _BOOK not in archive.namelist():
                raise Refusal(other)
            for entry in archive.infolist():
                with archive.open(entry) as stream:
                    unpacked += _unpacked_size(stream, most_bytes - unpacked)
            for entry in _sheet_entries(archive):
                with archive.open(entry) as stream:
                    _check_rectangle(stream, most_cells)
    except _BROKEN as error:
        raise Refusal(DAMAGED) from error


def sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Sheet and the part of the archive that holds it, as the workbook's relationships say."""
    related = etree.fromstring(archive.read(_RELATED), _parser())
    targets = [
        (relationship.get("Id"), str(relationship.get("Target", ""))) for relationship in related
    ]
    book = etree.fromstring(archive.read(_BOOK), _parser())
    return [
        (str(sheet.get("name")), _part(target))
        for sheet in book.iter("{*}sheet")
        for identity, target in targets
        if identity in sheet.attrib.values()
    ]


def _parser() -> etree.XMLParser:
    """What reads the sheets takes every part as UTF-8, whatever it says of itself."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, encoding="utf-8"
    )


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"


def _sheet_entries(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """All that could be read as a sheet: what is named as one, wherever it lies, and its folder."""
    named = {part.lower() for _, part in sheet_parts(archive)}
    for entry in archive.infolist():
        name = entry.filename.replace("\\", "/").lower()
        if name in named or (name.startswith(_SHEETS) and name.endswith(".xml")):
            yield entry


def _unpacked_size(stream: IO[bytes], room: int) -> int:
    """The bytes of one part. Refuses more than `room`."""
    size = 0
    while piece := stream.read(MEGABYTE):
        size += len(piece)
        if size > room:
            raise Refusal(TOO_LARGE)
    return size


def _check_rectangle(stream: IO[bytes], most_cells: int) -> None:
    """Refuse a sheet whose rows times columns, as its cells name them, are too many."""
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler = _Rectangle(most_cells).begin
    parser.StartDoctypeDeclHandler = _refuse_doctype
    while piece := stream.read(MEGABYTE):
        parser.Parse(piece)
    parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    raise Refusal(DAMAGED)


class _Rectangle:
    """What the rows and cells of a sheet span; without a reference each follows the one before."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.row = self.column = 0
        self.longest = self.widest = 1

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element of the sheet."""
        kind = name.rpartition(" ")[2]
        if kind not in ("c", "row"):
            return
        reference = attributes.get("r", "")
        if kind == "row":
            self.row, self.column = int(reference or self.row + 1), 0
        elif reference:
            self.column, self.row = _place(reference)
        else:
            self.column += 1
        self.longest, self.widest = max(self.longest, self.row), max(self.widest, self.column)
        if self.longest * self.widest > self.most:
            raise Refusal(TOO_LARGE)


def _place(reference: str) -> tuple[int, int]:
    """Column and row of `B7`, from 1. Raises ValueError for what is no reference."""
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise ValueError(reference)
    number = 0
    for letter in found[1].upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number, int(found[2])
