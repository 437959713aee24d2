"""What closing measures would leave undone."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from models import Assignment, Measure, MeasureStatus, Status
from rules.assignments.states import REVIEWED, UNSENT


class Outstanding(NamedTuple):
    """A measure with how far the units that answer it have got, over all its periods."""

    measure: Measure
    answering: int
    unanswered: int
    """Not sent, or returned."""
    waiting: int
    """Sent, and not decided about."""
    approved: int


def list_outstanding(session: Session, measure_ids: Collection[int]) -> Sequence[Outstanding]:
    """The released ones of these measures, in the order of the notice; one statement."""
    counts = (
        _counted(col(Assignment.status) != Status.WITHDRAWN),
        _counted(col(Assignment.status).in_(UNSENT)),
        _counted(col(Assignment.status) == Status.SUBMITTED),
        _counted(col(Assignment.status).in_(REVIEWED)),
    )
    rows = session.execute(
        select(Measure, *counts)
        .join(Assignment, col(Assignment.measure_id) == Measure.id)
        .where(
            col(Measure.id).in_(measure_ids),
            col(Measure.status) == MeasureStatus.RELEASED,
        )
        .group_by(col(Measure.id))
        .order_by(col(Measure.position), col(Measure.id))
    )
    return [Outstanding(*row) for row in rows]


def _counted(those: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((col(Assignment.answering) & those, 1)))
