"""Overdue reviews at a unit, and at the units directly below the unit."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Assignment, Submission, Unit
from queries.assignments.still_open import WAITING
from queries.filling.current_submission import is_current
from rules.dates.review_clock import GRACE, overdue_before


@dataclass(frozen=True)
class OverdueReviewer:
    """A unit directly below that has overdue reviews."""

    unit_id: int
    name: str
    count: int
    since: datetime
    """When the submission that has waited longest was sent."""


def is_overdue(today: date, *, grace: int = 0) -> ColumnElement[bool]:
    """The clause "the review is overdue", on assignments that wait for a review.

    `grace` adds working days to the time a review has.
    """
    return col(Assignment.review_due_on) < overdue_before(today, grace=grace)


def count_overdue_reviews(session: Session, unit_id: int, today: date) -> int:
    """How many reviews of this unit are overdue."""
    own = aliased(Assignment)
    wanted = (
        select(func.count())
        .select_from(Assignment)
        .join(own, col(own.id) == Assignment.parent_id)
        .where(col(own.unit_id) == unit_id, WAITING)
        .where(is_overdue(today))
    )
    found: int = session.execute(wanted).scalar_one()
    return found


def list_overdue_reviewers(session: Session, unit_id: int, today: date) -> list[OverdueReviewer]:
    """The units directly below with overdue reviews, in the order of the tree.

    The reviewer itself is told first. The unit above is told `GRACE` working days later.
    """
    own = aliased(Assignment)
    count, since = func.count(), func.min(Submission.sent_at)
    by_name = ByName(
        OverdueReviewer,
        unit_id=col(Unit.id),
        name=col(Unit.name),
        count=count,
        since=since,
    )
    rows = session.execute(
        select(*by_name.columns)
        .select_from(Unit)
        .join(own, col(own.unit_id) == Unit.id)
        .join(Assignment, col(Assignment.parent_id) == own.id)
        .join(Submission, is_current())
        .where(col(Unit.parent_id) == unit_id, WAITING)
        .where(is_overdue(today, grace=GRACE))
        .group_by(col(Unit.id), col(Unit.name), col(Unit.lft))
        .order_by(col(Unit.lft))
    )
    return by_name.values(rows)
