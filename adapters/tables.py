"""Tables people send: CSV as Excel and WPS write it, and XLSX, as plain lines of text."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from python_calamine import CalamineError, CalamineWorkbook

from rules.refusal import N_, Refusal

MEGABYTE = 1024 * 1024
LIMIT = 20 * MEGABYTE
UNPACKED_LIMIT = 400 * MEGABYTE
"""An .xlsx of a million rows unpacks to about 200 MB; more is not a list of units."""
CELL_LIMIT = 20_000_000
"""A sheet is read as a full rectangle, so one cell far to the right costs all of it."""
ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = ",\t;"

TOO_LARGE = N_("这个 Excel 表格展开后太大，不像单位名单。请删去多余的行和列后再上传。")

_SHEETS = "xl/worksheets/"
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{0,3})([0-9]{1,7})["']""")
_OVERLAP = 32
"""Bytes repeated between two pieces, longer than any `_REFERENCE`."""
Line = tuple[int, list[str]]
"""The line's number in the file, from 1, and its cells."""


def read_table(content: bytes, limit: int = LIMIT) -> list[Line]:
    """The non-empty lines of a CSV or of the first sheet of an XLSX, the headings among them.

    The kind is told from the content, never from the file's name. `limit` is in bytes. Refuses
    what is too big, neither of the two, damaged, or unpacks to more than a list of units can.
    """
    if len(content) > limit:
        raise _too_big(len(content), limit)
    if content.startswith(_OLD_EXCEL):
        raise Refusal(N_("这是旧版 Excel 文件（.xls）或加密文件，请另存为 .xlsx 或 CSV 后再上传。"))
    lines = _xlsx_lines(content) if content.startswith(_ZIP) else _csv_lines(content)
    return [(number, cells) for number, cells in lines if any(cells)]


def read_table_file(path: Path, limit: int = LIMIT) -> list[Line]:
    """`read_table` of a file on disk. Refuses what cannot be opened, and reads no giants."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise Refusal(N_("无法打开文件：%(path)s"), path=path) from error
    if len(content) > limit:
        raise _too_big(path.stat().st_size, limit)
    return read_table(content, limit)


def _csv_lines(content: bytes) -> Iterator[Line]:
    text = _decoded(content)
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refusal(
                N_("第 %(line)d 行无法读取：可能是引号没有成对，或单元格内容太长。"), line=number
            ) from error
        yield number, [cell.strip() for cell in cells]


def _too_big(size: int, limit: int) -> Refusal:
    return Refusal(
        N_("文件有 %(size).1f MB，最多接受 %(limit)d MB。"),
        size=size / MEGABYTE,
        limit=limit // MEGABYTE,
    )


def _decoded(content: bytes) -> str:
    marked_utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked_utf_16 else ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not text.startswith("%PDF"):
            return text
    if b"\n" in content and b"\0" not in content:
        raise Refusal(
            N_("第 %(line)d 行的文字编码无法识别：请另存为 UTF-8 的 CSV 或 .xlsx 再上传。"),
            line=_line_not_utf_8(content),
        )
    raise Refusal(N_("这个文件不是 CSV，也不是 Excel 表格（.xlsx）。"))


def _line_not_utf_8(content: bytes) -> int:
    """The first line that is not UTF-8; 1 where all are."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return content.count(b"\n", 0, error.start) + 1
    return 1


def _xlsx_lines(content: bytes) -> Iterator[Line]:
    _check_unpacked(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise Refusal(N_("这个 Excel 表格已损坏，无法打开。")) from error
    for number, row in enumerate(rows, start=1):
        yield number, [_cell_text(cell) for cell in row]


def _cell_text(cell: object) -> str:
    """Excel keeps whole numbers as fractions: a code typed as a number comes as 150000000000.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _check_unpacked(content: bytes) -> None:
    """Unpack once for the size alone, before anything believes what the file says of itself."""
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise Refusal(N_("这个文件不是 CSV，也不是 Excel 表格（.xlsx）。"))
            for entry in archive.infolist():
                with archive.open(entry) as stream:
                    unpacked += _unpacked_size(stream, UNPACKED_LIMIT - unpacked)
                if entry.filename.startswith(_SHEETS):
                    with archive.open(entry) as stream:
                        _check_rectangle(stream)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise Refusal(N_("这个 Excel 表格已损坏，无法打开。")) from error


def _unpacked_size(stream: IO[bytes], room: int) -> int:
    """The bytes of one part. Refuses more than `room`."""
    size = 0
    while piece := stream.read(MEGABYTE):
        size += len(piece)
        if size > room:
            raise Refusal(TOO_LARGE)
    return size


def _check_rectangle(stream: IO[bytes]) -> None:
    """Refuse a sheet whose rows times columns, as its cells name them, are too many."""
    rest = b""
    widest, longest = 1, 1
    while piece := stream.read(MEGABYTE):
        for letters, row in _REFERENCE.findall(rest + piece):
            widest = max(widest, _column_number(letters))
            longest = max(longest, int(row))
        rest = piece[-_OVERLAP:]
        if widest * longest > CELL_LIMIT:
            raise Refusal(TOO_LARGE)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
