"""The rows of a report, looked up by unit, measure and period."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from rules.forms.answer_numbers import share_key
from rules.forms.form_change import with_gone
from rules.forms.form_fields import FormField, read_form
from rules.forms.rolled_figures import Extremes
from rules.reports.report_rows import (
    AnswerRow,
    AssignmentRow,
    ListedRow,
    MeasureRow,
    NamedRow,
    NumberRow,
    ReportedLevel,
    ReportedUnit,
    ReportRows,
    TallyRow,
    TotalRow,
)

Key = tuple[int, int, str]
"""Unit id, measure id, period."""


class RowIndex:
    """The rows indexed in one pass, so that composing a unit's report looks nothing up twice."""

    def __init__(self, rows: ReportRows) -> None:
        self.rows = rows
        self.units: dict[int, ReportedUnit] = {unit.id: unit for unit in rows.members}
        self.levels: dict[str, ReportedLevel] = {level.code: level for level in rows.levels}
        self.lower: dict[int | None, list[ReportedUnit]] = defaultdict(list)
        for unit in rows.members:
            self.lower[unit.parent_id].append(unit)
        self.assignments: dict[Key, AssignmentRow] = {
            (assignment.unit_id, assignment.measure_id, assignment.period): assignment
            for assignment in rows.assignments
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
        self.listed: dict[Key, list[ListedRow]] = defaultdict(list)
        for listed in rows.listed:
            self.listed[listed.report_unit_id, listed.measure_id, listed.period].append(listed)
        # Revisions come in their order: the newest stays.
        self.answers: dict[int, AnswerRow] = {
            answer.assignment_id: answer for answer in rows.answers
        }
        self.targets = {
            (row.report_unit_id, row.measure_id, row.period): row for row in rows.targets
        }
        self.coverage = {row.report_unit_id: (row.expected, row.complete) for row in rows.coverage}
        self.named = {kind: _by_unit(named) for kind, named in rows.named.items()}
        self._periods = self._find_periods()

    def periods(self, unit: ReportedUnit, measure_id: int) -> list[str]:
        """The periods in which the measure reached the unit or anything below it."""
        return sorted(self._periods[unit.id, measure_id])

    def fields(self, measure: MeasureRow) -> tuple[FormField, ...]:
        """The measure's form as it is now. Empty for a measure without form."""
        return self._forms.get(measure.form_version_id or 0, ())

    @cached_property
    def _forms(self) -> dict[int, tuple[FormField, ...]]:
        return {key: read_form(fields) for key, fields in sorted(self.rows.form_fields.items())}

    def gone(self, fields: Sequence[FormField]) -> tuple[FormField, ...]:
        """The fields that only other versions have, besides `fields`, each as it was asked last."""
        return with_gone(fields, reversed(self._forms.values()))[len(fields) :]

    @cached_property
    def known_fields(self) -> list[FormField]:
        """The fields of all versions, the oldest first."""
        return [field for fields in self._forms.values() for field in fields]

    @cached_property
    def labels(self) -> dict[str, str]:
        """Key of a number → its label. The newest version wins."""
        found: dict[str, str] = {}
        for field in self.known_fields:
            found[field.name] = field.label
            for choice in field.choices:
                found[share_key(field.name, choice.value)] = f"{field.label}：{choice.label}"
        return found

    def extremes(self, key: Key) -> Mapping[str, Extremes]:
        """Field → the smallest and the largest number below a unit."""
        return self._extremes.get(key, {})

    @cached_property
    def _extremes(self) -> dict[Key, dict[str, Extremes]]:
        found: dict[Key, dict[str, Extremes]] = defaultdict(dict)
        for (unit_id, measure_id, period, field), extremes in self.rows.extremes.items():
            found[unit_id, measure_id, period][field] = extremes
        return found

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
