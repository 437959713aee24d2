"""A report's content: from the rows that were read to one snapshot for each unit.

Everything that a face of the report prints is worked out here, once. Counts are whole numbers, sums
are decimal text, shares are text. HTML, Word and Excel print these values, so that they agree to
the digit. There is no wording here: every face has its own, in its language.

"Below" is everything strictly below the unit, and counts answers by the rule of
`rules.assignments.counting`: only the levels that answer, of all that will be asked. The row of a
direct lower unit includes the lower unit itself and everything below it. Such rows add up to
"below". The rows of the levels count all assignments of their level, and are not added together.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models import ONCE, MeasureStatus, Status
from rules.assignments.counting import sums_levels
from rules.assignments.states import OUT, REPORTED, REVIEWED, UNSENT
from rules.dates.calendar import local_date
from rules.reports.report_complaints import complaints_of
from rules.reports.report_figures import figures_of, own_figures, target_of
from rules.reports.report_held import held_of
from rules.reports.report_index import Key, RowIndex
from rules.reports.report_narratives import narratives_of
from rules.reports.report_rows import (
    LISTS,
    AssignmentRow,
    MeasureRow,
    NamedRow,
    ReportedUnit,
    ReportRows,
)
from rules.reports.shares import share

SHAPE = 5
"""The version of the shape of snapshots. It grows with every change of the shape."""
COUNTS = (
    "asked",
    "issued",
    "acknowledged",
    "released",
    "submitted",
    "approved",
    "returned",
    "unsent",
    "overdue",
    "late",
    "answering",
    "reported",
    "reviewed",
    "sent",
    "extended",
    "excused",
)
Json = dict[str, Any]


def snapshots(rows: ReportRows) -> dict[int, Json]:
    """Unit id → the content of the unit's report, for every reported unit."""
    index = RowIndex(rows)
    return {unit_id: _snapshot(index, unit_id) for unit_id in rows.reported_units}


def checksum(data: Mapping[str, Any]) -> str:
    """SHA-256 of a snapshot's content in canonical JSON, in hexadecimal."""
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _snapshot(index: RowIndex, unit_id: int) -> Json:
    rows, unit = index.rows, index.units[unit_id]
    measures = [
        _measure(index, unit, measure, period)
        for measure in rows.measures
        for period in index.periods(unit, measure.id)
    ]
    for number, measure in enumerate(measures, start=1):
        measure["number"] = number
    numbers = {
        (measure["measure_id"], measure["period"]): measure["number"] for measure in measures
    }
    below = _with_shares(_add(measure["below"] for measure in measures))
    levels = _merge(measures, "levels", index.levels)
    return {
        "shape": SHAPE,
        "campaign": rows.campaign._asdict(),
        "unit": _unit(index, unit),
        "as_of": rows.as_of.isoformat(),
        "coverage": _coverage(index, unit_id, below),
        "below": below,
        "complaints": complaints_of(index, unit),
        "timely": _timely(below),
        "held": held_of(index, unit),
        "levels": levels,
        "lower": _merge(
            measures, "lower", [lower_unit.code for lower_unit in index.lower[unit_id]]
        ),
        "measures": measures,
        "lists": {kind: _list(index, unit_id, kind, levels, numbers) for kind in LISTS},
    }


def _timely(below: Json) -> Json:
    """Of the answers that were ever sent below: how many came by the first due date, by an extended
    one, and late. The three add up to `sent`."""
    sent, late, extended = below["sent"], below["late"], below["extended"]
    on_time = sent - late - extended
    counts = {"sent": sent, "on_time": on_time, "extended": extended, "late": late}
    shares = {f"{name}_share": share(counts[name], sent) for name in counts if name != "sent"}
    return {**counts, **shares, "excused": below["excused"]}


def _unit(index: RowIndex, unit: ReportedUnit) -> Json:
    level = index.levels[unit.level]
    return {
        "code": unit.code,
        "name": unit.name,
        "level": unit.level,
        "level_name": level.name,
        "level_name_en": level.name_en,
    }


def _coverage(index: RowIndex, unit_id: int, below: Json) -> Json:
    """How many units have answered all they were asked, and how many answers there are, each of how
    many."""
    expected, complete = index.coverage.get(unit_id, (0, 0))
    return {
        "units": expected,
        "units_complete": complete,
        "units_share": share(complete, expected),
        "answers": below["asked"],
        "answers_reported": below["reported"],
        "answers_reviewed": below["reviewed"],
    }


def _measure(index: RowIndex, unit: ReportedUnit, measure: MeasureRow, period: str) -> Json:
    key = (unit.id, measure.id, period)
    lower = [
        found
        for lower_unit in index.lower[unit.id]
        if (found := _lower_unit(index, lower_unit, measure.id, period)) is not None
    ]
    below = _with_shares(_add(_answers(index, key)))
    return {
        "number": 0,
        "measure_id": measure.id,
        "period": period,
        "path": measure.path,
        "title": measure.title,
        "kind": measure.kind,
        "withdrawn": measure.status == MeasureStatus.WITHDRAWN,
        "closed": measure.status == MeasureStatus.CLOSED,
        "short": _short(index, measure.id, period),
        "own": _own(index, index.assignments.get(key)),
        "below": below,
        "levels": _levels(index, key),
        "lower": lower,
        "sums_levels": sums_levels(
            index.fields(measure), len(index.rows.answering.get(measure.id, ()))
        ),
        "figures": figures_of(index, unit, measure, period, below),
        "target": target_of(index, unit, measure, period, below),
        "narratives": narratives_of(index, unit, measure.id, period),
    }


def _short(index: RowIndex, measure_id: int, period: str) -> Json | None:
    """What was signed for where the lowest level got fewer working days than the floor."""
    kept = [
        row
        for row in index.rows.short
        if (row.measure_id, row.period or ONCE) == (measure_id, period)
        and "workdays_left" in row.differs
    ]
    if not kept:
        return None
    floor, days = kept[-1].differs["workdays_left"]
    return {
        "days": days, "floor": floor, "account": kept[-1].account,
        "reason": kept[-1].reason if kept[-1].account else "",
    }  # fmt: skip


def _own(index: RowIndex, row: AssignmentRow | None) -> Json | None:
    """What the unit itself was handed, and how far the unit has got."""
    if row is None:
        return None
    return {
        "status": _told_status(row),
        "answering": row.answering,
        "issued_on": _day(row.issued_at),
        "issued_by": row.issuer_name,
        "issued_by_code": row.issuer_code,
        "due_on": row.due_on.isoformat(),
        "acknowledged_on": _day(row.acknowledged_at),
        "released_on": _day(row.released_at),
        "passed_on": row.id in index.rows.passed_on,
        "sent_on": _day(row.sent_at),
        "late": row.late,
        "extended": row.extended,
        "detail": _detail(row),
        "figures": own_figures(index, row),
    }


def _detail(row: AssignmentRow) -> Json | None:
    if row.detail_text is None:
        return None
    return {
        "text": row.detail_text,
        "due_on": row.detail_due_on.isoformat() if row.detail_due_on else None,
        "contact": row.detail_contact or "",
    }


def _answers(index: RowIndex, key: Key) -> list[Json]:
    """The counts of everything below a unit, at the levels that answer."""
    levels = index.rows.answering.get(key[1], set())
    reached = [_tally_counts(row) for row in index.tallies[key] if row.level in levels]
    come = sum(index.rows.to_come.get(key, {}).values())
    return [*reached, dict.fromkeys(COUNTS, 0) | {"asked": come}]


def _levels(index: RowIndex, key: Key) -> list[Json]:
    come = index.rows.to_come.get(key, {})
    by_level = {level: dict.fromkeys(COUNTS, 0) | {"asked": count} for level, count in come.items()}
    for row in index.tallies[key]:
        counts = _tally_counts(row)
        by_level[row.level] = counts | {"asked": counts["asked"] + come.get(row.level, 0)}
    return [
        {"code": level.code, "name": level.name, "name_en": level.name_en}
        | _with_shares(by_level[level.code])
        for level in index.rows.levels
        if level.code in by_level
    ]


def _lower_unit(index: RowIndex, unit: ReportedUnit, measure_id: int, period: str) -> Json | None:
    """A direct lower unit with everything below it. None: nothing was handed to it."""
    key = (unit.id, measure_id, period)
    own, tallies = index.assignments.get(key), index.tallies[key]
    if own is None and not tallies:
        return None
    parts = _answers(index, key)
    if own is not None and own.answering:
        parts.append(_own_counts(own, index.rows.as_of))
    return {
        "code": unit.code,
        "name": unit.name,
        "status": _told_status(own) if own else "",
        "issued_on": _day(own.issued_at) if own else None,
        "due_on": own.due_on.isoformat() if own else None,
        "passed_on": own is not None and own.id in index.rows.passed_on,
        "stood_in": own is not None and own.stood_in,
    } | _with_shares(_add(parts))


def _tally_counts(row: Any) -> Json:
    return {name: getattr(row, name) for name in COUNTS[1:]} | {"asked": row.answering}


def _own_counts(row: AssignmentRow, as_of: Any) -> Json:
    """The counts of one assignment that answers, as `services.assignments.roll_up` counts
    assignments below a unit."""
    if row.status in OUT:
        return dict.fromkeys(COUNTS, 0) | {"excused": int(row.status == Status.EXCUSED)}
    unsent = _owes(row)
    flags = {
        "issued": True,
        "acknowledged": row.acknowledged_at is not None,
        "released": row.released_at is not None,
        "submitted": row.status in REPORTED,
        "approved": row.status in REVIEWED,
        "returned": row.status == Status.RETURNED,
        "unsent": unsent,
        "overdue": unsent and row.due_on < as_of,
        "late": row.late,
        "answering": True,
        "asked": True,
        "reported": row.status in REPORTED,
        "reviewed": row.status in REVIEWED,
        "sent": row.sent_at is not None,
        "extended": row.extended,
    }
    return {name: int(flags.get(name, False)) for name in COUNTS}


def _told_status(row: AssignmentRow | NamedRow) -> str:
    """The status that a report tells: closed where the measure was closed, whatever the
    assignment's status."""
    return row.status if row.closed_at is None else Status.CLOSED


def _owes(row: AssignmentRow | NamedRow) -> bool:
    return row.status in UNSENT and row.closed_at is None


def _add(parts: Iterable[Mapping[str, Any]]) -> Json:
    total = dict.fromkeys(COUNTS, 0)
    for part in parts:
        for name in COUNTS:
            total[name] += part[name]
    return total


def _with_shares(counts: Json) -> Json:
    """The counts with the shares that every face prints."""
    return counts | {
        "submitted_share": share(counts["submitted"], counts["issued"]),
        "reported_share": share(counts["reported"], counts["asked"]),
        "reviewed_share": share(counts["reviewed"], counts["asked"]),
    }


def _merge(measures: list[Json], name: str, order: Iterable[str]) -> list[Json]:
    """The rows of all measures under `name`, added up by code, in the order of `order`."""
    parts: dict[str, list[Json]] = defaultdict(list)
    for measure in measures:
        for row in measure[name]:
            parts[row["code"]].append(row)
    labels = ("code", "name", "name_en")
    return [
        {key: parts[code][0][key] for key in labels if key in parts[code][0]}
        | _with_shares(_add(parts[code]))
        for code in order
        if code in parts
    ]


def _list(
    index: RowIndex,
    unit_id: int,
    kind: str,
    levels: Sequence[Json],
    numbers: Mapping[tuple[int, str], int],
) -> Json:
    """One list of assignments at all levels, with the count of each level beside the whole."""
    rows = index.named[kind].get(unit_id, [])
    counts = [(level, _listed(level, kind)) for level in levels]
    return {
        "count": sum(count for _level, count in counts),
        "levels": [
            {"name": level["name"], "name_en": level["name_en"], "count": count}
            for level, count in counts
            if count
        ],
        "rows": [
            _named(index, row, numbers) for row in rows if (row.measure_id, row.period) in numbers
        ],
    }


def _listed(level: Json, kind: str) -> int:
    found: int = level["answering"] - level["reported"] if kind == "missing" else level[kind]
    return found


def _named(index: RowIndex, row: NamedRow, numbers: Mapping[tuple[int, str], int]) -> Json:
    level = index.levels[row.level]
    return {
        "code": row.code,
        "name": row.name,
        "level_name": level.name,
        "level_name_en": level.name_en,
        "above": row.above,
        "measure": numbers[row.measure_id, row.period],
        "due_on": row.due_on.isoformat(),
        "days": _days_late(index, row),
        "status": _told_status(row),
        "sent_on": _day(row.sent_at),
        "reason": row.reason or "",
        "stood_in": row.stood_in,
    }


def _days_late(index: RowIndex, row: NamedRow) -> int:
    rows = index.rows
    return max(rows.calendar.workdays_between(row.due_on, rows.as_of), 0) if _owes(row) else 0


def _day(moment: Any) -> str | None:
    return local_date(moment).isoformat() if moment else None
