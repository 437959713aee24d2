"""The numbers of a report: sums of the numeric fields, and what is done of a target."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rules.assignments.states import OUT, REPORTED, REVIEWED
from rules.forms.answer_numbers import field_of
from rules.forms.form_fields import FormField, RollUp
from rules.forms.rolled_figures import Extremes, Figure, Sums, figures, number_text
from rules.reports.report_index import Key, RowIndex
from rules.reports.report_rows import AssignmentRow, MeasureRow, ReportedUnit, TotalRow
from rules.reports.shares import share
from rules.reports.targets import target_in_words

Json = dict[str, Any]
PLACES = 4
"""Numbers are stored × 10,000."""


def figures_of(
    index: RowIndex, unit: ReportedUnit, measure: MeasureRow, period: str, below: Mapping[str, Any]
) -> list[Json]:
    """Every field that is rolled up: reported and reviewed below the unit, and from how many units.

    `of` is the number of units that will be asked. `lower` has the same figures for each direct
    lower unit.
    """
    fields = index.fields(measure)
    if not (fields or index.totals[unit.id, measure.id, period]):
        return []
    lower = _by_lower_unit(index, unit, measure, period, fields)
    return [
        {
            "field": figure.key,
            "label": figure.label,
            "choice": figure.choice,
            "rollup": str(figure.rollup),
            **_printed(figure),
            "of": below["asked"],
            "lower": [
                row | _printed(lines.get(figure.key) or _nothing(figure)) for row, lines in lower
            ],
        }
        for figure in _lines(index, fields, (unit.id, measure.id, period), None)
    ]


def _lines(
    index: RowIndex, fields: Sequence[FormField], key: Key, own: AssignmentRow | None
) -> list[Figure]:
    """The figures of everything below a unit, with the unit's own answer where `own` is given."""
    sums = {name: _sums(row) for name, row in index.totals[key].items()}
    extremes = dict(index.extremes(key))
    for number in index.numbers[own.id] if own else []:
        added = _answered(own, number.value)
        sums[number.field] = Sums(
            *map(sum, zip(sums.get(number.field, Sums()), added, strict=True))
        )
        extremes[number.field] = _widened(extremes.get(number.field), number.value, added)
    gone = [field for field in index.gone(fields) if field.name in sums]
    every = [*fields, *gone]
    return figures(every, sums, extremes, older=index.labels, unanswered=True)


def _answered(row: AssignmentRow | None, value: int) -> Sums:
    """What one number of a unit's own answer adds, counted as in `services.assignments.roll_up`."""
    reported = row is not None and row.status in REPORTED
    reviewed = row is not None and row.status in REVIEWED
    return Sums(value * reported, int(reported), value * reviewed, int(reviewed))


def _widened(known: Extremes | None, value: int, added: Sums) -> Extremes:
    """The extremes with one more number, among the reported and the reviewed ones as `added`
    says."""
    known = known or Extremes(None, None, None, None)
    reported, reviewed = added.reported_count, added.reviewed_count
    return Extremes(
        _picked(min, known.reported_min, value, reported),
        _picked(max, known.reported_max, value, reported),
        _picked(min, known.reviewed_min, value, reviewed),
        _picked(max, known.reviewed_max, value, reviewed),
    )


def _picked(pick: Callable[..., int], known: int | None, value: int, counted: int) -> int | None:
    if not counted:
        return known
    return value if known is None else pick(known, value)


def target_of(
    index: RowIndex, unit: ReportedUnit, measure: MeasureRow, period: str, below: Mapping[str, Any]
) -> Json | None:
    """What is done of the target count, measured by the first field of the form that is summed.

    Each unit counts at most up to its target, so that the surplus of one does not hide what another
    has not done; the surplus stands apart. None for a measure that sets no target or sums nothing.
    """
    summed = target_field(index.fields(measure))
    if measure.target_count is None or summed is None:
        return None
    key = (unit.id, measure.id, period)
    row, done = index.totals[key].get(summed), index.targets.get(key)
    reported, reviewed = (done.reported, done.reviewed) if done else (0, 0)
    whole = measure.target_count * below["asked"]
    return {
        "label": target_in_words(measure.target_count, measure.target_label),
        "each": measure.target_count,
        "units": below["asked"],
        "whole": whole,
        "reported_met": done.reported_met if done else 0,
        "reported_surplus": number_text((row.reported_sum if row else 0) - reported),
        "reviewed_met": done.reviewed_met if done else 0,
        "reviewed_surplus": number_text((row.reviewed_sum if row else 0) - reviewed),
        "reported": number_text(reported),
        "reported_share": share(reported, whole * 10**PLACES),
        "reviewed": number_text(reviewed),
        "reviewed_share": share(reviewed, whole * 10**PLACES),
    }


def target_field(fields: Sequence[FormField]) -> str | None:
    """The field by which a target is measured: the first one that is summed."""
    return next((field.name for field in fields if field.rollup is RollUp.SUM), None)


def own_figures(index: RowIndex, row: AssignmentRow) -> list[Json]:
    """The numbers that the unit itself has answered. Counts and shares are left out: of a single
    answer they are no numbers."""
    counted = {
        field.name for field in index.known_fields if field.rollup in (RollUp.COUNT, RollUp.SHARE)
    }
    return [
        {"field": number.field, "label": index.labels.get(number.field, number.field)}
        | {"value": number_text(number.value)}
        for number in sorted(index.numbers[row.id], key=lambda number: number.field)
        if field_of(number.field) not in counted
    ]


def _by_lower_unit(
    index: RowIndex,
    unit: ReportedUnit,
    measure: MeasureRow,
    period: str,
    fields: Sequence[FormField],
) -> list[tuple[Json, dict[str, Figure]]]:
    """Each direct lower unit that has something of the measure, and its lines by key."""
    rows = []
    for lower in index.lower[unit.id]:
        key = (lower.id, measure.id, period)
        own, tallies = index.assignments.get(key), index.tallies[key]
        if own is None and not tallies:
            continue
        of = sum(row.answering for row in tallies)
        of += sum(index.rows.to_come.get(key, {}).values())
        of += own is not None and own.answering and own.status not in OUT
        lines = {figure.key: figure for figure in _lines(index, fields, key, own)}
        rows.append(({"code": lower.code, "name": lower.name, "of": of}, lines))
    return rows


def _sums(row: TotalRow) -> Sums:
    return Sums(
        reported=row.reported_sum,
        reported_count=row.reported_count,
        reviewed=row.reviewed_sum,
        reviewed_count=row.reviewed_count,
    )


def _nothing(figure: Figure) -> Figure:
    """The line of a unit that has nothing of this figure."""
    empty = "0" if figure.rollup == RollUp.SUM else ""
    return figure._replace(
        reported=empty, reported_count=0, reviewed=empty, reviewed_count=0,
        reported_share="", reviewed_share="",
    )  # fmt: skip


def _printed(figure: Figure) -> Json:
    return {
        "reported": figure.reported,
        "reported_units": figure.reported_count,
        "reported_share": figure.reported_share,
        "reviewed": figure.reviewed,
        "reviewed_units": figure.reviewed_count,
        "reviewed_share": figure.reviewed_share,
    }
