"""Tables of duties in a notice: lines whose cells are separated by tabs or bars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rules.campaigns.notice.folding import folded
from rules.campaigns.notice.found import Span

_COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("cooperating", re.compile(r"配合|协办|参与|协同|协助")),
    (
        "lead",
        re.compile(
            r"(?:责任|牵头|主责|承办|负责|主办|实施|落实)(?:责任)?(?:单位|部门|科室|主体)|^单位$|牵头"
        ),
    ),
    ("due", re.compile(r"时限|时间|期限|频次|截止|进度|节点")),
    ("number", re.compile(r"^(?:序号|编号|号)$")),
    (
        "title",
        re.compile(
            r"^(?:任务|重点任务|主要任务|任务名称|工作任务|项目|事项|工作事项|措施|工作项目|重点工作|任务事项|工作)$"
        ),
    ),
    ("body", re.compile(r"任务|措施|内容|事项|项目|要求|工作|标准|目标")),
)
_ROWS = 500


@dataclass(frozen=True)
class DutyRow:
    """One row of a table of duties.

    `start` and `end` are those of the row's line. `cells`: title, body, lead, cooperating or due →
    the span of the cell in the text, in reading order.
    """

    number: str
    start: int
    end: int
    cells: dict[str, Span]


def duty_rows(text: str, start: int = 0, end: int | None = None) -> tuple[DutyRow, ...]:
    """The rows of tables that have a column of work, and a column of units or times."""
    stop = len(text) if end is None else end
    plain = folded(text)
    rows: list[DutyRow] = []
    columns: dict[int, str] | None = None
    for cells in _table_lines(plain, start, stop):
        header = _columns(plain, cells) if cells else None
        if header:
            columns, number = header, 0
        elif not cells or columns is None or len(rows) >= _ROWS:
            columns = None
        else:
            number += 1
            row = _row(plain, cells, columns, number)
            rows.extend([row] if row else [])
    return tuple(rows)


def _table_lines(plain: str, start: int, stop: int) -> Iterator[list[Span]]:
    """The cells of each line. An empty list stands for a line outside tables."""
    at = start
    while at < stop:
        close = plain.find("\n", at, stop)
        close = stop if close < 0 else close
        line = plain[at:close]
        mark = "\t" if "\t" in line.strip() else "|" if line.count("|") > 1 else "｜"
        if mark in line.strip(" "):
            cells = _cells(plain, at, close, mark)
            if not all(set(plain[cell.start : cell.end]) <= set("-: ：") for cell in cells):
                yield cells
        elif line.strip():
            yield []
        at = close + 1


def _cells(plain: str, start: int, end: int, mark: str) -> list[Span]:
    while mark != "\t" and start < end and plain[start] in " " + mark:
        start += 1
    while mark != "\t" and end > start and plain[end - 1] in " " + mark:
        end -= 1
    cells: list[Span] = []
    for piece in plain[start:end].split(mark):
        left = len(piece) - len(piece.lstrip())
        cells.append(Span(start + left, start + max(left, len(piece.rstrip()))))
        start += len(piece) + 1
    return cells


def _columns(plain: str, cells: list[Span]) -> dict[int, str] | None:
    columns: dict[int, str] = {}
    for index, cell in enumerate(cells):
        words = plain[cell.start : cell.end].replace(" ", "")
        name = next(
            (column for column, known in _COLUMNS if len(words) <= 12 and known.search(words)), None
        )
        if name and name not in columns.values():
            columns[index] = name
    names = set(columns.values())
    if names & {"title", "body"} and names & {"lead", "due", "cooperating"}:
        return columns
    return None


def _row(plain: str, cells: list[Span], columns: dict[int, str], number: int) -> DutyRow | None:
    placed = {
        columns[place]: cell
        for place, cell in enumerate(cells)
        if place in columns and cell.end > cell.start
    }
    if not {"title", "body"} & placed.keys():
        return None
    written = placed.pop("number", None)
    name = plain[written.start : written.end].strip(".、") if written else str(number)
    return DutyRow(name or str(number), cells[0].start, cells[-1].end, placed)
