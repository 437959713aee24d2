"""Overdue reviews at a unit, and at the units directly below the unit."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Integer, Select, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Assignment, Submission, Unit
from queries.assignments.still_open import WAITING_ABOVE, WAITING_DIRECTLY
from queries.filling.current_submission import is_current


@dataclass(frozen=True)
class OverdueReviewer:
    """A unit directly below that has overdue reviews."""

    unit_id: int
    name: str
    count: int
    since: datetime
    """When the submission that has waited longest was sent."""


def is_overdue(before: Any) -> ColumnElement[bool]:
    """The clause "the review was due before this day", on assignments that wait for a review."""
    found: ColumnElement[bool] = col(Assignment.review_due_on) < before
    return found


class ReviewCounts(NamedTuple):
    """What the first page of a unit says of its reviews."""

    overdue: int
    stood_in: int
    """How many answers wait here because a lower unit has given them in the place of another."""


def count_reviews(session: Session, unit_id: int, today: date) -> ReviewCounts:
    """The counts of this unit; one statement."""
    given = {"unit": unit_id, "before": today}
    return _COUNTS.value(session.execute(_COUNT, given).one())


def list_overdue_reviewers(session: Session, unit_id: int, before: date) -> list[OverdueReviewer]:
    """The units directly below with overdue reviews, in the order of the tree.

    The reviewer itself is told first. The unit above is told later: of reviews that were due before
    `before` (`rules.dates.review_clock.told_above_before`).
    """
    given = {"unit": unit_id, "before": before}
    return _REVIEWER.values(session.execute(_LIST_REVIEWERS, given))


_UNIT, _BEFORE = bindparam("unit", type_=Integer), bindparam("before", type_=Date)
_REVIEWER = ByName(
    OverdueReviewer,
    unit_id=col(Unit.id),
    name=col(Unit.name),
    count=func.count(),
    since=func.min(Submission.sent_at),
)


def _overdue() -> Select[Any]:
    own = aliased(Assignment)
    return (
        select(func.count())
        .select_from(Assignment)
        .join(own, col(own.id) == Assignment.parent_id)
        .where(col(own.unit_id) == _UNIT, WAITING_DIRECTLY, is_overdue(_BEFORE))
    )


def _stood_in() -> Select[Any]:
    between, own = aliased(Assignment), aliased(Assignment)
    return (
        select(func.count())
        .select_from(Assignment)
        .join(between, col(between.id) == Assignment.parent_id)
        .join(own, col(own.id) == between.parent_id)
        .where(col(own.unit_id) == _UNIT, WAITING_ABOVE)
    )


def _reviewers() -> Select[Any]:
    own = aliased(Assignment)
    return (
        select(*_REVIEWER.columns)
        .select_from(Unit)
        .join(own, col(own.unit_id) == Unit.id)
        .join(Assignment, col(Assignment.parent_id) == own.id)
        .join(Submission, is_current())
        .where(col(Unit.parent_id) == _UNIT, WAITING_DIRECTLY, is_overdue(_BEFORE))
        .group_by(col(Unit.id), col(Unit.name), col(Unit.lft))
        .order_by(col(Unit.lft))
    )


_COUNTS = ByName(
    ReviewCounts, overdue=_overdue().scalar_subquery(), stood_in=_stood_in().scalar_subquery()
)
_COUNT = select(*_COUNTS.columns)
_LIST_REVIEWERS = _reviewers()
