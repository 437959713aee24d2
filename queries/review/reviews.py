"""Queries about reviews: pages of what waits for a unit's decision, counts and batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, UTCDateTime, col

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
from models.parameters import among
from queries.assignments.still_open import OPEN, WAITING_DIRECTLY
from queries.filling.current_submission import is_current
from queries.filling.stand_ins import stood_in_for
from queries.review.review_list import SHAPES, Position, Shape, WaitingSubmissions, at
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
    stood_in: bool
    """Whether the unit above has answered in the place of the unit."""

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
    rows = list_waiting_rows(session, wanted, page=page, size=PAGE_LENGTH)
    numbers = list_numbers(session, [row.assignment_id for row in rows])
    return ReviewPage(rows, numbers, total, page)


def list_waiting_rows(
    session: Session, wanted: WaitingSubmissions, *, page: int, size: int
) -> list[WaitingSubmission]:
    """The rows of one page. Their keys are found first, so that no other rows are read whole."""
    given = {**wanted.given, "most": size, "offset": (page - 1) * size}
    return _ROW.values(session.execute(_rows(wanted.shape), given))


@lru_cache(SHAPES)
def _rows(shape: Shape) -> Select[Any]:
    keys = (
        shape.in_order()
        .limit(bindparam("most", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
        .subquery()
    )
    reviewer = bindparam("reviewer", type_=Integer)
    return (
        select(*_ROW.columns)
        .select_from(keys)
        .join(Assignment, col(Assignment.id) == keys.c.id)
        .join(Submission, is_current())
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .outerjoin(_UPPER, and_(col(_UPPER.id) == Unit.parent_id, col(_UPPER.id) != reviewer))
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .order_by(keys.c.key, keys.c.id)
    )


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
    total, marked = session.execute(_count(wanted.shape, flagged), wanted.given).one()
    return total, marked


@lru_cache(SHAPES)
def _count(shape: Shape, flagged: bool) -> Select[Any]:
    if not flagged:
        return shape.select().with_only_columns(func.count(), literal(0))
    some = func.coalesce(func.sum(case((col(Submission.flag_count) > 0, 1), else_=0)), 0)
    return shape.select(Submission).with_only_columns(func.count(), some)


def find_page(session: Session, wanted: WaitingSubmissions, here: Position) -> tuple[int, int]:
    """The page on which a position stands, and how many lines all pages have; one statement."""
    given = {**wanted.given, **at(here)}
    earlier, total = session.execute(_page(wanted.shape), given).one()
    return earlier // PAGE_LENGTH + 1, total


@lru_cache(SHAPES)
def _page(shape: Shape) -> Select[Any]:
    before = func.coalesce(func.sum(case((shape.before(), 1), else_=0)), 0)
    return shape.select_sorted().with_only_columns(before, func.count())


def list_waiting_measures(session: Session, unit_id: int) -> list[WaitingMeasure]:
    """The measures and periods with submissions to decide about, the oldest measure first."""
    return _MEASURE.values(session.execute(_LIST_MEASURES, {"unit": unit_id}))


def list_numbers(session: Session, assignment_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Assignment id → field → the current submission's number as decimal text."""
    rows = session.execute(_LIST_NUMBERS, {"ids": assignment_ids})
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
    return session.scalars(_BATCHES, {"unit": unit_id, "since": since}).all()


def count_undoable(session: Session, batch_ids: Sequence[int]) -> dict[int, int]:
    """Batch → how many decisions undoing the batch would take back. Where a submission has moved
    on, the decision stays."""
    if not batch_ids:
        return {}
    rows = session.execute(_UNDOABLE, {"batches": batch_ids})
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


_UPPER, _OWN = aliased(Unit), aliased(Assignment)
_ROW = ByName(
    WaitingSubmission,
    submission_id=col(Submission.id),
    assignment_id=col(Assignment.id),
    revision=col(Submission.revision),
    unit_code=col(Unit.code),
    unit_name=col(Unit.name),
    upper_name=col(_UPPER.name),
    measure_id=col(Measure.id),
    measure_title=col(Measure.title),
    period=col(Assignment.period),
    due_on=col(Assignment.due_on),
    sent_at=col(Submission.sent_at),
    review_due_on=col(Assignment.review_due_on),
    late=col(Assignment.late),
    flag_count=col(Submission.flag_count),
    corrects=_approved_before(),
    stood_in=stood_in_for(),
)
_MEASURE_KEYS: dict[str, Any] = {
    "measure_id": col(Measure.id),
    "title": col(Measure.title),
    "period": col(_OWN.period),
}
_MEASURE = ByName(WaitingMeasure, **_MEASURE_KEYS, count=func.count(col(Assignment.id)))
_UNIT = bindparam("unit", type_=Integer)
_LIST_MEASURES = (
    select(*_MEASURE.columns)
    .select_from(_OWN)
    .join(Assignment, col(Assignment.parent_id) == _OWN.id)
    .join(Measure, col(Measure.id) == _OWN.measure_id)
    .where(col(_OWN.unit_id) == _UNIT, WAITING_DIRECTLY)
    .group_by(*_MEASURE_KEYS.values())
    .order_by(col(Measure.id), col(_OWN.period))
)
_LIST_NUMBERS = (
    select(col(AnswerNumber.assignment_id), col(AnswerNumber.field), col(AnswerNumber.value))
    .where(among(col(AnswerNumber.assignment_id), "ids"))
    .order_by(col(AnswerNumber.assignment_id), col(AnswerNumber.field))
)
_BATCHES = (
    select(ReviewBatch)
    .where(
        col(ReviewBatch.unit_id) == _UNIT,
        col(ReviewBatch.decided_at) >= bindparam("since", type_=UTCDateTime()),
        col(ReviewBatch.undone_at).is_(None),
    )
    .order_by(col(ReviewBatch.decided_at).desc(), col(ReviewBatch.id).desc())
    .limit(MOST_BATCHES)
)
_UNDOABLE = (
    select(col(Review.batch_id), func.count())
    .join(Submission, col(Submission.id) == Review.submission_id)
    .join(Assignment, is_current())
    .where(among(col(Review.batch_id), "batches"), col(Assignment.status).in_(_REOPENABLE), OPEN)
    .group_by(col(Review.batch_id))
)
"""Statements that are built once in the life of the process."""
