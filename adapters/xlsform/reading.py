"""Reading a form from an XLSForm workbook (.xlsx)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xlsxwriter.utility import xl_cell_to_rowcol

from adapters.tables import RawSheet, column_letters, read_sheets
from adapters.xlsx_bounds import MEGABYTE
from rules.forms.form_fields import FormField
from rules.forms.form_settings import FormSettings
from rules.forms.xlsform.columns import (
    CHOICES,
    SETTINGS,
    SURVEY,
    TypedSheet,
    code_text,
    heading_key,
    is_comment,
)
from rules.forms.xlsform.faults import XlsFormFaults
from rules.forms.xlsform.form import read_tables
from rules.sentences.cell_faults import cell_fault
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import N_, Refusal

__all__ = ["XlsForm", "XlsFormFaults", "read_xlsform"]

LIMIT = 5 * MEGABYTE
MOST_ROWS = {SURVEY: 2_000, CHOICES: 20_000, SETTINGS: 100}
MOST_COLUMNS = 200


@dataclass(frozen=True)
class XlsForm:
    """A form as its author wrote it in Excel."""

    title: str
    settings: FormSettings
    fields: tuple[FormField, ...]
    notes: tuple[Fault, ...] = ()
    """What may have been meant differently from how it was read. Nothing is refused for a note."""


def read_xlsform(content: bytes) -> XlsForm:
    """The form in a workbook.

    Raises `XlsFormFaults` with every fault by sheet, row and column. It is raised too for a file
    that is no XLSX, too big, encrypted or damaged, or that has macros. A property that is not
    supported is a fault; it is never left out in silence.
    """
    try:
        sheets = read_sheets(content, LIMIT)
    except Refusal as refused:
        raise XlsFormFaults([Fault.of(refused.sentence)]) from refused
    tables = _tables(sheets)
    faults = [fault for sheet in sheets for fault in _sheet_faults(sheet)]
    try:
        title, settings, fields = read_tables(tables)
    except XlsFormFaults as refused:
        told = {(sheet.name, cell) for sheet in sheets for cell in _unread(sheet)}
        more = [
            fault for fault in refused.faults if (fault.place.sheet, fault.place.cell) not in told
        ]
        raise XlsFormFaults([*faults, *more]) from refused
    if not faults:
        # Imports pyxform, which takes a third of a second, and which no other process needs.
        from adapters.xlsform.conversion import conversion_faults

        faults = list(conversion_faults(tables))
    if faults:
        raise XlsFormFaults(faults)
    notes = (note for sheet in sheets for note in _notes(sheet))
    return XlsForm(title, settings, fields, tuple(notes))


_SPELT = {CHOICES: ("list_name", "name", "label"), SETTINGS: ("form_title", "form_id", "version")}
"""Sheet → columns in which a number stands for the way it is written: a version 1.10 is not 1.1."""


_A_NUMBER = N_(
    "这一格在 Excel 里是数字，读作 %(read)s。1.1 和 1.10 是同一个数字："
    "要保留末尾的 0，请把单元格设为“文本”格式再输入。"
)


_WRITTEN_BY_WPS = "WpsReserved_"
"""The beginning of the names of sheets in which WPS keeps pictures. Nobody has written such sheets
or can see them."""
_HIDDEN = N_("这张隐藏的工作表没有读")


def _notes(sheet: RawSheet) -> Iterator[Fault]:
    if not _kind(sheet):
        if sheet.hidden and sheet.lines and not sheet.name.startswith(_WRITTEN_BY_WPS):
            yield Fault(_HIDDEN, place=Place(sheet=sheet.name))
        return
    table = _table(sheet)
    for place, (heading, letters) in enumerate(zip(table.headings, table.letters, strict=True)):
        key = heading_key(_kind(sheet), heading) if heading else None
        if key is None or key[0] not in _SPELT.get(_kind(sheet), ()):
            continue
        for number, cells in table.rows:
            if f"{letters}{number}" in sheet.fractions:
                at = Place("", number, heading, sheet.name, letters)
                yield Fault(_A_NUMBER, {"read": cells[place]}, at)


HEADS_WITHIN = 10
"""The number of lines from the top, empty ones left out, among which the headings are looked
for."""
MOST_FORMULAS = 50
"""The most formulas of a sheet that are told one by one."""
_NO_SURVEY = N_(
    "没有名为 survey 的工作表：题目要写在它里面，选项写在 choices，名称写在 settings。"
    "这个文件里的工作表是：%(names)s。"
)


def _tables(sheets: Sequence[RawSheet]) -> dict[str, TypedSheet]:
    """Kind → sheet. Raises `Refusal` for a workbook without questions, or with far too many
    rows."""
    tables: dict[str, TypedSheet] = {}
    twice: list[Fault] = []
    for sheet in sheets:
        kind = _kind(sheet)
        if kind in tables:
            told = N_("这张工作表和“%(other)s”是同一种，请合成一张")
            twice.append(Fault(told, {"other": tables[kind].name}, Place(sheet=sheet.name)))
        elif kind:
            tables[kind] = _table(sheet)
    if twice:
        raise XlsFormFaults(twice)
    if SURVEY not in tables:
        raise XlsFormFaults([Fault(_NO_SURVEY, {"names": [sheet.name for sheet in sheets]})])
    long = [_too_long(kind, table) for kind, table in tables.items() if _is_too_long(kind, table)]
    if long:
        raise XlsFormFaults(long)
    return tables


def _kind(sheet: RawSheet) -> str:
    name = code_text(sheet.name).lower()
    return name if name in MOST_ROWS else ""


def _table(sheet: RawSheet) -> TypedSheet:
    """The sheet from its headings on. A title or instructions may stand above the headings."""
    if not sheet.lines:
        return TypedSheet(sheet.name)
    width = max(len(cells) for _, cells in sheet.lines)
    head = _head(sheet)
    number, cells = sheet.lines[head]
    headings = [code_text(heading) for heading in cells]
    return TypedSheet(
        name=sheet.name,
        headings=tuple(headings + [""] * (width - len(headings))),
        letters=tuple(column_letters(place) for place in range(width)),
        rows=tuple((number, tuple(cells)) for number, cells in sheet.lines[head + 1 :]),
        head=number,
    )


def _head(sheet: RawSheet) -> int:
    """The first of the lines near the top that name the most columns."""
    known = [
        len({key for text in cells if text and (key := heading_key(_kind(sheet), text))})
        for _, cells in sheet.lines[:HEADS_WITHIN]
    ]
    return known.index(max(known))


def _is_too_long(kind: str, table: TypedSheet) -> bool:
    return len(table.rows) > MOST_ROWS[kind] or len(table.headings) > MOST_COLUMNS


def _too_long(kind: str, table: TypedSheet) -> Fault:
    told = {
        "rows": len(table.rows), "most_rows": MOST_ROWS[kind],
        "columns": len(table.headings), "most_columns": MOST_COLUMNS,
    }  # fmt: skip
    return Fault(
        N_("有 %(rows)s 行、%(columns)s 列，最多 %(most_rows)s 行、%(most_columns)s 列"),
        told,
        Place(sheet=table.name),
    )


def _sheet_faults(sheet: RawSheet) -> Iterator[Fault]:
    """Faults for formulas, for merged cells, and for sheets that a form does not have."""
    if is_comment(sheet.name):
        return
    if not _kind(sheet):
        if sheet.lines and not sheet.hidden:
            told = N_("不支持这张工作表；自己的说明请放在名称以 # 开头的工作表里")
            yield Fault(told, place=Place(sheet=sheet.name))
        return
    for number, cells in _table(sheet).rows:
        for place, text in enumerate(cells):
            if fault := cell_fault(text):
                yield _at(sheet, f"{column_letters(place)}{number}", fault.msgid, **fault.values)
    for address in sheet.formulas[:MOST_FORMULAS]:
        yield _at(sheet, address, N_("不能用 Excel 公式，请改成固定的值"))
    for merged in sheet.merged:
        yield _at(sheet, merged.partition(":")[0], N_("不能合并单元格，请取消合并"))


def _unread(sheet: RawSheet) -> Iterator[str]:
    """Addresses of cells of which we know only that they hold a formula, or are merged."""
    yield from sheet.formulas
    for merged in sheet.merged:
        (top, left), (bottom, right) = map(xl_cell_to_rowcol, merged.split(":"))
        for row in range(top, min(bottom, top + MOST_ROWS[SURVEY]) + 1):
            for column in range(left, min(right, left + MOST_COLUMNS) + 1):
                yield f"{column_letters(column)}{row + 1}"


def _at(sheet: RawSheet, address: str, msgid: str, **values: object) -> Fault:
    """A fault at an address such as `C7`."""
    cell = Place.of_address(address)
    headings = sheet.lines[_head(sheet)][1] if sheet.lines else []
    columns = {column_letters(place): heading for place, heading in enumerate(headings)}
    heading = columns.get(cell.letters, "")
    return Fault(msgid, values, replace(cell, sheet=sheet.name, column=heading))
