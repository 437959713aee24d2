"""Tables that people send: CSV as Excel and WPS write it, and XLSX, as plain lines of text.

The text of a cell is what a person sees in it: the fault of a formula is `#N/A`, a code that its
format shows as `01` is `01`, a share is `50%`. A number has the digits that Excel keeps. Digits
that only the format hides are not rounded away.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)
from xlsxwriter.utility import xl_col_to_name

from adapters.xlsx_bounds import DAMAGED, MEGABYTE, Scan, scan_sheets
from adapters.xlsx_cells import SIGNIFICANT, lay_over, number_text
from rules.sentences.held import held
from rules.sentences.refusal import N_, Refusal
from rules.units.heads import Heads, Line

LIMIT = 20 * MEGABYTE
UNPACKED_LIMIT = 400 * MEGABYTE
"""The most bytes of an unpacked .xlsx. A million rows unpack to about 200 MB; more is no list of
units."""
CELL_LIMIT = 20_000_000
"""The most cells of a sheet. A sheet is read as a full rectangle, so one cell far to the right
costs all of it."""
ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = ",\t;"

SHEETS_UNPACKED_LIMIT = 50 * MEGABYTE
SHEETS_CELL_LIMIT = 2_000_000
"""The most cells of a sheet in a workbook that is read whole: forms, not lists of units."""
MOST_SHEETS = 50

NOT_A_TABLE = N_("这个文件不是 CSV，也不是 Excel 表格（.xlsx）。")
NOT_XLSX = N_("这个文件不是 Excel 表格（.xlsx）。")

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\s*")
"""The line that Excel writes for itself at the top of a CSV."""


@dataclass(frozen=True)
class Table:
    """The table of one sheet, with the headings first."""

    lines: Sequence[Line]
    """The lines that are not empty."""
    sheet: str = ""
    """The name of the sheet that was read; empty for a CSV."""
    others: tuple[str, ...] = ()
    """The names of sheets in the same workbook that hold something and were not read."""


@dataclass(frozen=True)
class RawSheet:
    """One sheet of a workbook."""

    name: str
    lines: list[Line]
    """The lines that are not empty."""
    merged: tuple[str, ...] = ()
    """Ranges of merged cells, such as `A2:C2`."""
    formulas: tuple[str, ...] = ()
    """Addresses of cells that hold a formula. `lines` hold the formula's stored result."""
    fractions: frozenset[str] = frozenset()
    """Addresses of numbers that are not whole and have no format of their own, so that `1.10` and
    `1.1` look the same."""
    hidden: bool = False


def read_table(content: bytes, heads: Heads, limit: int = LIMIT) -> Table:
    """A CSV, or the first visible sheet of an XLSX that has the headings.

    Where no sheet has all of the headings, the first visible sheet that holds anything is read.
    Lines above the headings, such as a title, are left out. The content decides the kind of file,
    never the file's name. `limit` is in bytes. Raises `Refusal` for a file that is too big, neither
    of the two, or damaged, and for one that unpacks to more than a list of units can.
    """
    if len(content) > limit:
        raise _too_big(len(content), limit)
    if content.startswith(_OLD_EXCEL):
        raise Refusal(N_("这是旧版 Excel 文件（.xls）或加密文件，请另存为 .xlsx 或 CSV 后再上传。"))
    if content.startswith(_ZIP):
        table = _xlsx_table(content, heads)
    else:
        table = Table([(number, cells) for number, cells in _csv_lines(content) if any(cells)])
    return replace(table, lines=heads.below_title(table.lines))


def read_table_file(path: Path, heads: Heads, limit: int = LIMIT) -> Table:
    """`read_table` for a file on disk. Raises `Refusal` for a file that cannot be opened, and reads
    no giants."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise Refusal(N_("无法打开文件：%(path)s"), path=path) from error
    if len(content) > limit:
        raise _too_big(path.stat().st_size, limit)
    return read_table(content, heads, limit)


def read_sheets(content: bytes, limit: int = LIMIT) -> list[RawSheet]:
    """Every sheet of an XLSX as text, hidden sheets too.

    Dates are in ISO form, whole numbers have no point, truths are `TRUE` and `FALSE`. `limit` is in
    bytes. Raises `Refusal` for a file that is too big, no XLSX, encrypted or damaged, or has
    macros.
    """
    if len(content) > limit:
        raise _too_big(len(content), limit)
    if content.startswith(_OLD_EXCEL):
        raise Refusal(N_("这是旧版 Excel 文件（.xls）或加密文件，请另存为不加密的 .xlsx 后再试。"))
    if not content.startswith(_ZIP):
        raise Refusal(NOT_XLSX)
    scans = scan_sheets(content, NOT_XLSX, SHEETS_UNPACKED_LIMIT, SHEETS_CELL_LIMIT)
    _refuse_macros(content)
    with _opened(content) as workbook:
        if len(workbook.sheet_names) > MOST_SHEETS:
            raise Refusal(N_("这个 Excel 文件的工作表太多：最多 %(most)s 个。"), most=MOST_SHEETS)
        return [
            _sheet(workbook, known, scans.get(known.name, Scan()))
            for known in workbook.sheets_metadata
            if known.typ == SheetTypeEnum.WorkSheet
        ]


def _opened(content: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except CalamineError as error:
        raise Refusal(DAMAGED) from error


def _sheet(workbook: CalamineWorkbook, known: SheetMetadata, scan: Scan) -> RawSheet:
    try:
        sheet = workbook.get_sheet_by_name(known.name)
        rows = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or ()
    except CalamineError as error:
        raise Refusal(DAMAGED) from error
    return RawSheet(
        name=held(known.name),
        lines=_lines([[_typed_text(cell) for cell in row] for row in rows], scan),
        merged=tuple(f"{_address(*first)}:{_address(*last)}" for first, last in merged),
        formulas=tuple(_address(*place) for place in sorted(scan.formulas)),
        fractions=frozenset(_fractions(rows, scan)),
        hidden=known.visible != SheetVisibleEnum.Visible,
    )


def _lines(rows: list[list[str]], scan: Scan) -> list[Line]:
    """The lines that are not empty."""
    lay_over(rows, scan.texts)
    return [(number, cells) for number, cells in enumerate(rows, 1) if any(cells)]


def _fractions(rows: Sequence[Sequence[object]], scan: Scan) -> Iterator[str]:
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = (number, column)
            if isinstance(cell, float) and not cell.is_integer() and place not in scan.texts:
                yield _address(number, column)


def _typed_text(cell: object) -> str:
    """The text of a cell, whatever its type."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date | time) else _cell_text(cell)


column_letters: Callable[[int], str] = xl_col_to_name
"""The letters of a column, counted from 0: `A` for 0, `AA` for 26."""


def _address(row: int, column: int) -> str:
    """The address of a cell, counted from 0: `A1` for (0, 0)."""
    return f"{column_letters(column)}{row + 1}"


def _refuse_macros(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if any(name.lower().endswith("vbaproject.bin") for name in archive.namelist()):
            raise Refusal(N_("这个 Excel 文件带有宏，请另存为不带宏的 .xlsx 后再试。"))


def _csv_lines(content: bytes) -> Iterator[Line]:
    text = _decoded(content)
    first, _, rest = text.partition("\n")
    told = _SEPARATOR_LINE.fullmatch(first)
    delimiter = told[1] if told else max(DELIMITERS, key=first.count)
    lines = io.StringIO(rest if told else text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1 + bool(told)
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
    """The number of the first line that is not UTF-8; 1 where all lines are."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return content.count(b"\n", 0, error.start) + 1
    return 1


def _xlsx_table(content: bytes, heads: Heads) -> Table:
    scans = scan_sheets(content, NOT_A_TABLE, UNPACKED_LIMIT, CELL_LIMIT)
    with _opened(content) as workbook:
        filled = [
            known.name
            for known in workbook.sheets_metadata
            if known.visible == SheetVisibleEnum.Visible and known.name in scans
            if scans[known.name].filled
        ]
        first: tuple[str, list[Line]] = ("", [])
        for name in islice(filled, MOST_SHEETS):
            lines = _table_lines(workbook.get_sheet_by_name(name), scans[name])
            fits = heads.are_in(lines)
            first = (name, lines) if fits or not first[0] else first
            if fits:
                break
    name, lines = first
    return Table(lines, held(name), tuple(held(other) for other in filled if other != name))


def _table_lines(sheet: CalamineSheet, scan: Scan) -> list[Line]:
    try:
        rows = sheet.to_python(skip_empty_area=False)
    except CalamineError as error:
        raise Refusal(DAMAGED) from error
    return _lines([[_cell_text(cell) for cell in row] for row in rows], scan)


def _cell_text(cell: object) -> str:
    """The text of a cell. Excel keeps every number as a fraction, so a code typed as a number comes
    as 150000000000.0.

    A text may contain any character, written as `_x0000_`.
    """
    if isinstance(cell, float):
        exact = cell.is_integer() and abs(cell) < 10**SIGNIFICANT
        return str(int(cell)) if exact else number_text(cell)
    return held(str(cell)).strip()
