"""Tables people send: CSV as Excel and WPS write it, and XLSX, as plain lines of text."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum
from xlsxwriter.utility import xl_col_to_name

from adapters.xlsx_bounds import DAMAGED, MEGABYTE, check_unpacked, sheet_parts
from rules.sentences.held import held
from rules.sentences.refusal import N_, Refusal

LIMIT = 20 * MEGABYTE
UNPACKED_LIMIT = 400 * MEGABYTE
"""An .xlsx of a million rows unpacks to about 200 MB; more is not a list of units."""
CELL_LIMIT = 20_000_000
"""A sheet is read as a full rectangle, so one cell far to the right costs all of it."""
ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = ",\t;"

SHEETS_UNPACKED_LIMIT = 50 * MEGABYTE
SHEETS_CELL_LIMIT = 2_000_000
"""Of one sheet of a workbook that is read whole: forms, not lists of units."""
MOST_SHEETS = 50
MOST_FORMULAS = 50
"""More than these are not told."""

NOT_A_TABLE = N_("这个文件不是 CSV，也不是 Excel 表格（.xlsx）。")
NOT_XLSX = N_("这个文件不是 Excel 表格（.xlsx）。")

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
Line = tuple[int, list[str]]
"""The line's number in the file, from 1, and its cells."""


@dataclass(frozen=True)
class RawSheet:
    """One sheet of a workbook."""

    name: str
    lines: list[Line]
    """Those that are not empty."""
    merged: tuple[str, ...] = ()
    """Ranges of merged cells, `A2:C2`."""
    formulas: tuple[str, ...] = ()
    """Addresses of cells that hold a formula (the first fifty); `lines` hold its stored result."""
    fractions: frozenset[str] = frozenset()
    """Addresses of numbers that are not whole: `1.10` and `1.1` are the same there."""


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


def read_sheets(content: bytes, limit: int = LIMIT) -> list[RawSheet]:
    """Every sheet of an XLSX, hidden ones too, as text: dates in ISO form, whole numbers without
    a point, `TRUE` and `FALSE`.

    `limit` is in bytes. Refuses what is too big, not an XLSX, encrypted, damaged, or has macros.
    """
    if len(content) > limit:
        raise _too_big(len(content), limit)
    if content.startswith(_OLD_EXCEL):
        raise Refusal(N_("这是旧版 Excel 文件（.xls）或加密文件，请另存为不加密的 .xlsx 后再试。"))
    if not content.startswith(_ZIP):
        raise Refusal(NOT_XLSX)
    check_unpacked(content, NOT_XLSX, SHEETS_UNPACKED_LIMIT, SHEETS_CELL_LIMIT)
    formulas = _formulas(content)
    with _opened(content) as workbook:
        if len(workbook.sheet_names) > MOST_SHEETS:
            raise Refusal(N_("这个 Excel 文件的工作表太多：最多 %(most)s 个。"), most=MOST_SHEETS)
        return [
            _sheet(workbook, found.name, formulas.get(found.name, ()))
            for found in workbook.sheets_metadata
            if found.typ == SheetTypeEnum.WorkSheet
        ]


def _opened(content: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except CalamineError as error:
        raise Refusal(DAMAGED) from error


def _sheet(workbook: CalamineWorkbook, name: str, formulas: tuple[str, ...]) -> RawSheet:
    try:
        sheet = workbook.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or ()
    except CalamineError as error:
        raise Refusal(DAMAGED) from error
    lines = ((number, [_typed_text(cell) for cell in row]) for number, row in enumerate(rows, 1))
    return RawSheet(
        name=held(name),
        lines=[(number, cells) for number, cells in lines if any(cells)],
        merged=tuple(f"{_address(*first)}:{_address(*last)}" for first, last in merged),
        formulas=formulas,
        fractions=frozenset(_fractions(rows)),
    )


def _fractions(rows: Sequence[Sequence[object]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, float) and not cell.is_integer():
                yield _address(number, column)


def _typed_text(cell: object) -> str:
    """The text of a cell of any type."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date | time) else _cell_text(cell)


column_letters: Callable[[int], str] = xl_col_to_name
"""`A` of 0, `AA` of 26."""


def _address(row: int, column: int) -> str:
    """`A1` of (0, 0)."""
    return f"{column_letters(column)}{row + 1}"


def _formulas(content: bytes) -> dict[str, tuple[str, ...]]:
    """Sheet → addresses of its cells with formulas. Refuses a workbook with macros."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if any(name.lower().endswith("vbaproject.bin") for name in archive.namelist()):
            raise Refusal(N_("这个 Excel 文件带有宏，请另存为不带宏的 .xlsx 后再试。"))
        try:
            return {
                name: _formulas_in(archive, part)
                for name, part in sheet_parts(archive)
                if part in archive.namelist()
            }
        except (etree.XMLSyntaxError, KeyError) as error:
            raise Refusal(DAMAGED) from error


def _formulas_in(archive: zipfile.ZipFile, part: str) -> tuple[str, ...]:
    found: list[str] = []
    with archive.open(part) as stream:
        tags = ("{*}f", "{*}row")
        for _, element in etree.iterparse(stream, tag=tags, resolve_entities=False):
            if etree.QName(element).localname == "row":
                element.clear()
                continue
            cell = element.getparent()
            found.append(str(cell.get("r", "")) if cell is not None else "")
            if len(found) == MOST_FORMULAS:
                break
    return tuple(found)


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
        yield number, [held(cell).strip() for cell in cells]


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
    raise Refusal(NOT_A_TABLE)


def _line_not_utf_8(content: bytes) -> int:
    """The first line that is not UTF-8; 1 where all are."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return content.count(b"\n", 0, error.start) + 1
    return 1


def _xlsx_lines(content: bytes) -> Iterator[Line]:
    check_unpacked(content, NOT_A_TABLE, UNPACKED_LIMIT, CELL_LIMIT)
    try:
        rows = _opened(content).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise Refusal(DAMAGED) from error
    for number, row in enumerate(rows, start=1):
        yield number, [_cell_text(cell) for cell in row]


def _cell_text(cell: object) -> str:
    """Excel keeps whole numbers as fractions: a code typed as a number comes as 150000000000.0.

    A text may bring any character, written as `_x0000_`.
    """
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return held(str(cell)).strip()
