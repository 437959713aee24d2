"""Queries about reviews: pages of what waits for a unit's decision, counts and batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import (
    Act,
    AnswerNumber,
    Assignment,
    Decision,
    Measure,
    Review,
    ReviewBatch,
    Submission,
    Unit,
)
from queries.assignments.still_open import OPEN, WAITING
from queries.filling.current_submission import is_current
from queries.review.review_list import Position, WaitingSubmissions
from rules.assignments.states import NEXT
from rules.dates.calendar import local_date
from rules.forms.answer_numbers import SCALE
from rules.forms.field_values import decimal_text

PAGE_LENGTH = 50

MOST_BATCHES = 20
"""The most recent batches that a list offers to undo."""


class WaitingSubmission(NamedTuple):
    """One line of a review list."""

    submission_id: int
    assignment_id: int
    revision: int
    unit_code: str
    unit_name: str
    upper_name: str | None
    """The name of the unit above in the tree now; None where the submission goes to that unit."""
    measure_id: int
    measure_title: str
    period: str
    due_on: date
    sent_at: datetime
    review_due_on: date
    late: bool
    flag_count: int
    corrects: bool
    """Whether the submission corrects an approved answer."""

    @property
    def sent_on(self) -> date:
        """The day of sending, in Asia/Shanghai."""
        return local_date(self.sent_at)

    def overdue(self, today: date) -> bool:
        """Whether the review is overdue."""
        return self.review_due_on < today


class ReviewPage(NamedTuple):
    """One page of a review list."""

    rows: list[WaitingSubmission]
    numbers: dict[int, dict[str, str]]
    """Assignment id → field → number as decimal text, of the rows on this page."""
    total: int
    """How many lines there are on all pages."""
    page: int
    """The number of the page, counted from 1."""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_LENGTH))


@dataclass(frozen=True)
class WaitingMeasure:
    """A measure and period with submissions to decide about."""

    measure_id: int
    title: str
    period: str
    count: int


def list_waiting_submissions(
    session: Session, wanted: WaitingSubmissions, *, page: int = 1
) -> ReviewPage:
    """A page of the waiting submissions, in the order of the filter; three statements.

    For a page beyond the last, the last page is given.
    """
    total, _ = count_waiting(session, wanted)
    page = max(1, min(page, -(-total // PAGE_LENGTH)))
    rows = _list_rows(session, wanted, (page - 1) * PAGE_LENGTH)
    numbers = list_numbers(session, [row.assignment_id for row in rows])
    return ReviewPage(rows, numbers, total, page)


def _list_rows(
    session: Session, wanted: WaitingSubmissions, offset: int
) -> list[WaitingSubmission]:
    """The rows of one page. Their keys are found first, so that no other rows are read whole."""
    keys = wanted.in_order().limit(PAGE_LENGTH).offset(offset).subquery()
    upper = aliased(Unit)
    by_name = ByName(
        WaitingSubmission,
        submission_id=col(Submission.id),
        assignment_id=col(Assignment.id),
        revision=col(Submission.revision),
        unit_code=col(Unit.code),
        unit_name=col(Unit.name),
        upper_name=col(upper.name),
        measure_id=col(Measure.id),
        measure_title=col(Measure.title),
        period=col(Assignment.period),
        due_on=col(Assignment.due_on),
        sent_at=col(Submission.sent_at),
        review_due_on=col(Assignment.review_due_on),
        late=col(Assignment.late),
        flag_count=col(Submission.flag_count),
        corrects=_approved_before(),
    )
    rows = session.execute(
        select(*by_name.columns)
        .select_from(keys)
        .join(Assignment, col(Assignment.id) == keys.c.id)
        .join(Submission, is_current())
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .outerjoin(upper, and_(col(upper.id) == Unit.parent_id, col(upper.id) != wanted.unit_id))
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .order_by(keys.c.key, keys.c.id)
    )
    return by_name.values(rows)


def _approved_before() -> ColumnElement[bool]:
    """The clause "an earlier submission of the assignment was approved"."""
    earlier = aliased(Submission)
    return (
        exists()
        .where(
            col(earlier.assignment_id) == Assignment.id,
            col(Review.submission_id) == earlier.id,
            col(Review.decision) == Decision.APPROVE,
        )
        .correlate(Assignment)
    )


def count_waiting(
    session: Session, wanted: WaitingSubmissions, *, flagged: bool = False
) -> tuple[int, int]:
    """How many submissions wait, and how many of those have flags (0 without `flagged`)."""
    if not flagged:
        counting = wanted.select().with_only_columns(func.count())
        return session.execute(counting).scalar_one(), 0
    some = func.coalesce(func.sum(case((col(Submission.flag_count) > 0, 1), else_=0)), 0)
    counting = wanted.select(Submission).with_only_columns(func.count(), some)
    total, marked = session.execute(counting).one()
    return total, marked


def find_page(session: Session, wanted: WaitingSubmissions, here: Position) -> tuple[int, int]:
    """The page on which a position stands, and how many lines all pages have; one statement."""
    before = func.coalesce(func.sum(case((wanted.before(here), 1), else_=0)), 0)
    counting = wanted.select_sorted().with_only_columns(before, func.count())
    earlier, total = session.execute(counting).one()
    return earlier // PAGE_LENGTH + 1, total


def list_waiting_measures(session: Session, unit_id: int) -> list[WaitingMeasure]:
    """The measures and periods with submissions to decide about, the oldest measure first."""
    own = aliased(Assignment)
    keys: dict[str, Any] = {
        "measure_id": col(Measure.id),
        "title": col(Measure.title),
        "period": col(own.period),
    }
    by_name = ByName(WaitingMeasure, **keys, count=func.count(col(Assignment.id)))
    rows = session.execute(
        select(*by_name.columns)
        .select_from(own)
        .join(Assignment, col(Assignment.parent_id) == own.id)
        .join(Measure, col(Measure.id) == own.measure_id)
        .where(col(own.unit_id) == unit_id, WAITING)
        .group_by(*keys.values())
        .order_by(col(Measure.id), col(own.period))
    )
    return by_name.values(rows)


def list_numbers(session: Session, assignment_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Assignment id → field → the current submission's number as decimal text."""
    rows = session.execute(
        select(col(AnswerNumber.assignment_id), col(AnswerNumber.field), col(AnswerNumber.value))
        .where(col(AnswerNumber.assignment_id).in_(assignment_ids))
        .order_by(col(AnswerNumber.assignment_id), col(AnswerNumber.field))
    )
    numbers: dict[int, dict[str, str]] = {}
    for assignment_id, name, value in rows:
        numbers.setdefault(assignment_id, {})[name] = decimal_text(Decimal(value) / SCALE)
    return numbers


def find_batch(session: Session, unit_id: int, batch_id: int) -> ReviewBatch | None:
    """The batch with this id, if this unit decided it."""
    batch = session.get(ReviewBatch, batch_id)
    return batch if batch and batch.unit_id == unit_id else None


def list_batches_since(session: Session, unit_id: int, since: datetime) -> Sequence[ReviewBatch]:
    """At most `MOST_BATCHES` batches of the unit since then that are not undone, the last first."""
    return session.scalars(
        select(ReviewBatch)
        .where(
            col(ReviewBatch.unit_id) == unit_id,
            col(ReviewBatch.decided_at) >= since,
            col(ReviewBatch.undone_at).is_(None),
        )
        .order_by(col(ReviewBatch.decided_at).desc(), col(ReviewBatch.id).desc())
        .limit(MOST_BATCHES)
    ).all()


def count_undoable(session: Session, batch_ids: Sequence[int]) -> dict[int, int]:
    """Batch → how many decisions undoing the batch would take back. Where a submission has moved
    on, the decision stays."""
    if not batch_ids:
        return {}
    rows = session.execute(
        select(col(Review.batch_id), func.count())
        .join(Submission, col(Submission.id) == Review.submission_id)
        .join(Assignment, is_current())
        .where(col(Review.batch_id).in_(batch_ids), col(Assignment.status).in_(_REOPENABLE), OPEN)
        .group_by(col(Review.batch_id))
    )
    return {batch_id: count for batch_id, count in rows if batch_id}


_REOPENABLE = [status for status, acts in NEXT.items() if Act.REOPEN in acts]


def find_single_assignment(session: Session, batch_id: int) -> int | None:
    """The assignment of a batch about a single submission; None for a batch about several."""
    rows = session.scalars(
        select(col(Submission.assignment_id))
        .join(Review, col(Review.submission_id) == Submission.id)
        .where(col(Review.batch_id) == batch_id)
        .limit(2)
    ).all()
    return rows[0] if len(rows) == 1 else None
