"""What a unit answered to the same measure for an earlier period."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import ONCE, Assignment, Submission
from models.parameters import among
from queries.filling.current_submission import is_current
from rules.assignments.states import REPORTED


class LastPeriod(NamedTuple):
    """The unit's answer of an earlier period."""

    period: str
    submission: Submission


def find_last_period(session: Session, assignment: Assignment) -> LastPeriod | None:
    """The current submission of the latest earlier period; None for what is done one time."""
    return list_last_periods(session, [assignment]).get(assignment.id)


def list_last_periods(session: Session, assignments: Iterable[Assignment]) -> dict[int, LastPeriod]:
    """Assignment → the current submission of its unit's latest earlier period.

    One statement, none where everything is done one time.
    """
    ids = [assignment.id for assignment in assignments if assignment.period != ONCE]
    if not ids:
        return {}
    rows = session.execute(_LATEST, {"ids": ids})
    return {
        assignment_id: LastPeriod(period, submission) for assignment_id, period, submission in rows
    }


def _latest() -> Select[Any]:
    """The statement is built once, because every sending carries it out."""
    own, before = aliased(Assignment), aliased(Assignment)
    same = and_(col(before.measure_id) == own.measure_id, col(before.unit_id) == own.unit_id)
    latest = (
        select(
            col(own.id), col(own.measure_id), col(own.unit_id),
            func.max(before.period).label("period"),
        )
        .join(before, same)
        .where(
            among(col(own.id), "ids"),
            col(before.period) < own.period,
            col(before.period) != ONCE,
            col(before.status).in_(REPORTED),
        )
        .group_by(col(own.id), col(own.measure_id), col(own.unit_id))
        .subquery()
    )  # fmt: skip
    found = and_(
        col(Assignment.measure_id) == latest.c.measure_id,
        col(Assignment.unit_id) == latest.c.unit_id,
        col(Assignment.period) == latest.c.period,
    )
    return (
        select(latest.c.id, col(Assignment.period), Submission)
        .join(Assignment, found)
        .join(Submission, is_current())
    )


_LATEST = _latest()
