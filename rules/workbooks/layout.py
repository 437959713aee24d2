"""The layout of a workbook as plain values: what stands in which cell, and which cells are open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from models.assignment import ONCE, Assignment, Status
from models.submission import Decision
from rules.assignments.states import STATUS_NAMES, owes
from rules.dates.periods import period_words
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import as_typed
from rules.forms.form_tree import field_in, key_in, places
from rules.workbooks.cells import cell_text
from rules.workbooks.columns import MAIN, SheetColumn, SheetColumns, heads_of, sheets_of

SPARE = 5
"""Empty rows for each unit on the sheet of a repeat."""
MOST_SPARE, LEAST_SPARE = 1_000, 30
LONGEST_REASON = 200
FORMAT = 1
"""The version of the hidden ticket's format."""


@dataclass(frozen=True)
class Cell:
    text: str
    open: bool


@dataclass(frozen=True)
class SheetRow:
    """One row of a sheet."""

    code: str
    """The code of the unit; empty in the spare rows of a repeat."""
    unit: str
    third: str
    """The status in words; in a repeat, the number of the filling."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class FilledSheet:
    """A sheet with its rows."""

    columns: SheetColumns
    lines: tuple[SheetRow, ...]


@dataclass(frozen=True)
class Layout:
    """A whole workbook."""

    title: str
    guide: tuple[tuple[str, str], ...]
    """Pairs of heading and text, from the top down."""
    sheets: tuple[FilledSheet, ...]
    codes: tuple[str, ...]
    """Codes of the units whose rows can still be filled in."""
    ticket: Mapping[str, Any]
    """What the hidden sheet says. It is signed later."""


def lay_out(
    own: Assignment, unit_code: str, answer_sheets: Sequence[AnswerSheet], book: str = ""
) -> Layout:
    """The workbook of the unit `own` belongs to (with the code `unit_code`), with a row for each
    sheet.

    `book`: the id by which the workbook is recognised whenever it comes back. Raises `Refusal` for
    a form that cannot be filled in as a workbook.
    """
    first = answer_sheets[0]
    sheets = sheets_of(first.fields)
    filled = tuple(_filled(sheet, answer_sheets) for sheet in sheets)
    title = first.measure.title + ("" if own.period == ONCE else f"（{period_words(own.period)}）")
    return Layout(
        title=title,
        guide=tuple(_guide(title, answer_sheets, sheets)),
        sheets=filled,
        codes=tuple(
            answer_sheet.unit.code for answer_sheet in answer_sheets if is_open(answer_sheet)
        ),
        ticket={
            "format": FORMAT,
            "book": book,
            "assignment": own.id,
            "unit": unit_code,
            "measure": own.measure_id,
            "period": own.period,
            "version": first.version_id,
            "rows": [_ticket_row(sheets, answer_sheet) for answer_sheet in answer_sheets],
            "sheets": heads_of(sheets),
        },
    )


def is_open(sheet: AnswerSheet) -> bool:
    """Whether the unit still owes its answer, so that a workbook may bring the answer."""
    return owes(sheet.assignment)


def shown_cells(sheets: Iterable[SheetColumns], typed: Mapping[str, list[str]]) -> dict[str, str]:
    """Key of the answer → the text of its cell, for the answers of one unit. Empty cells are left
    out."""
    found = {}
    for sheet in sheets:
        for column in sheet.columns:
            for key in _keys(sheet, column, typed):
                found[key] = cell_text(column, typed.get(key, []))
    return {key: text for key, text in found.items() if text}


def digest_of(cells: Mapping[str, str]) -> str:
    """A digest by which a unit's cells are compared: the same for the same texts, in any order."""
    text = json.dumps(dict(cells), ensure_ascii=False, sort_keys=True)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def shown_answers(sheet: AnswerSheet) -> dict[str, list[str]]:
    """What the workbook shows of a unit; for a unit that cannot be filled in now, what was sent."""
    if not is_open(sheet):
        return as_typed(sheet.last.answers) if sheet.last else {}
    typed = sheet.typed
    for repeat in sheet.tree.repeats:
        typed = _closed_up(typed, repeat.name)
    return typed


def _closed_up(typed: dict[str, list[str]], repeat: str) -> dict[str, list[str]]:
    """What was typed, with the fillings of the repeat counted without gaps, because rows have no
    gaps."""
    filled = [key for key, texts in typed.items() if any(text.strip() for text in texts)]
    moved = {place: number for number, place in enumerate(places(repeat, filled))}
    found = {}
    for key, texts in typed.items():
        name, _, rest = key.partition(".")
        place, _, inner = rest.partition(".")
        if name != repeat or not inner:
            found[key] = texts
        elif int(place) in moved:
            found[key_in(repeat, moved[int(place)], inner)] = texts
    return found


def _keys(
    sheet: SheetColumns, column: SheetColumn, typed: Mapping[str, list[str]]
) -> Iterator[str]:
    if not sheet.repeat:
        yield column.name
        return
    for place in places(sheet.repeat, typed):
        yield key_in(sheet.repeat, place, column.name)


def _ticket_row(sheets: Sequence[SheetColumns], answer_sheet: AnswerSheet) -> list[object]:
    draft = answer_sheet.draft.version if answer_sheet.draft else 0
    cells = shown_cells(sheets, shown_answers(answer_sheet))
    fixed = readonly_names(sheets)
    typed_in = digest_of({key: text for key, text in cells.items() if field_in(key) not in fixed})
    shut: dict[str, set[str]] = {}
    for key, text in cells.items():
        if (name := field_in(key)) in fixed:
            shut.setdefault(name, set()).add(digest_of({name: text}))
    shut_texts = {name: sorted(digests) for name, digests in shut.items()}
    return [
        answer_sheet.assignment.id,
        answer_sheet.unit.code,
        answer_sheet.revision,
        draft,
        typed_in,
        shut_texts,
    ]


def readonly_names(sheets: Iterable[SheetColumns]) -> frozenset[str]:
    """The questions whose cells nobody can change, whatever the unit's status."""
    columns = (column for sheet in sheets for column in sheet.columns)
    return frozenset(column.name for column in columns if not column.field.typed_in)


def _filled(sheet: SheetColumns, answer_sheets: Sequence[AnswerSheet]) -> FilledSheet:
    if not sheet.repeat:
        return FilledSheet(
            sheet, tuple(_main_line(sheet, answer_sheet) for answer_sheet in answer_sheets)
        )
    lines = [line for answer_sheet in answer_sheets for line in _repeat_lines(sheet, answer_sheet)]
    spare = sum(
        SPARE
        for answer_sheet in answer_sheets
        if is_open(answer_sheet) and sheet.repeat in answer_sheet.open_names
    )
    empty = tuple(Cell("", not column.field.readonly) for column in sheet.columns)
    count = min(max(spare, LEAST_SPARE), MOST_SPARE) if spare else 0
    return FilledSheet(sheet, (*lines, *(SheetRow("", "", "", empty) for _ in range(count))))


def _main_line(sheet: SheetColumns, answer_sheet: AnswerSheet) -> SheetRow:
    typed = shown_answers(answer_sheet)
    cells = tuple(
        Cell(
            cell_text(column, typed.get(column.name, [])), _open(answer_sheet, column, column.name)
        )
        for column in sheet.columns
    )
    return SheetRow(answer_sheet.unit.code, answer_sheet.unit.name, _status(answer_sheet), cells)


def _repeat_lines(sheet: SheetColumns, answer_sheet: AnswerSheet) -> Iterator[SheetRow]:
    typed = shown_answers(answer_sheet)
    for place in places(sheet.repeat, typed):
        cells = tuple(
            Cell(
                cell_text(column, typed.get(key_in(sheet.repeat, place, column.name), [])),
                _open(answer_sheet, column, sheet.repeat),
            )
            for column in sheet.columns
        )
        yield SheetRow(answer_sheet.unit.code, answer_sheet.unit.name, str(place + 1), cells)


def _open(answer_sheet: AnswerSheet, column: SheetColumn, item: str) -> bool:
    return is_open(answer_sheet) and item in answer_sheet.open_names and column.field.typed_in


def _status(answer_sheet: AnswerSheet) -> str:
    name = STATUS_NAMES[answer_sheet.assignment.status]
    returned = answer_sheet.assignment.status == Status.RETURNED
    if returned and answer_sheet.review and answer_sheet.review.decision == Decision.RETURN:
        return f"{name}：{answer_sheet.review.reason}"[:LONGEST_REASON]
    return name if is_open(answer_sheet) else f"{name}，不能改"


def _guide(
    title: str, answer_sheets: Sequence[AnswerSheet], sheets: Sequence[SheetColumns]
) -> Iterator[tuple[str, str]]:
    measure = answer_sheets[0].measure
    days = sorted(
        {answer_sheet.assignment.due_on for answer_sheet in answer_sheets if is_open(answer_sheet)}
    )
    yield "填报内容", title
    if days:
        due = days[0].isoformat() if len(days) == 1 else f"{days[0]} 至 {days[-1]}"
        yield "截止日期", due
    if measure.text:
        yield "要求", measure.text
    yield "怎么填", _how(sheets)
    yield (
        "怎么报",
        (
            "填好后保存，回到下载这个文件的页面上传。系统先逐行列出会改动什么、哪一格有错；"
            "您确认之后才报送，要么全部报送，要么一个都不报。"
        ),
    )
    yield (
        "不报的行",
        (
            "没有动过的行不报送，删掉的行也不报送。灰色的格子不能改：已报送、已审核的单位，"
            "以及退回时没有要求修改的内容。"
        ),
    )
    yield (
        "请不要",
        (
            "不要改单位代码和表头，不要写公式（系统只收填好的数），不要另存为旧版 .xls。"
            "可以筛选；表右边的几列留给您自己用，不会报送。"
            "要排序、调换列的顺序或删除行，先撤销工作表保护，没有密码；"
            "排序时要选中整张表，不要只排其中几列。"
        ),
    )
    if answer_sheets[0].takes_files:
        yield "照片和文件", "照片和文件放不进 Excel，需要的请在网页上补传。"


def _how(sheets: Sequence[SheetColumns]) -> str:
    text = (
        f"在“{MAIN}”表的白色格子里填，一个单位一行。表头带“＊”的必须填；"
        "带“（视前面的回答填写）”的，前面的回答用不着时空着。选一项的从下拉框里选，"
        "能选几项的用顿号隔开。"
    )
    names = [f"“{sheet.name}”" for sheet in sheets if sheet.repeat]
    if not names:
        return text
    return text + (
        f"可以填多次的内容在{'、'.join(names)}表里，一次一行：先选单位代码，再填后面的格子；"
        "行不够时接着往下写。"
    )
