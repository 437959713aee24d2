"""What sending a workbook would do: row by row, before anything is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from rules.forms.answer_sheet import AnswerSheet
from rules.forms.answers import Attached, as_typed
from rules.forms.faults import Fault
from rules.forms.form_fields import ATTACHED, FormField
from rules.forms.form_tree import field_in, item_of, place_of
from rules.refusal import N_, Term
from rules.states import STATUS_NAMES, Status
from rules.workbooks.cells import cell_text
from rules.workbooks.columns import Column, SheetColumns
from rules.workbooks.layout import is_open, readonly_names
from rules.workbooks.reading import CellFault, FilledRow


class Kind(StrEnum):
    """What would become of a row."""

    NEW = "new"
    CHANGED = "changed"
    FAULTY = "faulty"
    OVERTAKEN = "overtaken"
    """The unit has sent or kept something else since the download."""
    LOCKED = "locked"
    SAME = "same"
    EMPTY = "empty"


READONLY = N_("这一项不能改，表中的改动没有采用。")
SENT = (Kind.NEW, Kind.CHANGED)
KIND_NAMES: dict[Kind, str] = {
    Kind.NEW: N_("新填报"),
    Kind.CHANGED: N_("修改后重新报送"),
    Kind.FAULTY: N_("有错误"),
    Kind.OVERTAKEN: N_("下载之后情况变了，不报"),
    Kind.LOCKED: N_("现在不能改，不报"),
    Kind.SAME: N_("没有改动，不报"),
    Kind.EMPTY: N_("空行，不报"),
}


@dataclass(frozen=True)
class Change:
    """One answer that would be other than before."""

    label: str
    place: int
    """In a repeat, which filling it is, from 1; 0 outside."""
    old: str
    new: str
    where: str
    """The address of the cell; empty for what is calculated."""


@dataclass(frozen=True)
class Outcome:
    """What would become of one unit's row."""

    sheet: AnswerSheet
    kind: Kind
    where: str
    values: Mapping[str, Any] = field(default_factory=dict)
    """The checked answers, in stored shape."""
    changes: tuple[Change, ...] = ()
    faults: tuple[CellFault, ...] = ()
    notes: tuple[CellFault, ...] = ()
    """What is in the file and will not be taken, or why the row is not sent."""

    @property
    def sent(self) -> bool:
        return self.kind in SENT


def outcome_of(
    sheet: AnswerSheet,
    row: FilledRow,
    sheets: Sequence[SheetColumns],
    *,
    today: str,
    attached: Attached | None = None,
) -> Outcome:
    """What sending `row` for the unit of `sheet` would do now. `today`: ISO date."""
    found = _outcome(sheet, row, sheets, today, attached)
    if found.kind in (Kind.LOCKED, Kind.OVERTAKEN):
        return found
    shut = (CellFault(at, Fault(READONLY)) for at in row.shut)
    return replace(found, notes=(*found.notes, *shut))


def _outcome(
    sheet: AnswerSheet,
    row: FilledRow,
    sheets: Sequence[SheetColumns],
    today: str,
    attached: Attached | None,
) -> Outcome:
    readonly = readonly_names(sheets)
    filled = any(
        text
        for key, texts in row.typed.items()
        if "#" not in key and field_in(key) not in readonly
        for text in texts
    )
    if not row.touched:
        return Outcome(sheet, Kind.SAME if filled else Kind.EMPTY, row.where)
    if not is_open(sheet):
        status = Term(STATUS_NAMES[Status(sheet.assignment.status)])
        told = Fault(N_("任务现为“%(status)s”，表中的改动没有采用。"), {"status": status})
        return Outcome(sheet, Kind.LOCKED, row.where, notes=(CellFault(row.where, told),))
    if overtaken := _overtaken(sheet, row):
        return Outcome(sheet, Kind.OVERTAKEN, row.where, notes=(CellFault(row.where, overtaken),))
    if not filled:
        return Outcome(sheet, Kind.EMPTY, row.where)
    return _checked(sheet, row, sheets, today, attached)


def with_told(outcome: Outcome, row: FilledRow, told: Mapping[str, CellFault]) -> Outcome:
    """The same with what reading the file has found in cells of the row (`told`: by address).

    A cell has one fault: where a formula stands, nobody is told to fill it in as well.
    """
    found = {
        at: _cell_fault(outcome.sheet, row, key, told[at].fault)
        for key, at in {"": row.where, **row.cells}.items()
        if at in told
    }
    if not found:
        return outcome
    others = (one for one in outcome.faults if one.where not in found)
    kind = outcome.kind if outcome.kind in (Kind.OVERTAKEN, Kind.LOCKED) else Kind.FAULTY
    faults = (*found.values(), *others)
    return Outcome(outcome.sheet, kind, outcome.where, faults=faults, notes=outcome.notes)


def typed_of(sheet: AnswerSheet, row: FilledRow) -> dict[str, list[str]]:
    """What the form is checked with: the row, and the files the unit has uploaded already."""
    shown = sheet.typed
    files = {
        one.name: shown[one.name]
        for one in sheet.tree.items
        if one.type in ATTACHED and shown.get(one.name)
    }
    return {**row.typed, **files}


def _overtaken(sheet: AnswerSheet, row: FilledRow) -> Fault | None:
    if sheet.revision != row.revision:
        return Fault(N_("下载之后这个单位报送过，这一行没有采用。请重新下载再填。"))
    if (sheet.draft.version if sheet.draft else 0) != row.draft:
        return Fault(N_("下载之后这个单位又存了草稿，这一行没有采用。请重新下载再填。"))
    return None


def _checked(
    sheet: AnswerSheet,
    row: FilledRow,
    sheets: Sequence[SheetColumns],
    today: str,
    attached: Attached | None,
) -> Outcome:
    checked = sheet.check(typed_of(sheet, row), today=today, attached=attached)
    faults = tuple(_cell_fault(sheet, row, *one) for one in checked.faults.items())
    if faults:
        return Outcome(sheet, Kind.FAULTY, row.where, faults=faults)
    columns = {column.name: column for one in sheets for column in one.columns}
    now = as_typed(checked.values)
    before = as_typed(sheet.last.answers) if sheet.last else {}
    changes = tuple(_changes(sheet, row, columns, before, now))
    notes = tuple(_left_out(sheet, row, columns, now))
    kind = Kind.NEW if sheet.last is None else Kind.CHANGED if changes else Kind.SAME
    return Outcome(sheet, kind, row.where, checked.values, changes, (), notes)


def _cell_fault(sheet: AnswerSheet, row: FilledRow, key: str, fault: Fault) -> CellFault:
    """What has no cell of its own is told at the unit's code."""
    found = sheet.tree.by_name.get(key.rpartition(".")[2])
    label = found.label or found.name if found else key
    return CellFault(row.cells.get(key, row.where), fault, label)


def _changes(
    sheet: AnswerSheet,
    row: FilledRow,
    columns: Mapping[str, Column],
    before: Mapping[str, list[str]],
    now: Mapping[str, list[str]],
) -> Iterator[Change]:
    for key in sorted({*before, *now}, key=_order(sheet)):
        name = key.rpartition(".")[2]
        field = sheet.tree.by_name.get(name)
        if before.get(key) == now.get(key) or field is None or not _told(field):
            continue
        old, new = (_shown(columns.get(name), texts.get(key, [])) for texts in (before, now))
        place = place_of(key)
        number = place[1] + 1 if place else 0
        yield Change(field.label, number, old, new, row.cells.get(key, ""))


def _told(field: FormField) -> bool:
    """Files are not in the workbook; what is calculated without a label nobody reads."""
    return field.type not in ATTACHED and bool(field.label)


def _order(sheet: AnswerSheet) -> Any:
    """In the order of the form, a repeat filling by filling."""
    places = {field.name: number for number, field in enumerate(sheet.tree.fields)}

    def rank(key: str) -> tuple[int, int, int]:
        found = place_of(key)
        inner = places.get(key.rpartition(".")[2], 0)
        return (places.get(item_of(key), 0), found[1] if found else 0, inner)

    return rank


def _shown(column: Column | None, texts: list[str]) -> str:
    return cell_text(column, texts) if column else "、".join(texts)


def _left_out(
    sheet: AnswerSheet,
    row: FilledRow,
    columns: Mapping[str, Column],
    now: Mapping[str, list[str]],
) -> Iterator[CellFault]:
    """What was typed and is not among the answers: into what is closed, or is not asked."""
    kept = as_typed(sheet.kept)
    for key, texts in row.typed.items():
        column = columns.get(key.rpartition(".")[2])
        if column is None or not column.field.typed_in:
            continue
        at, label = row.cells.get(key, row.where), {"label": column.field.label}
        if item_of(key) not in sheet.open_names:
            if cell_text(column, texts) != cell_text(column, kept.get(key, [])):
                yield CellFault(at, Fault(N_("“%(label)s”没有退回修改，这里的改动不采用。"), label))
        elif key not in now and place_of(key) is None:
            yield CellFault(
                at, Fault(N_("按前面的回答，“%(label)s”不用填，这里填的不采用。"), label)
            )
