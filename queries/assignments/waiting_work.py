"""How much work waits in the whole installation, and since when. No names are read."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from models import Assignment, HandDown, Occurrence, Submission
from queries.assignments.still_open import WAITING
from rules.dates.calendar import local_date

_hand_downs = select(func.count(), func.min(HandDown.requested_at)).where(
    col(HandDown.done_at).is_(None)
)
_reviews = select(func.count()).where(WAITING)
_overdue = _reviews.where(col(Assignment.review_due_on) < bindparam("today"))
_plans = select(func.count()).where(
    col(Occurrence.settled_at).is_(None), col(Occurrence.again_at) < bindparam("now")
)
_submissions = select(func.max(Submission.id))


class WaitingWork(NamedTuple):
    """Counts of the whole installation."""

    hand_downs: int
    oldest_hand_down: datetime | None
    """When the hand-down that has waited longest was asked for; None: none waits."""
    reviews: int
    overdue_reviews: int
    plans: int
    """How many occurrences of schedules are due and not settled."""
    submissions: int
    """How many submissions were ever sent: the id of the latest."""


def read_waiting_work(session: Session, *, now: datetime) -> WaitingWork:
    """The counts of this moment; five small statements, which are built once."""
    hand_downs, oldest = session.execute(_hand_downs).one()
    return WaitingWork(
        hand_downs,
        oldest,
        session.execute(_reviews).scalar_one(),
        session.execute(_overdue, {"today": local_date(now)}).scalar_one(),
        session.execute(_plans, {"now": now}).scalar_one(),
        session.execute(_submissions).scalar() or 0,
    )
