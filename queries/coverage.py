"""What lies below one assignment at this moment: its totals, and which units are missing."""

from decimal import Decimal
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from models import Assignment, Tally, Total, Unit
from rules.forms.answers import SCALE
from rules.forms.field_values import decimal_text
from rules.states import UNSENT


def get_coverage(session: Session, assignment: Assignment) -> dict[str, Any]:
    """The totals and coverage below an assignment's unit, as JSON, in three statements.

    `units`: answering units below, how many of them are reported and reviewed. `totals`: by field,
    sums as decimal text with the number of units in them. `missing`: the units directly below
    that still owe their answer, in the order of the list.
    """
    return {
        "units": _count_units(session, assignment),
        "totals": _list_totals(session, assignment),
        "missing": _list_missing(session, assignment),
    }


def _count_units(session: Session, assignment: Assignment) -> dict[str, int]:
    names = ("answering", "reported", "reviewed")
    sums = [func.coalesce(func.sum(getattr(Tally, name)), 0) for name in names]
    wanted = select(*sums).where(
        Tally.measure_id == assignment.measure_id,
        Tally.period == assignment.period,
        Tally.unit_id == assignment.unit_id,
    )
    return {name: int(count) for name, count in zip(names, session.exec(wanted).one(), strict=True)}


def _list_totals(session: Session, assignment: Assignment) -> dict[str, dict[str, Any]]:
    wanted = (
        select(Total)
        .where(
            Total.measure_id == assignment.measure_id,
            Total.period == assignment.period,
            Total.unit_id == assignment.unit_id,
        )
        .order_by(Total.field)
        .execution_options(populate_existing=True)
    )
    return {
        total.field: {
            "reported": decimal_text(Decimal(total.reported_sum) / SCALE),
            "reported_count": total.reported_count,
            "reviewed": decimal_text(Decimal(total.reviewed_sum) / SCALE),
            "reviewed_count": total.reviewed_count,
        }
        for total in session.exec(wanted)
    }


def _list_missing(session: Session, assignment: Assignment) -> list[dict[str, str]]:
    wanted = (
        select(Unit.code, Unit.name, Assignment.status)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(Assignment.parent_id == assignment.id, col(Assignment.status).in_(UNSENT))
        .order_by(col(Unit.lft))
    )
    return [
        {"code": code, "name": name, "status": status}
        for code, name, status in session.exec(wanted)
    ]
