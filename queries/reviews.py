"""What is asked of reviews: which submissions wait for a unit's decision."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Select, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models import AnswerNumber, Assignment, Measure, Status, Submission, Unit
from queries.submissions import is_latest
from rules.forms.answers import SCALE
from rules.forms.field_values import decimal_text

PAGE_LENGTH = 50


class WaitingSubmission(NamedTuple):
    """One line of a review list."""

    submission_id: int
    assignment_id: int
    revision: int
    unit_code: str
    unit_name: str
    measure_id: int
    measure_title: str
    period: str
    due_on: date
    sent_at: datetime
    late: bool


class ReviewPage(NamedTuple):
    """One page of a review list."""

    rows: list[WaitingSubmission]
    numbers: dict[int, dict[str, str]]
    """Assignment id → field → number as decimal text, of the rows on this page."""
    total: int
    """Lines on all pages."""
    page: int
    """Counted from 1."""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_LENGTH))


def list_waiting(
    session: Session, unit_id: int, *, measure_id: int | None = None, page: int = 1
) -> ReviewPage:
    """Submissions of the units directly below that wait for this unit's decision.

    By due date, then in the order of the tree; in three statements. A page beyond the last shows
    the last.
    """
    total = count_waiting(session, unit_id, measure_id=measure_id)
    page = max(1, min(page, -(-total // PAGE_LENGTH)))
    wanted = (
        _waiting(unit_id, measure_id)
        .with_only_columns(
            col(Submission.id),
            col(Assignment.id),
            col(Submission.revision),
            col(Unit.code),
            col(Unit.name),
            col(Measure.id),
            col(Measure.title),
            col(Assignment.period),
            col(Assignment.due_on),
            col(Submission.sent_at),
            col(Assignment.late),
        )
        .order_by(col(Assignment.due_on), col(Measure.id), col(Unit.lft))
        .limit(PAGE_LENGTH)
        .offset((page - 1) * PAGE_LENGTH)
    )
    rows = [WaitingSubmission(*row) for row in session.execute(wanted)]
    numbers = list_numbers(session, [row.assignment_id for row in rows])
    return ReviewPage(rows, numbers, total, page)


def count_waiting(session: Session, unit_id: int, *, measure_id: int | None = None) -> int:
    """How many submissions wait for this unit's decision."""
    wanted = _waiting(unit_id, measure_id).with_only_columns(func.count())
    return session.execute(wanted).scalar_one()


def list_waiting_ids(
    session: Session, unit_id: int, *, measure_id: int | None = None
) -> Sequence[int]:
    """The submissions of all pages of the list."""
    wanted = _waiting(unit_id, measure_id).with_only_columns(col(Submission.id))
    return list(session.scalars(wanted.order_by(col(Submission.id))))


def count_waiting_by_measure(session: Session, unit_id: int) -> list[tuple[int, str, int]]:
    """`(measure id, title, how many wait)` of the measures with something to decide."""
    wanted = (
        _waiting(unit_id, None)
        .with_only_columns(col(Measure.id), col(Measure.title), func.count())
        .group_by(col(Measure.id), col(Measure.title))
        .order_by(col(Measure.id))
    )
    return [(key, title, count) for key, title, count in session.execute(wanted)]


def list_numbers(session: Session, assignment_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Assignment id → field → the current submission's number as decimal text."""
    wanted = (
        select(AnswerNumber)
        .where(col(AnswerNumber.assignment_id).in_(assignment_ids))
        .order_by(col(AnswerNumber.assignment_id), col(AnswerNumber.field))
        .execution_options(populate_existing=True)
    )
    numbers: dict[int, dict[str, str]] = {}
    for row in session.exec(wanted):
        text = decimal_text(Decimal(row.value) / SCALE)
        numbers.setdefault(row.assignment_id, {})[row.field] = text
    return numbers


def _waiting(unit_id: int, measure_id: int | None) -> Select:
    above = aliased(Assignment)
    wanted = (
        select(Submission)
        .join(Assignment, col(Assignment.id) == Submission.assignment_id)
        .join(above, col(above.id) == Assignment.parent_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .where(above.unit_id == unit_id, Assignment.status == Status.SUBMITTED, is_latest())
    )
    return wanted if measure_id is None else wanted.where(Assignment.measure_id == measure_id)
