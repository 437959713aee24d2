"""What sending a workbook would do, row by row, before anything is done."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from rules.assignments.states import STATUS_NAMES
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Attached, as_typed
from rules.forms.form_tree import field_in, item_of, place_of
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import N_, Term
from rules.workbooks.changes import ChangedAnswer, changes_in, from_last, is_as_drafted, typed_of
from rules.workbooks.columns import SheetColumn, SheetColumns
from rules.workbooks.layout import is_open, readonly_names
from rules.workbooks.reading import FilledRow


class Kind(StrEnum):
    """What would become of a row."""

    NEW = "new"
    CHANGED = "changed"
    FAULTY = "faulty"
    OVERTAKEN = "overtaken"
    """The unit has sent or kept something else since the download."""
    LOCKED = "locked"
    REPORTED = "reported"
    """The row is filled in, and says the same as the unit has sent."""
    SAME = "same"
    """The row was not touched since the download."""
    EMPTY = "empty"


READONLY = N_("这一项不能改，表中的改动没有采用。")
SENT_SINCE = N_("下载之后这个单位报送过，这一行没有采用。请重新下载再填。")
DRAFTED = N_("下载之后这个单位又存了草稿，这一行没有采用。请重新下载再填。")
SENT = (Kind.NEW, Kind.CHANGED)
KIND_NAMES: dict[Kind, str] = {
    Kind.NEW: N_("新填报"),
    Kind.CHANGED: N_("修改后重新报送"),
    Kind.FAULTY: N_("有错误"),
    Kind.OVERTAKEN: N_("下载之后情况变了，不报"),
    Kind.LOCKED: N_("现在不能改，不报"),
    Kind.REPORTED: N_("与已报送的相同，不报"),
    Kind.SAME: N_("没有改动，不报"),
    Kind.EMPTY: N_("空行，不报"),
}


@dataclass(frozen=True)
class RowOutcome:
    """What would become of one unit's row."""

    sheet: AnswerSheet
    kind: Kind
    where: str
    values: Mapping[str, Any] = field(default_factory=dict)
    """The checked answers, in stored shape."""
    changes: tuple[ChangedAnswer, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[Fault, ...] = ()
    """What the file contains and will not be taken, or why the row is not sent."""

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
    same_book: bool = False,
) -> RowOutcome:
    """What sending `row` for the unit of `sheet` would do now. `today`: ISO date.

    `same_book`: the unit's latest submission came from this very workbook.
    """
    found = _outcome(sheet, row, sheets, today, attached, same_book)
    if found.kind in (Kind.LOCKED, Kind.OVERTAKEN):
        return found
    shut = (Fault(READONLY, place=Place.of_address(at)) for at in row.shut)
    return replace(found, notes=(*found.notes, *shut))


def _outcome(
    sheet: AnswerSheet,
    row: FilledRow,
    sheets: Sequence[SheetColumns],
    today: str,
    attached: Attached | None,
    same_book: bool,
) -> RowOutcome:
    readonly = readonly_names(sheets)
    filled = any(
        text
        for key, texts in row.typed.items()
        if "#" not in key and field_in(key) not in readonly
        for text in texts
    )
    if not row.touched:
        return RowOutcome(sheet, Kind.SAME if filled else Kind.EMPTY, row.where)
    if not is_open(sheet):
        return _locked(sheet, row, from_last(sheet, row, sheets, today, attached))
    overtaken = _overtaken(sheet, row, same_book)
    if overtaken and not _stands_already(sheet, row, sheets, today, attached, overtaken):
        notes = (Fault(overtaken, place=Place.of_address(row.where)),)
        return RowOutcome(sheet, Kind.OVERTAKEN, row.where, notes=notes)
    if not filled:
        return RowOutcome(sheet, Kind.EMPTY, row.where)
    return _checked(sheet, row, sheets, today, attached)


def with_told(outcome: RowOutcome, row: FilledRow, told: Mapping[str, Fault]) -> RowOutcome:
    """The outcome with faults that reading the file has found in cells of the row (`told`: by
    address).

    A cell has one fault: where a formula stands, nobody is told to fill the cell in as well.
    """
    found = {
        at: _cell_fault(outcome.sheet, row, key, told[at])
        for key, at in {"": row.where, **row.cells}.items()
        if at in told
    }
    if not found:
        return outcome
    others = (fault for fault in outcome.faults if fault.place.address not in found)
    kind = outcome.kind if outcome.kind in (Kind.OVERTAKEN, Kind.LOCKED) else Kind.FAULTY
    faults = (*found.values(), *others)
    return RowOutcome(outcome.sheet, kind, outcome.where, faults=faults, notes=outcome.notes)


def _locked(sheet: AnswerSheet, row: FilledRow, changes: Sequence[ChangedAnswer]) -> RowOutcome:
    """The outcome for a unit that owes no answer now. Differences are told, and not taken."""
    if not changes:
        return RowOutcome(sheet, Kind.REPORTED, row.where)
    status = Term(STATUS_NAMES[sheet.assignment.status])
    told = Fault(
        N_("任务现为“%(status)s”，表中的改动没有采用。"),
        {"status": status},
        Place.of_address(row.where),
    )
    return RowOutcome(sheet, Kind.LOCKED, row.where, changes=tuple(changes), notes=(told,))


def _overtaken(sheet: AnswerSheet, row: FilledRow, same_book: bool) -> str:
    """What has happened since the download, as a sentence; empty: nothing.

    Where this workbook itself was sent before, the draft that it was made from is gone.
    """
    moved = sheet.revision != row.revision
    if moved and not same_book:
        return SENT_SINCE
    known = 0 if moved else row.draft
    return DRAFTED if (sheet.draft.version if sheet.draft else 0) != known else ""


def _stands_already(
    sheet: AnswerSheet,
    row: FilledRow,
    sheets: Sequence[SheetColumns],
    today: str,
    attached: Attached | None,
    overtaken: str,
) -> bool:
    """Whether the row says what was sent or kept since the download, so that nothing would be
    lost."""
    if sheet.last is not None and not from_last(sheet, row, sheets, today, attached):
        return True
    return overtaken == DRAFTED and is_as_drafted(sheet, row, sheets, today, attached)


def _checked(
    sheet: AnswerSheet,
    row: FilledRow,
    sheets: Sequence[SheetColumns],
    today: str,
    attached: Attached | None,
) -> RowOutcome:
    checked = sheet.check(typed_of(sheet, row), today=today, attached=attached)
    faults = tuple(_cell_fault(sheet, row, key, fault) for key, fault in checked.faults.items())
    if faults:
        return RowOutcome(sheet, Kind.FAULTY, row.where, faults=faults)
    columns = {column.name: column for sheet_columns in sheets for column in sheet_columns.columns}
    now = as_typed(checked.values)
    before = as_typed(sheet.last.answers) if sheet.last else {}
    changes = tuple(changes_in(sheet, row, columns, before, now))
    closed = sheet.last is not None and len(sheet.open_names) < len(sheet.tree.items)
    told = from_last(sheet, row, sheets, today, attached) if closed else []
    notes = tuple(_left_out(sheet, row, columns, now, {note.where for note in told}))
    kind = Kind.NEW if sheet.last is None else Kind.CHANGED if changes else Kind.REPORTED
    return RowOutcome(sheet, kind, row.where, checked.values, changes, (), notes)


def _cell_fault(sheet: AnswerSheet, row: FilledRow, key: str, fault: Fault) -> Fault:
    """The fault at its cell. A fault of a field without cell is told at the unit's code."""
    found = sheet.tree.by_name.get(key.rpartition(".")[2])
    label = found.label or found.name if found else key
    return fault.at(Place.of_address(row.cells.get(key, row.where), label))


def _left_out(
    sheet: AnswerSheet,
    row: FilledRow,
    columns: Mapping[str, SheetColumn],
    now: Mapping[str, list[str]],
    changed: Collection[str],
) -> Iterator[Fault]:
    """What was typed and is not among the answers, because the field is closed or not asked.

    `changed`: the addresses of the cells that differ from what was sent.
    """
    for key in row.typed:
        column = columns.get(key.rpartition(".")[2])
        if column is None or not column.field.typed_in:
            continue
        at, label = row.cells.get(key, row.where), {"label": column.field.label}
        place = Place.of_address(at)
        if item_of(key) not in sheet.open_names:
            if at in changed:
                yield Fault(N_("“%(label)s”没有退回修改，这里的改动不采用。"), label, place)
        elif key not in now and place_of(key) is None:
            yield Fault(N_("按前面的回答，“%(label)s”不用填，这里填的不采用。"), label, place)
