"""The numbers of a report: sums of the numeric fields, and what is done of a target."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rules.forms.field_values import decimal_text
from rules.forms.form_fields import RollUp
from rules.reports.report_index import RowIndex
from rules.reports.report_rows import AssignmentRow, MeasureRow, UnitRow
from rules.reports.shares import share
from rules.reports.targets import target_in_words
from rules.states import REPORTED, REVIEWED

PLACES = 4
"""Numbers are stored × 10,000."""

Json = dict[str, Any]
Sums = tuple[int, int, int, int]
"""Reported sum and units, reviewed sum and units."""


def figures_of(
    index: RowIndex, unit: UnitRow, measure: MeasureRow, period: str, below: Mapping[str, Any]
) -> list[Json]:
    """Every field that is added up: both sums below the unit and how many units are in them.

    `of` is the number of units that are to answer; `lower` the same by direct lower unit.
    """
    sums = index.totals[unit.id, measure.id, period]
    return [
        {
            "field": name,
            "label": label,
            **_printed(_below(index, unit, measure.id, period, name)),
            "of": below["answering"],
            "lower": _by_lower_unit(index, unit, measure.id, period, name),
        }
        for name, label in _summed_fields(index, measure, set(sums)).items()
    ]


def target_of(
    index: RowIndex, unit: UnitRow, measure: MeasureRow, period: str, below: Mapping[str, Any]
) -> Json | None:
    """What is done of the target count, by the first field of the form that is added up.

    None for a measure that sets no target or counts nothing.
    """
    fields = list(_summed_fields(index, measure, set()))
    if measure.target_count is None or not fields:
        return None
    reported, _, reviewed, _ = _below(index, unit, measure.id, period, fields[0])
    whole = measure.target_count * below["answering"]
    return {
        "label": target_in_words(measure.target_count, measure.target_label),
        "each": measure.target_count,
        "units": below["answering"],
        "whole": whole,
        "reported": number_text(reported),
        "reported_share": share(reported, whole * 10**PLACES),
        "reviewed": number_text(reviewed),
        "reviewed_share": share(reviewed, whole * 10**PLACES),
    }


def own_figures(index: RowIndex, row: AssignmentRow) -> list[Json]:
    """What the unit itself has answered, number by number."""
    labels = _labels(index)
    return [
        {"field": one.field, "label": labels.get(one.field, one.field)}
        | {"value": number_text(one.value)}
        for one in sorted(index.numbers[row.id], key=lambda one: one.field)
    ]


def number_text(value: int) -> str:
    """A number stored × 10,000 as its shortest text."""
    return decimal_text(Decimal(value).scaleb(-PLACES))


def _summed_fields(index: RowIndex, measure: MeasureRow, summed: set[str]) -> dict[str, str]:
    """Name → label of the form's added-up fields, and of older ones that have been summed."""
    fields = index.rows.form_fields.get(measure.form_version_id or 0, [])
    found = {one["name"]: one["label"] for one in fields if one.get("rollup") == RollUp.SUM}
    labels = _labels(index)
    return found | {name: labels.get(name, name) for name in sorted(summed - set(found))}


def _labels(index: RowIndex) -> dict[str, str]:
    """Labels of all versions; the newest wins."""
    return {
        one["name"]: one["label"]
        for _, fields in sorted(index.rows.form_fields.items())
        for one in fields
    }


def _by_lower_unit(
    index: RowIndex, unit: UnitRow, measure_id: int, period: str, field: str
) -> list[Json]:
    rows = []
    for lower in index.lower[unit.id]:
        own = index.assignments.get((lower.id, measure_id, period))
        tallies = index.tallies[lower.id, measure_id, period]
        if own is None and not tallies:
            continue
        pairs = zip(
            _below(index, lower, measure_id, period, field),
            _answered(index, own, field),
            strict=True,
        )
        of = sum(row.answering for row in tallies)
        of += own is not None and own.answering and own.status != "withdrawn"
        sums = tuple(below + itself for below, itself in pairs)
        rows.append({"code": lower.code, "name": lower.name, **_printed(sums), "of": of})
    return rows


def _below(index: RowIndex, unit: UnitRow, measure_id: int, period: str, field: str) -> Sums:
    row = index.totals[unit.id, measure_id, period].get(field)
    if row is None:
        return (0, 0, 0, 0)
    return (row.reported_sum, row.reported_count, row.reviewed_sum, row.reviewed_count)


def _answered(index: RowIndex, row: AssignmentRow | None, field: str) -> Sums:
    """What one unit's own answer adds, counted the way `services.roll_up` does."""
    if row is None:
        return (0, 0, 0, 0)
    values = [one.value for one in index.numbers[row.id] if one.field == field]
    reported = values if row.status in REPORTED else []
    reviewed = values if row.status in REVIEWED else []
    return (sum(reported), len(reported), sum(reviewed), len(reviewed))


def _printed(sums: tuple[int, ...]) -> Json:
    reported, reported_units, reviewed, reviewed_units = sums
    return {
        "reported": number_text(reported),
        "reported_units": reported_units,
        "reviewed": number_text(reviewed),
        "reviewed_units": reviewed_units,
    }
