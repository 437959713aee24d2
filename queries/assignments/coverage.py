"""What lies below one assignment at this moment: totals, coverage and missing units."""

from typing import Any

from sqlalchemy import func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from models import Assignment, Tally, Unit
from queries.assignments.asked import WAITS, count_to_come
from queries.assignments.rolled_figures import list_figures
from rules.assignments.counting import may_come
from rules.assignments.states import UNANSWERED
from rules.forms.rolled_figures import Figure


def get_coverage(session: Session, assignment: Assignment) -> dict[str, Any]:
    """The totals and coverage below an assignment's unit, as JSON; four to six statements.

    `units` counts the units below that will be asked (`answering`), and how many of them are
    reported and reviewed.
    `totals` holds for each field the sums as decimal text, with the number of units in each sum.
    `missing` lists the units directly below that still owe an answer, in the order of the list.
    """
    return {
        "units": _count_units(session, assignment),
        "totals": _list_totals(session, assignment),
        "missing": _list_missing(session, assignment),
    }


def _count_units(session: Session, assignment: Assignment) -> dict[str, int]:
    """How many units below answer: of all that will be asked (`rules.assignments.counting`)."""
    names = ("answering", "reported", "reviewed")
    sums = [func.coalesce(func.sum(getattr(Tally, name)), 0) for name in names]
    wanted = sa_select(*sums, WAITS).where(
        col(Tally.measure_id) == assignment.measure_id,
        col(Tally.period) == assignment.period,
        col(Tally.unit_id) == assignment.unit_id,
    )
    *counts, waits = session.execute(wanted).one()
    found = {name: int(count) for name, count in zip(names, counts, strict=True)}
    if waits != 0 and may_come(assignment):
        come = count_to_come(session, [assignment.id])
        found["answering"] += sum(come.get(assignment.id, {}).values())
    return found


def _list_totals(session: Session, assignment: Assignment) -> dict[str, dict[str, Any]]:
    found = list_figures(session, assignment.measure_id, assignment.period, assignment.unit_id)
    return {figure.key: _total(figure) for figure in found}


def _total(figure: Figure) -> dict[str, Any]:
    """A figure as it is frozen, without empty values. The figure keeps the words of its form, so
    that it reads the same when the form changes."""
    known = {**figure._asdict(), "rollup": str(figure.rollup)}
    return {name: value for name, value in known.items() if name != "key" and value != ""}


def _list_missing(session: Session, assignment: Assignment) -> list[dict[str, str]]:
    wanted = (
        select(Unit.code, Unit.name, Assignment.status)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(Assignment.parent_id == assignment.id, col(Assignment.status).in_(UNANSWERED))
        .order_by(col(Unit.lft))
    )
    return [
        {"code": code, "name": name, "status": status}
        for code, name, status in session.exec(wanted)
    ]
