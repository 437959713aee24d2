"""What a unit answered to the same measure for earlier periods."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import ONCE, Assignment, Submission
from models.parameters import among
from queries.filling.current_submission import is_current
from rules.assignments.states import REPORTED, REVIEWED


class LastPeriod(NamedTuple):
    """The unit's answer of an earlier period."""

    period: str
    submission: Submission


class Earlier(NamedTuple):
    """The unit's answers of earlier periods that matter for the next period."""

    last: LastPeriod
    """Of the latest period that was answered."""
    approved: LastPeriod | None
    """Of the latest period whose answer was approved."""


def find_last_period(session: Session, assignment: Assignment) -> LastPeriod | None:
    """The current submission of the latest earlier period; None for what is done one time."""
    found = list_earlier(session, [assignment]).get(assignment.id)
    return found.last if found else None


def list_earlier(session: Session, assignments: Iterable[Assignment]) -> dict[int, Earlier]:
    """Assignment → the current submissions of its unit's earlier periods that matter.

    One statement, none where everything is done one time.
    """
    ids = [assignment.id for assignment in assignments if assignment.period != ONCE]
    if not ids:
        return {}
    found: dict[int, Earlier] = {}
    for row in session.execute(_LATEST, {"ids": ids}):
        answered = LastPeriod(row.period, row.Submission)
        before = found.get(row.id)
        approved = answered if row.status in REVIEWED else before.approved if before else None
        found[row.id] = Earlier(answered, approved)
    return found


def _latest() -> Select[Any]:
    """The statement is built once, because every sending carries it out."""
    own, before = aliased(Assignment), aliased(Assignment)
    same = and_(col(before.measure_id) == own.measure_id, col(before.unit_id) == own.unit_id)
    latest = (
        select(
            col(own.id), col(own.measure_id), col(own.unit_id),
            func.max(before.period).label("last"),
            func.max(case((col(before.status).in_(REVIEWED), before.period))).label("approved"),
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
        or_(col(Assignment.period) == latest.c.last, col(Assignment.period) == latest.c.approved),
    )
    return (
        select(latest.c.id, col(Assignment.period), col(Assignment.status), Submission)
        .join(Assignment, found)
        .join(Submission, is_current())
        .order_by(col(Assignment.period))
    )


_LATEST = _latest()
