"""The rows of a report, looked up by unit, measure and period."""

from collections import defaultdict

from rules.reports.report_rows import (
    AnswerRow,
    AssignmentRow,
    LevelRow,
    NamedRow,
    NumberRow,
    ReportRows,
    TallyRow,
    TotalRow,
    UnitRow,
)

Key = tuple[int, int, str]
"""Unit, measure, period."""


class RowIndex:
    """One pass over the rows, so that composing a unit's report looks nothing up twice."""

    def __init__(self, rows: ReportRows) -> None:
        self.rows = rows
        self.units: dict[int, UnitRow] = {one.id: one for one in rows.members}
        self.levels: dict[str, LevelRow] = {one.code: one for one in rows.levels}
        self.lower: dict[int | None, list[UnitRow]] = defaultdict(list)
        for unit in rows.members:
            self.lower[unit.parent_id].append(unit)
        self.assignments: dict[Key, AssignmentRow] = {
            (one.unit_id, one.measure_id, one.period): one for one in rows.assignments
        }
        self.tallies: dict[Key, list[TallyRow]] = defaultdict(list)
        for tally in rows.tallies:
            self.tallies[tally.unit_id, tally.measure_id, tally.period].append(tally)
        self.totals: dict[Key, dict[str, TotalRow]] = defaultdict(dict)
        for total in rows.totals:
            self.totals[total.unit_id, total.measure_id, total.period][total.field] = total
        self.numbers: dict[int, list[NumberRow]] = defaultdict(list)
        for number in rows.numbers:
            self.numbers[number.assignment_id].append(number)
        # Revisions come in their order: the newest stays.
        self.answers: dict[int, AnswerRow] = {one.assignment_id: one for one in rows.answers}
        self.coverage = {one.report_unit_id: (one.expected, one.complete) for one in rows.coverage}
        self.named = {kind: _by_unit(named) for kind, named in rows.named.items()}
        self._periods = self._find_periods()

    def periods(self, unit: UnitRow, measure_id: int) -> list[str]:
        """The periods in which the measure reached the unit or anything below it."""
        return sorted(self._periods[unit.id, measure_id])

    def _find_periods(self) -> dict[tuple[int, int], set[str]]:
        found: dict[tuple[int, int], set[str]] = defaultdict(set)
        for unit_id, measure_id, period in (*self.assignments, *self.tallies):
            found[unit_id, measure_id].add(period)
        return found


def _by_unit(named: list[NamedRow]) -> dict[int, list[NamedRow]]:
    by_unit: dict[int, list[NamedRow]] = defaultdict(list)
    for row in named:
        by_unit[row.report_unit_id].append(row)
    return by_unit
