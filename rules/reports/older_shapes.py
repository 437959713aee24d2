"""Snapshots of older shapes, read as today's.

A snapshot stays as it was written, because its checksum covers it. What a face needs and an older
shape has not is added when the snapshot is read.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from rules.dates.calendar import PUBLISHED

Json = dict[str, Any]
_NEW_IN_TARGETS = {
    "reported_met": None, "reported_surplus": "0", "reviewed_met": None, "reviewed_surplus": "0",
}  # fmt: skip


_NO_LIST: Json = {"count": 0, "levels": [], "rows": []}


def as_now(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The content of a snapshot in the shape that faces print.

    Shape 4 did not say who signed for too little time. Shape 3 knew no extensions and no excused
    units. Shape 2 did not say where the working days went. Shape 1 knew only units that a measure
    had reached, counted days late by the calendar, and did not count lists by level.
    """
    if data["shape"] >= 5:
        return data
    fourth = {**data, "measures": [{"short": None, **found} for found in data["measures"]]}
    if data["shape"] == 4:
        return fourth
    third = {
        "timely": None,
        **fourth,
        "lists": {"excused": _NO_LIST, **data["lists"]},
    }
    if data["shape"] == 3:
        return third
    second = {"held": None, **third}
    if data["shape"] == 2:
        return second
    return {
        **second,
        "below": _counts(data["below"]),
        "complaints": [],
        "levels": [_counts(row) for row in data["levels"]],
        "lower": [_counts(row) for row in data["lower"]],
        "measures": [_measure(measure) for measure in data["measures"]],
        "lists": {kind: _list(found, data["as_of"]) for kind, found in third["lists"].items()},
    }


def _counts(row: Json) -> Json:
    return {"asked": row["answering"], **row}


def _measure(measure: Json) -> Json:
    target = measure["target"]
    return {
        **measure,
        "short": None,
        "below": _counts(measure["below"]),
        "levels": [_counts(row) for row in measure["levels"]],
        "lower": [_counts(row) for row in measure["lower"]],
        "target": {**_NEW_IN_TARGETS, **target} if target else target,
    }


def _list(found: Json, as_of: str) -> Json:
    rows = [{**row, "days": _days(row, as_of)} for row in found["rows"]]
    return {"levels": [], **found, "rows": rows}


def _days(row: Json, as_of: str) -> int:
    if not row["days"]:
        return 0
    return PUBLISHED.workdays_between(date.fromisoformat(row["due_on"]), date.fromisoformat(as_of))
