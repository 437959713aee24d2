"""What would stay undone if measures were closed."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Assignment, Measure, MeasureStatus, Status
from rules.assignments.states import OUT, REVIEWED, UNANSWERED


class Outstanding(NamedTuple):
    """A measure, and how far its answering units have got; counts of assignments of all periods."""

    measure: Measure
    answering: int
    unanswered: int
    """Assignments that are not sent, or returned, or wait for a ruling."""
    waiting: int
    """Assignments that are sent and wait for a decision."""
    approved: int


def list_outstanding(session: Session, measure_ids: Collection[int]) -> Sequence[Outstanding]:
    """Those of the measures that are released, in the order of the notice; one statement."""
    by_name = ByName(
        Outstanding,
        measure=Measure,
        answering=_counted(col(Assignment.status).not_in(OUT)),
        unanswered=_counted(col(Assignment.status).in_(UNANSWERED)),
        waiting=_counted(col(Assignment.status) == Status.SUBMITTED),
        approved=_counted(col(Assignment.status).in_(REVIEWED)),
    )
    rows = session.execute(
        select(*by_name.columns)
        .join(Assignment, col(Assignment.measure_id) == Measure.id)
        .where(
            col(Measure.id).in_(measure_ids),
            col(Measure.status) == MeasureStatus.RELEASED,
        )
        .group_by(col(Measure.id))
        .order_by(col(Measure.position), col(Measure.id))
    )
    return by_name.values(rows)


def _counted(those: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((col(Assignment.answering) & those, 1)))
