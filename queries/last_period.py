"""What the same unit answered to the same measure the period before."""

from typing import NamedTuple

from sqlmodel import Session, col, select

from models import ONCE, Assignment, Submission
from queries.current_submission import is_current
from rules.states import REPORTED


class LastPeriod(NamedTuple):
    """The answer of an earlier period."""

    period: str
    submission: Submission


def find_last_period(session: Session, assignment: Assignment) -> LastPeriod | None:
    """The current submission of the latest earlier period; None for what is done one time."""
    if assignment.period == ONCE:
        return None
    wanted = (
        select(Assignment.period, Submission)
        .join(Submission, is_current())
        .where(
            Assignment.measure_id == assignment.measure_id,
            Assignment.unit_id == assignment.unit_id,
            col(Assignment.period) < assignment.period,
            col(Assignment.period) != ONCE,
            col(Assignment.status).in_(REPORTED),
        )
        .order_by(col(Assignment.period).desc())
        .limit(1)
    )
    found = session.exec(wanted).first()
    return LastPeriod(*found) if found else None
