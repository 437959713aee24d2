"""What a row of a workbook says differently from what its unit has now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Attached, Typed, as_typed
from rules.forms.form_fields import ATTACHED, FormField
from rules.forms.form_tree import field_in, item_of, place_of
from rules.workbooks.cells import cell_texts
from rules.workbooks.columns import SheetColumn, SheetColumns
from rules.workbooks.reading import FilledRow


@dataclass(frozen=True)
class ChangedAnswer:
    """One answer that would change."""

    label: str
    place: int
    """In a repeat, the number of the filling, from 1; outside repeats 0."""
    old: tuple[str, ...]
    """The texts of the answer, several where several choices were ticked; nothing: no answer."""
    new: tuple[str, ...]
    where: str
    """The address of the cell; empty for a calculated value."""


def typed_of(sheet: AnswerSheet, row: FilledRow) -> dict[str, list[str]]:
    """What the form is checked with: the row, and the files that the unit has uploaded already."""
    shown = sheet.typed
    files = {
        field.name: shown[field.name]
        for field in sheet.tree.items
        if field.type in ATTACHED and shown.get(field.name)
    }
    return {**row.typed, **files}


def from_last(
    sheet: AnswerSheet,
    row: FilledRow,
    sheets: Sequence[SheetColumns],
    today: str,
    attached: Attached | None,
) -> list[ChangedAnswer]:
    """What the row would change in the latest submission if every field were open.

    `1.50` is the same as `1.5`. Fields that nobody can change and fields that are not asked do not
    count.
    """
    before = as_typed(sheet.last.answers) if sheet.last else {}
    return _typed_changes(sheet, row, sheets, before, _stored(sheet, row, today, attached))


def is_as_drafted(
    sheet: AnswerSheet,
    row: FilledRow,
    sheets: Sequence[SheetColumns],
    today: str,
    attached: Attached | None,
) -> bool:
    """Whether the row says the same as the current draft."""
    if sheet.draft is None:
        return False
    before = _checked_texts(sheet, sheet.typed, today, attached)
    now = _stored(sheet, row, today, attached)
    return not _typed_changes(sheet, row, sheets, before, now)


def _stored(
    sheet: AnswerSheet, row: FilledRow, today: str, attached: Attached | None
) -> dict[str, list[str]]:
    return _checked_texts(sheet, typed_of(sheet, row), today, attached)


def _checked_texts(
    sheet: AnswerSheet, typed: Typed, today: str, attached: Attached | None
) -> dict[str, list[str]]:
    """Key → the answer as it would be stored if every field were open. With any fault: as typed."""
    checked = replace(sheet, review=None).check(typed, today=today, attached=attached)
    if checked.faults:
        return {key: list(texts) for key, texts in typed.items() if any(texts)}
    return as_typed(checked.values)


def _typed_changes(
    sheet: AnswerSheet,
    row: FilledRow,
    sheets: Sequence[SheetColumns],
    before: Mapping[str, list[str]],
    now: Mapping[str, list[str]],
) -> list[ChangedAnswer]:
    """The changes, only among answers that a person can type into a cell."""
    columns = {
        column.name: column
        for sheet_columns in sheets
        for column in sheet_columns.columns
        if column.field.typed_in
    }

    def typed_in(answers: Mapping[str, list[str]]) -> dict[str, list[str]]:
        return {key: texts for key, texts in answers.items() if field_in(key) in columns}

    return list(changes_in(sheet, row, columns, typed_in(before), typed_in(now)))


def changes_in(
    sheet: AnswerSheet,
    row: FilledRow,
    columns: Mapping[str, SheetColumn],
    before: Mapping[str, list[str]],
    now: Mapping[str, list[str]],
) -> Iterator[ChangedAnswer]:
    """What `now` says differently from `before`, in the order of the form."""
    for key in sorted({*before, *now}, key=_order(sheet)):
        name = key.rpartition(".")[2]
        field = sheet.tree.by_name.get(name)
        if before.get(key) == now.get(key) or field is None or not is_told(field):
            continue
        old, new = (_shown(columns.get(name), texts.get(key, [])) for texts in (before, now))
        place = place_of(key)
        number = place[1] + 1 if place else 0
        yield ChangedAnswer(field.label, number, old, new, row.cells.get(key, ""))


def is_told(field: FormField) -> bool:
    """Whether a change of the field is told. Files are not in the workbook, and nobody reads a
    calculation without label."""
    return field.type not in ATTACHED and bool(field.label)


def _order(sheet: AnswerSheet) -> Any:
    """A sort key for keys of answers: in the order of the form, a repeat filling by filling."""
    places = {field.name: number for number, field in enumerate(sheet.tree.fields)}

    def rank(key: str) -> tuple[int, int, int]:
        found = place_of(key)
        inner = places.get(key.rpartition(".")[2], 0)
        return (places.get(item_of(key), 0), found[1] if found else 0, inner)

    return rank


def _shown(column: SheetColumn | None, texts: list[str]) -> tuple[str, ...]:
    return tuple(cell_texts(column, texts) if column else texts)
