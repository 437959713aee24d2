"""Reading a workbook back: from the lines of its sheets to what was typed, unit by unit."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rules.forms.field_values import plain
from rules.forms.form_fields import chosen_by_default
from rules.forms.form_tree import MOST_TIMES, field_in, key_in, place_of, times_key
from rules.sentences.cell_faults import cell_fault
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import N_, Refusal
from rules.workbooks.cells import cell_place, cell_text, column_letters, typed_texts
from rules.workbooks.columns import CODE, PLACE, UNIT, SheetColumn, SheetColumns, folded
from rules.workbooks.layout import digest_of, readonly_names

HEAD_WITHIN = 30
"""The number of lines from the top among which the heads are looked for."""
_SHUT = 5
"""The index in a row of the ticket at which its read-only cells are listed."""
MOST_TEXT = 3_000_000
"""The most characters of all answers of one workbook."""
MERGED = N_("这里有合并的单元格，只有第一格的内容读得到。请取消合并，逐格填写。")
MOST_FORMULAS = 50
"""With more formulas than this in cells that are read, the workbook is refused."""
FORMULA = N_("这一格是公式。请换成填好的数或文字（复制后“选择性粘贴－数值”）。")


@dataclass(frozen=True)
class ReadSheet:
    """One sheet as it was read."""

    name: str
    lines: Sequence[tuple[int, Sequence[str]]]
    """Number of the row (from 1) and its texts. Empty rows are left out."""
    formulas: Collection[str] = ()
    """Addresses of cells that hold a formula."""
    merged: Collection[str] = ()
    """Ranges of merged cells, such as `A2:C2`."""


@dataclass
class FilledRow:
    """What a workbook says about one unit."""

    assignment_id: int
    where: str
    """The address of the cell with the unit's code."""
    revision: int
    """The revision that the workbook was made from."""
    draft: int
    """The version of the draft that the workbook was made from; 0: there was none."""
    touched: bool = False
    """Whether anything was changed since the download."""
    typed: dict[str, list[str]] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    """Key of the answer → the address of its cell. Empty cells are included."""
    shut: list[str] = field(default_factory=list)
    """Addresses of read-only cells whose content differs from the download."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class FilledBook:
    """Everything that a workbook says."""

    rows: list[FilledRow]
    faults: list[Fault]
    left_out: list[str]
    """Heads of columns that are no question of the form. A column of texts without a head, or with
    a head that stands twice, is named by its letters (`填报!K`)."""


def read_book(
    tables: Sequence[ReadSheet],
    ticket: Mapping[str, Any],
    sheets: Sequence[SheetColumns],
    names: Mapping[str, str] | None = None,
) -> FilledBook:
    """What was typed into a workbook that was made for `ticket`.

    Rows and columns may be in any order. Deleted rows are missing in the result. `names`: code of a
    unit → its name; a code beside the name of another unit is a fault. Raises `Refusal` where a
    sheet or a head is missing.
    """
    return _Reading(tables, ticket, sheets, names or {}).book()


class _Reading:
    """One pass through a workbook."""

    def __init__(
        self,
        tables: Sequence[ReadSheet],
        ticket: Mapping[str, Any],
        sheets: Sequence[SheetColumns],
        names: Mapping[str, str],
    ) -> None:
        self.names = names
        self.tables = {table.name: table for table in tables}
        self.sheets = sheets
        self.known = {str(row[1]): row for row in ticket["rows"]}
        fixed = readonly_names(sheets)
        columns = (column for sheet in sheets for column in sheet.columns)
        self.readonly = {column.name: column for column in columns if column.name in fixed}
        self.rows: dict[str, FilledRow] = {}
        self.texts: dict[str, dict[str, str]] = {}
        self.faults: list[Fault] = []
        self.left_out: list[str] = []
        self.formulas = 0

    def book(self) -> FilledBook:
        for sheet in self.sheets:
            grid = _Grid(self._table(sheet), sheet)
            self.left_out += grid.left_out
            self._tell_merged(grid)
            if sheet.repeat:
                self._read_repeat(grid, sheet)
            else:
                self._read_units(grid)
        if sum(len(text) for texts in self.texts.values() for text in texts.values()) > MOST_TEXT:
            raise Refusal(N_("这个文件里的内容太多，请分成几次报送。"))
        for code, row in self.rows.items():
            row.touched = self._touched(code)
            row.shut = list(self._shut(code, row))
        return FilledBook(list(self.rows.values()), self.faults, self.left_out)

    def _tell_merged(self, grid: _Grid) -> None:
        """Faults for merged cells. Only the first of the cells holds a text, so the others would be
        left empty unnoticed."""
        known = [line.number for line in grid.lines() if plain(line.code) in self.known]
        for first, rows in grid.merged():
            if any(number in rows for number in known):
                self._fault(first, MERGED)

    def _touched(self, code: str) -> bool:
        """Whether a unit's cells were changed. Read-only cells do not count, except with older
        tickets, which do not list them."""
        texts, known = self.texts[code], self.known[code]
        if len(known) > _SHUT:
            texts = {key: text for key, text in texts.items() if field_in(key) not in self.readonly}
        return bool(digest_of(texts) != known[4])

    def _shut(self, code: str, row: FilledRow) -> Iterator[str]:
        """The read-only cells of a row that were changed.

        In a repeat, rows come and go. There a cell counts as unchanged where it holds what any
        filling of the unit held, or the form's default, or nothing.
        """
        if len(self.known[code]) <= _SHUT:
            return
        known: Mapping[str, list[str]] = self.known[code][_SHUT]
        for key, at in row.cells.items():
            column = self.readonly.get(field_in(key))
            if column is None:
                continue
            text, name = self.texts[code].get(key, ""), column.name
            same = (digest_of({name: text}) if text else "") in known.get(name, [""])
            if place_of(key) is not None:
                usual = cell_text(column, chosen_by_default(column.field))
                same = same or text in ("", usual)
            if not same:
                yield at

    def _table(self, sheet: SheetColumns) -> ReadSheet:
        if sheet.name not in self.tables:
            raise Refusal(
                N_("文件里找不到“%(name)s”工作表。请不要改工作表的名称，也不要删除。"),
                name=sheet.name,
            )
        return self.tables[sheet.name]

    def _read_units(self, grid: _Grid) -> None:
        for line in grid.lines():
            code = self._code(grid, line)
            if code is None:
                continue
            if code in self.rows:
                self._fault(line.code_at, N_("单位代码“%(code)s”重复了。"), code=code)
                continue
            assignment_id, _, revision, draft, *_ = self.known[code]
            self.rows[code] = FilledRow(assignment_id, line.code_at, revision, draft)
            self._tell_name(code, line)
            self.texts[code] = {}
            for column in grid.sheet.columns:
                self._take(grid, line, column, code, column.name)

    def _tell_name(self, code: str, line: _Line) -> None:
        """A fault where codes and names were sorted apart, because nobody knows whose the answers
        are."""
        own = self.names.get(code, "")
        if line.unit != own and line.unit in self.names.values():
            self._fault(
                line.code_at,
                N_(
                    "单位代码和单位名称对不上：这个代码是“%(own)s”，名称写的是“%(name)s”。"
                    "排序时要选中整张表，请核对这一行是谁的。"
                ),
                own=own,
                name=line.unit,
            )

    def _read_repeat(self, grid: _Grid, sheet: SheetColumns) -> None:
        """Read the sheet of a repeat. A unit's fillings are ordered by their numbers, then by their
        rows."""
        by_code: dict[str, list[_Line]] = {}
        for line in grid.lines():
            code = self._code(grid, line)
            if code is None:
                continue
            if code not in self.rows:
                self._fault(line.code_at, N_("“填报”表里没有单位“%(code)s”。"), code=code)
                continue
            by_code.setdefault(code, []).append(line)
        for code, lines in by_code.items():
            filled = [
                line for line in lines if any(grid.text(line, column) for column in sheet.columns)
            ]
            self._take_fillings(grid, code, sorted(filled, key=lambda line: line.rank))

    def _take_fillings(self, grid: _Grid, code: str, lines: Sequence[_Line]) -> None:
        repeat = grid.sheet.repeat
        if len(lines) > MOST_TIMES:
            self._fault(lines[MOST_TIMES].code_at, N_("最多填 %(most)s 条。"), most=MOST_TIMES)
            return
        self.rows[code].typed[times_key(repeat)] = [str(len(lines))]
        for place, line in enumerate(lines):
            for column in grid.sheet.columns:
                self._take(grid, line, column, code, key_in(repeat, place, column.name))

    def _code(self, grid: _Grid, line: _Line) -> str | None:
        """The unit's code; None for a line that has no known code, with a fault where a person must
        act."""
        code = re.sub(r"\s", "", plain(line.code)) if line.code else ""
        if line.code_at.partition("!")[2] in grid.table.formulas:
            self._tell_formula(line.code_at)
            return None
        if code in self.known:
            return code
        if code:
            self._fault(
                line.code_at,
                N_("单位代码“%(code)s”不在这张表里，只能填报下载时列出的单位。"),
                code=code[:40],
            )
        elif any(grid.text(line, column) for column in grid.sheet.columns):
            self._fault(
                line.code_at,
                N_("这一行没有单位代码。合计、备注请写在表的右边或者另一张工作表里。"),
            )
        return None

    def _take(self, grid: _Grid, line: _Line, column: SheetColumn, code: str, key: str) -> None:
        row, at = self.rows[code], grid.address(line, column)
        row.cells[key] = at
        if column.field.typed_in and at.partition("!")[2] in grid.table.formulas:
            self._tell_formula(at)
            return
        text = grid.text(line, column)
        if column.field.typed_in and (fault := cell_fault(text)):
            self.faults.append(fault.at(Place.of_address(at)))
        elif text:
            self.texts[code][key] = text
            row.typed[key] = typed_texts(column, text)

    def _tell_formula(self, where: str) -> None:
        self.formulas += 1
        if self.formulas > MOST_FORMULAS:
            raise Refusal(
                N_("这个文件里有很多公式。请把公式换成数（复制后“选择性粘贴－数值”）再上传。")
            )
        self._fault(where, FORMULA)

    def _fault(self, where: str, msgid: str, **values: object) -> None:
        self.faults.append(Fault(msgid, values, Place.of_address(where)))


@dataclass(frozen=True)
class _Line:
    number: int
    texts: Sequence[str]
    code: str
    unit: str
    """The name that stands beside the code."""
    code_at: str
    rank: tuple[int, int]
    """What the fillings of a repeat are sorted by."""


class _Grid:
    """A sheet whose heads have been found."""

    def __init__(self, table: ReadSheet, sheet: SheetColumns) -> None:
        self.table, self.sheet = table, sheet
        self.head, texts = self._find_head()
        self._places = {folded(text): place for place, text in reversed(list(enumerate(texts)))}
        self._columns = {column.name: self._places[folded(column.head)] for column in sheet.columns}
        known = {
            folded(head) for head in (*sheet.fixed, *(column.head for column in sheet.columns))
        }
        used = {place for key, place in self._places.items() if key in known}
        written = sorted(self._written() - used)
        self.left_out = [text for text in texts if text and folded(text) not in known] + [
            f"{table.name}!{column_letters(place)}"
            for place in written
            if place >= len(texts) or not texts[place] or folded(texts[place]) in known
        ]

    def _written(self) -> set[int]:
        """The places of the columns that hold anything below the heads."""
        return {
            place
            for number, texts in self.table.lines
            if number > self.head
            for place, text in enumerate(texts)
            if text.strip()
        }

    def _find_head(self) -> tuple[int, Sequence[str]]:
        """The line with the most heads. Raises `Refusal` where a head is missing."""
        wanted = {
            folded(head): head for head in (CODE, *(column.head for column in self.sheet.columns))
        }
        first = list(self.table.lines[:HEAD_WITHIN])
        if not first:
            raise Refusal(N_("“%(name)s”表是空的，请重新下载。"), name=self.sheet.name)
        number, texts = max(first, key=lambda line: len(wanted.keys() & set(map(folded, line[1]))))
        missing = [head for key, head in wanted.items() if key not in set(map(folded, texts))]
        if missing:
            raise Refusal(
                N_("“%(name)s”表的表头被改过，找不到：%(heads)s。请恢复表头后再上传。"),
                name=self.sheet.name,
                heads=missing[:5],
            )
        return number, texts

    def lines(self) -> Iterator[_Line]:
        """The rows below the heads."""
        for number, texts in self.table.lines:
            if number > self.head:
                order = self._at(texts, PLACE)
                rank = int(order) if re.fullmatch(r"[0-9]{1,6}", order) else 10**6
                code_at = self._address(number, self._places[folded(CODE)])
                code, unit = self._at(texts, CODE), self._at(texts, UNIT)
                yield _Line(number, texts, code, unit, code_at, (rank, number))

    def merged(self) -> Iterator[tuple[str, range]]:
        """Merged cells that join codes or answers: the address of the first cell, and the rows."""
        places = {self._places[folded(CODE)], *self._columns.values()}
        for cells in self.table.merged:
            first, last = (cell_place(cell) for cell in cells.split(":"))
            rows = range(max(first[0], self.head + 1), last[0] + 1)
            joined = places.intersection(range(first[1], last[1] + 1))
            if rows and len(rows) * len(joined) > 1:
                yield f"{self.table.name}!{cells.partition(':')[0]}", rows

    def _at(self, texts: Sequence[str], head: str) -> str:
        place = self._places.get(folded(head), len(texts))
        return texts[place].strip() if place < len(texts) else ""

    def text(self, line: _Line, column: SheetColumn) -> str:
        place = self._columns[column.name]
        return line.texts[place].strip() if place < len(line.texts) else ""

    def address(self, line: _Line, column: SheetColumn) -> str:
        return self._address(line.number, self._columns[column.name])

    def _address(self, number: int, place: int) -> str:
        return f"{self.table.name}!{column_letters(place)}{number}"
