"""The smallest and the largest answer below units. They are looked up and not kept."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import AnswerNumber, Assignment
from queries.assignments.climb import climb
from rules.assignments.states import REPORTED, REVIEWED
from rules.forms.rolled_figures import Extremes

Key = tuple[int, int, str, str]
"""Unit, measure, period, field."""


def list_extremes(
    session: Session,
    measures: ColumnElement[bool],
    fields: Collection[str],
    unit_ids: Any,
) -> dict[Key, Extremes]:
    """The extremes of `fields` below each of `unit_ids` (ids or a select); one statement.

    `measures` is a clause on Assignment. The extremes climb along assignments, as the kept sums do.
    """
    reviewed = col(Assignment.status).in_(REVIEWED)
    value = col(AnswerNumber.value)
    keys = [col(Assignment.measure_id), col(Assignment.period), col(AnswerNumber.field)]
    groups = (
        select(
            col(Assignment.parent_id).label("above"),
            *keys,
            func.min(value).label("low"),
            func.max(value).label("high"),
            func.min(case((reviewed, value))).label("low_reviewed"),
            func.max(case((reviewed, value))).label("high_reviewed"),
        )
        .join(AnswerNumber, col(AnswerNumber.assignment_id) == Assignment.id)
        .where(
            measures,
            col(AnswerNumber.field).in_(fields),
            col(Assignment.status).in_(REPORTED),
            col(Assignment.parent_id).is_not(None),
        )
        .group_by(col(Assignment.parent_id), *keys)
        .cte("groups")
    )
    reached = climb(groups)
    by = [reached.c[name] for name in ("unit_id", "measure_id", "period", "field")]
    by_name = ByName(
        Extremes,
        reported_min=func.min(reached.c.low),
        reported_max=func.max(reached.c.high),
        reviewed_min=func.min(reached.c.low_reviewed),
        reviewed_max=func.max(reached.c.high_reviewed),
    )
    wanted = select(*by, *by_name.columns).where(reached.c.unit_id.in_(unit_ids)).group_by(*by)
    return {
        (unit_id, measure_id, period, field): by_name.value(found)
        for unit_id, measure_id, period, field, *found in session.execute(wanted)
    }


def of_measure(measure_id: int, period: str) -> ColumnElement[bool]:
    """The clause for the assignments of one measure and period."""
    return and_(col(Assignment.measure_id) == measure_id, col(Assignment.period) == period)
