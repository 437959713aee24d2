"""The days of a calendar as a file gives them: whole or nothing, with the faults by line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from models import DayKind
from rules.dates.due import YEARS
from rules.forms.field_values import clean_text
from rules.sentences.cell_faults import cell_fault
from rules.sentences.faults import Fault, Place
from rules.sentences.held import bare, on_one_line
from rules.sentences.refusal import N_, Refusal
from rules.units.calendar_heads import HEADINGS
from rules.units.heads import plain_heading
from rules.units.list_refused import ListRefused

KIND_NAMES = {DayKind.DAY_OFF: N_("放假"), DayKind.WORKING_DAY: N_("上班")}
LONGEST_NAME = 40
MOST_DAYS = 5_000
"""The most days of one list."""
_KINDS = {
    **dict.fromkeys(("day_off", "off", "放假", "休息", "休", "假"), DayKind.DAY_OFF),
    **dict.fromkeys(("working_day", "work", "上班", "补班", "调休上班", "班"), DayKind.WORKING_DAY),
}
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?( 00:00:00)?")
_WHOLE = N_("名单有 %(total)d 处错误，一天也没有改动。")


class DayRow(NamedTuple):
    """One day of the list."""

    day: date
    kind: DayKind
    name: str


def read_day(text: str) -> date | None:
    """A day as people write it: 2027-01-02, 2027/1/2, 2027.1.2, 2027年1月2日; None: it is none, or
    in no year that the product counts."""
    found = _DATE.fullmatch(bare(text).strip())
    try:
        day = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None
    return day if day and day.year in YEARS else None


def read_days(lines: Iterable[tuple[int, list[str]]]) -> list[DayRow]:
    """The days in `lines` (as `adapters.tables.read_table` gives them with `DAY_HEADS`: the
    headings first).

    Raises `ListRefused` with every fault, and `Refusal` for a list with nothing to read.
    """
    first, *rest = [*lines] or [(0, [])]
    places = _find_columns(first[1])
    if not rest:
        raise Refusal(N_("文件里没有日子。请在标题行下面每行写一天。"))
    if len(rest) > MOST_DAYS:
        raise Refusal(
            N_("文件有 %(count)s 行，一次最多 %(most)s 行。"), count=len(rest), most=MOST_DAYS
        )
    rows: dict[date, DayRow] = {}
    faults = [
        Fault.of(fault, Place(line=number))
        for number, cells in rest
        for fault in _read(_cells(cells, places), rows)
    ]
    if faults:
        raise ListRefused(_WHOLE, faults, len(faults))
    return list(rows.values())


def _find_columns(cells: Sequence[str]) -> dict[str, int]:
    keys = {heading: column for column, headings in HEADINGS.items() for heading in headings}
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        places.setdefault(keys.get(plain_heading(cell), ""), place)
    if "day" not in places or "kind" not in places:
        raise Refusal(N_("文件里要有“日期”和“安排”两列；“安排”写“放假”或“上班”。"))
    return places


def _cells(cells: Sequence[str], places: Mapping[str, int]) -> dict[str, str]:
    return {
        column: on_one_line(clean_text(bare(cells[place]), multiline=False))
        for column, place in places.items()
        if column and place < len(cells)
    }


def _read(cell: Mapping[str, str], rows: dict[date, DayRow]) -> Iterator[Fault]:
    """Take one line into `rows`, or tell what is wrong with it."""
    for text in cell.values():
        if found := cell_fault(text):
            yield Fault(found.msgid, found.values)
            return
    typed, kind = cell.get("day", ""), _KINDS.get(cell.get("kind", "").lower())
    day = read_day(typed)
    if day is None:
        yield Fault(N_("“%(text)s”不是日期，请写成2027-01-02的样子。"), {"text": typed[:20]})
    elif day in rows:
        yield Fault(N_("%(day)s 出现了两次。"), {"day": day.isoformat()})
    if kind is None:
        said = {"text": cell.get("kind", "")[:20]}
        yield Fault(N_("“安排”请写“放假”或“上班”，不是“%(text)s”。"), said)
    if len(cell.get("name", "")) > LONGEST_NAME:
        yield Fault(N_("名称最多 %(longest)d 个字。"), {"longest": LONGEST_NAME})
    if day is not None and kind is not None:
        rows.setdefault(day, DayRow(day, kind, cell.get("name", "")[:LONGEST_NAME]))
