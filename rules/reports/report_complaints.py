"""What the units below complained of: counted by kind, and never by who complained."""

from typing import Any

from models import ComplaintKind
from rules.reports.report_index import RowIndex
from rules.reports.report_rows import ReportedUnit

FEWEST_UNITS = 3
"""With fewer units below that were asked something, a count would say who complained."""


def complaints_of(index: RowIndex, unit: ReportedUnit) -> list[dict[str, Any]]:
    """The kinds of which there are complaints below `unit`: `kind`, `count`, and how many of them
    were `answered` and `helped`. Empty where too few units are asked."""
    asked, _complete = index.coverage.get(unit.id, (0, 0))
    if asked < FEWEST_UNITS:
        return []
    below = [row for row in index.rows.complaints if unit.lft < row.place <= unit.rgt]
    counted = []
    for kind in ComplaintKind:
        of_kind = [row for row in below if row.kind == kind]
        if of_kind:
            counted.append(
                {
                    "kind": kind.value,
                    "count": len(of_kind),
                    "answered": sum(row.answered for row in of_kind),
                    "helped": sum(row.helped for row in of_kind),
                }
            )
    return counted
