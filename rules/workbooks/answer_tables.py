"""First answers of many units as tables, for comparison with paper: a row for each unit, and the
sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.filling.answers import as_typed
from rules.forms.field_values import decimal_text
from rules.forms.form_fields import ATTACHED
from rules.forms.form_tree import FormTree, key_in, places
from rules.workbooks.cells import cell_text
from rules.workbooks.columns import SheetColumn, SheetColumns
from rules.workbooks.outcome import RowOutcome


@dataclass(frozen=True)
class AnswerLine:
    unit: str
    where: str
    """The address of the cell with the unit's code."""
    place: int
    """In a repeat, the number of the filling, from 1; outside repeats 0."""
    cells: tuple[str, ...]


@dataclass(frozen=True)
class AnswerTable:
    """What would be stored for the units, from one sheet."""

    repeat: str
    """The name of the repeat's sheet; empty for the sheet of the units themselves."""
    columns: tuple[SheetColumn, ...]
    lines: tuple[AnswerLine, ...]
    totals: tuple[str, ...]
    """The sum of each column of numbers; empty for other columns."""


def answer_tables(
    outcomes: Sequence[RowOutcome], sheets: Iterable[SheetColumns]
) -> Iterator[AnswerTable]:
    """A table for every sheet on which any of the units has answers."""
    if not outcomes:
        return
    tree = outcomes[0].sheet.tree
    for sheet in sheets:
        columns = _columns(tree, sheet)
        lines = tuple(line for outcome in outcomes for line in _lines(outcome, sheet, columns))
        if lines:
            totals = tuple(_total(column, place, lines) for place, column in enumerate(columns))
            name = sheet.name if sheet.repeat else ""
            yield AnswerTable(name, columns, lines, totals)


def _columns(tree: FormTree, sheet: SheetColumns) -> tuple[SheetColumn, ...]:
    """The columns in the order of the form, including calculated fields that have a label."""
    known = {column.name: column for column in sheet.columns}
    return tuple(
        known.get(field.name) or SheetColumn(field, field.label)
        for field in tree.fields
        if tree.repeat_of(field) == sheet.repeat
        and (field.name in known or (field.stored and field.label and field.type not in ATTACHED))
    )


def _lines(
    outcome: RowOutcome, sheet: SheetColumns, columns: Sequence[SheetColumn]
) -> Iterator[AnswerLine]:
    typed = as_typed(outcome.values)
    unit, where = outcome.sheet.unit.name, outcome.where
    if not sheet.repeat:
        yield AnswerLine(unit, where, 0, _cells(columns, typed, {}))
        return
    for place in places(sheet.repeat, typed):
        keys = {column.name: key_in(sheet.repeat, place, column.name) for column in columns}
        yield AnswerLine(unit, where, place + 1, _cells(columns, typed, keys))


def _cells(
    columns: Sequence[SheetColumn], typed: Mapping[str, list[str]], keys: Mapping[str, str]
) -> tuple[str, ...]:
    return tuple(
        cell_text(column, typed.get(keys.get(column.name, column.name), [])) for column in columns
    )


def _total(column: SheetColumn, place: int, lines: Sequence[AnswerLine]) -> str:
    texts = [line.cells[place] for line in lines if line.cells[place]]
    if not column.field.numeric or not texts:
        return ""
    return decimal_text(sum((Decimal(text) for text in texts), Decimal(0)))
