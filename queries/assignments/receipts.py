"""Receipts: a submission with its assignment, its measure and what became of the answer."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Account, Assignment, Decision, Measure, Review, Status, Submission, Unit
from queries.filling.stand_ins import stand_in
from queries.units.visibility import visible_units
from rules.filling.receipts import standing
from rules.sentences.not_found import NotFound


class Receipt(NamedTuple):
    """One submission that has arrived."""

    submission: Submission
    assignment: Assignment
    measure: Measure
    unit: Unit
    sender: str
    """The name of the account that sent it."""
    stand_in: str
    """The name of the unit that has sent it in the place of `unit`; mostly empty."""
    review: Review | None

    @property
    def current(self) -> bool:
        """Whether the submission is the latest of its assignment."""
        return self.submission.revision == self.assignment.revision

    @property
    def standing(self) -> str | None:
        """The msgid for what became of the submission; None: the assignment's status says it."""
        decision = self.review.decision if self.review else None
        return standing(current=self.current, status=self.assignment.status, decision=decision)


def get_visible_receipt(session: Session, viewer: Unit, number: str) -> Receipt:
    """The submission with this receipt number. Raises `NotFound`, too, where the viewer's unit does
    not see the submission."""
    by_name = ByName(
        Receipt,
        submission=Submission,
        assignment=Assignment,
        measure=Measure,
        unit=Unit,
        sender=col(Account.name),
        stand_in=stand_in(Account),
        review=Review,
    )
    found = session.execute(
        select(*by_name.columns)
        .join(Assignment, col(Assignment.id) == Submission.assignment_id)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .join(Account, col(Account.id) == Submission.sent_by)
        .outerjoin(Review, col(Review.submission_id) == Submission.id)
        .where(col(Submission.receipt) == number, visible_units(viewer))
    ).one_or_none()
    if found is None:
        raise NotFound
    return by_name.value(found)


class ReceiptRow(NamedTuple):
    """One line of a unit's own receipts."""

    number: str
    title: str
    period: str
    revision: int
    sent_at: datetime
    status: Status
    """The status of the assignment now."""
    current: bool
    """Whether the submission is the latest of its assignment."""
    decision: Decision | None
    """The decision of the unit above about this submission; None before the decision."""

    @property
    def standing(self) -> str | None:
        """As `Receipt.standing`."""
        return standing(current=self.current, status=self.status, decision=self.decision)


def list_receipts(
    session: Session, unit_id: int, *, page: int, size: int
) -> tuple[list[ReceiptRow], int]:
    """A page of the receipts the unit was given, the newest first, and how many pages of `size`
    there are."""
    sent = (
        select(Submission)
        .join(Assignment, col(Assignment.id) == Submission.assignment_id)
        .where(col(Assignment.unit_id) == unit_id)
    )
    count = session.scalars(sent.with_only_columns(func.count())).one()
    by_name = ByName(
        ReceiptRow,
        number=col(Submission.receipt),
        title=col(Measure.title),
        period=col(Assignment.period),
        revision=col(Submission.revision),
        sent_at=col(Submission.sent_at),
        status=col(Assignment.status),
        current=col(Submission.revision) == col(Assignment.revision),
        decision=col(Review.decision),
    )
    rows = session.execute(
        sent.join(Measure, col(Measure.id) == Assignment.measure_id)
        .outerjoin(Review, col(Review.submission_id) == Submission.id)
        .with_only_columns(*by_name.columns)
        .order_by(col(Submission.sent_at).desc(), col(Submission.id).desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return by_name.values(rows), max(1, -(-count // size))


def is_there(session: Session, viewer: Unit, number: str) -> bool:
    """Whether there is a receipt with this number that the viewer's unit sees."""
    found = session.scalars(
        select(col(Submission.id))
        .join(Assignment, col(Assignment.id) == Submission.assignment_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(col(Submission.receipt) == number, visible_units(viewer))
    ).one_or_none()
    return found is not None
