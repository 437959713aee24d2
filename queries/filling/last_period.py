"""What a unit answered to the same measure for an earlier period."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, String, and_, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import ONCE, Assignment, Submission
from queries.filling.current_submission import is_current
from rules.assignments.states import REPORTED


class LastPeriod(NamedTuple):
    """The unit's answer of an earlier period."""

    period: str
    submission: Submission


def find_last_period(session: Session, assignment: Assignment) -> LastPeriod | None:
    """The current submission of the latest earlier period; None for a one-off measure."""
    return list_last_periods(session, [assignment]).get(assignment.unit_id)


def list_last_periods(session: Session, assignments: Sequence[Assignment]) -> dict[int, LastPeriod]:
    """Unit → the current submission of its latest earlier period.

    All assignments are of one measure and period. One statement, none for a one-off measure.
    """
    first = assignments[0]
    if first.period == ONCE:
        return {}
    units = [assignment.unit_id for assignment in assignments]
    given = {"measure": first.measure_id, "period": first.period, "units": units}
    rows = session.execute(_LATEST, given)
    return {unit_id: LastPeriod(period, submission) for unit_id, period, submission in rows}


def _latest() -> Select[Any]:
    """The statement is built once, because every sending carries it out."""
    before = aliased(Assignment)
    measure = bindparam("measure", type_=Integer)
    latest = (
        select(col(before.unit_id), func.max(before.period).label("period"))
        .where(
            col(before.measure_id) == measure,
            col(before.unit_id).in_(bindparam("units", expanding=True)),
            col(before.period) < bindparam("period", type_=String),
            col(before.period) != ONCE,
            col(before.status).in_(REPORTED),
        )
        .group_by(col(before.unit_id))
        .subquery()
    )
    return (
        select(col(Assignment.unit_id), col(Assignment.period), Submission)
        .join(Submission, is_current())
        .join(
            latest,
            and_(latest.c.unit_id == Assignment.unit_id, latest.c.period == Assignment.period),
        )
        .where(col(Assignment.measure_id) == measure)
    )


_LATEST = _latest()
