"""Where the working days went below the unit and at the unit, as a report prints it."""

from typing import Any

from rules.assignments.held_days import Held, HeldTable
from rules.reports.report_index import RowIndex
from rules.reports.report_rows import ReportedUnit
from rules.reports.shares import share

MOST = 10
"""Units above the lowest level that a report names."""
Json = dict[str, Any]


def held_of(index: RowIndex, unit: ReportedUnit) -> Json | None:
    """The days by level and the units with the most days, of all days that lay with somebody; None:
    nothing was handed down below the unit."""
    table = index.rows.held.get(unit.id)
    if table is None or not index.lower[unit.id]:
        return None
    return {
        "assignments": table.assignments,
        "days": table.days,
        "held": table.held,
        "below": table.below,
        "levels": [
            {"code": level.code, "name": level.name, "name_en": level.name_en}
            | _days(table.levels[level.code], table)
            for level in index.rows.levels
            if level.code in table.levels
        ],
        "units": [
            {"code": index.rows.held_units[unit_id][0], "name": index.rows.held_units[unit_id][1]}
            | _days(held, table)
            for unit_id, held in table.longest(MOST)
        ],
    }


def _days(held: Held, table: HeldTable) -> Json:
    return {
        "assignments": held.assignments,
        "gate": held.gate,
        "write": held.write,
        "mend": held.mend,
        "review": held.review,
        "sent": held.sent,
        "days": held.days,
        "share": share(held.days, table.held),
    }
