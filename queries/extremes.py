"""The smallest and the largest answer below units; worked out when asked, not kept."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import AnswerNumber, Assignment
from rules.forms.rolled_figures import Extremes
from rules.states import REPORTED, REVIEWED

Key = tuple[int, int, str, str]
"""Unit, measure, period, field."""


def list_extremes(
    session: Session,
    measures: ColumnElement[bool],
    fields: Collection[str],
    unit_ids: Any,
) -> dict[Key, Extremes]:
    """The extremes of `fields` below each of `unit_ids` (ids or a select); one statement.

    `measures` is a clause on Assignment. They climb along the assignments, as the kept sums do:
    grouped by the assignment above first, so that few rows climb.
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
    climb = select(groups).cte("climb", recursive=True)
    others = [column for column in climb.c if column.name != "above"]
    upper = aliased(Assignment)
    climb = climb.union_all(
        select(col(upper.parent_id), *others)
        .join(climb, climb.c.above == upper.id)
        .where(col(upper.parent_id).is_not(None))
    )
    by = [col(upper.unit_id), climb.c.measure_id, climb.c.period, climb.c.field]
    wanted = (
        select(
            *by,
            func.min(climb.c.low),
            func.max(climb.c.high),
            func.min(climb.c.low_reviewed),
            func.max(climb.c.high_reviewed),
        )
        .join(climb, climb.c.above == upper.id)
        .where(col(upper.unit_id).in_(unit_ids))
        .group_by(*by)
    )
    return {(row[0], row[1], row[2], row[3]): Extremes(*row[4:]) for row in session.execute(wanted)}


def of_measure(measure_id: int, period: str) -> ColumnElement[bool]:
    """The clause for the assignments of one measure and period."""
    return and_(col(Assignment.measure_id) == measure_id, col(Assignment.period) == period)
