"""A receipt: one submission, what it belongs to, and what became of it."""

from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from models import Account, Assignment, Measure, Review, Submission, Unit
from queries.not_found import NotFound
from queries.visibility import visible_units


class Receipt(NamedTuple):
    """One submission that has arrived."""

    submission: Submission
    assignment: Assignment
    measure: Measure
    unit: Unit
    sender: str
    """The name of the account that sent it."""
    review: Review | None


def get_visible_receipt(session: Session, viewer: Unit, number: str) -> Receipt:
    """The submission with this receipt number, if the viewer's unit sees it. Raises NotFound."""
    found = session.execute(
        select(Submission, Assignment, Measure, Unit, col(Account.name), Review)
        .join(Assignment, col(Assignment.id) == Submission.assignment_id)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .join(Account, col(Account.id) == Submission.sent_by)
        .outerjoin(Review, col(Review.submission_id) == Submission.id)
        .where(col(Submission.receipt) == number, visible_units(viewer))
    ).one_or_none()
    if found is None:
        raise NotFound
    return Receipt(*found)
