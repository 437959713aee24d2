"""Review batches: many submissions are decided at once, and a batch is undone in ten minutes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import Date, Session, UTCDateTime, col

from models import (
    Account,
    Act,
    Assignment,
    Decision,
    Event,
    Review,
    ReviewBatch,
    Status,
    Submission,
)
from queries.filling.current_submission import is_current
from queries.review.review_list import ReviewFilter, WaitingSubmissions
from queries.units.calendars import get_calendars
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.dates.calendar import local_date
from rules.forms.field_values import clean_text
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from services.assignments.changes import change_all
from services.assignments.roll_up import lock_measures

UNDO_MINUTES = 10
"""For how many minutes a batch can be undone."""
MOST_TICKED = 1_000
"""How many submissions can be ticked on a page. More are chosen with a filter."""
SHORTEST_REASON = 4
LONGEST_REASON = 1_000
RETURN_WORKDAYS = 2
"""The fewest working days a unit has to mend what was returned: time is given, not eaten."""

_DECISIONS: dict[Decision, tuple[Act, Status]] = {
    Decision.APPROVE: (Act.APPROVE, Status.APPROVED),
    Decision.RETURN: (Act.RETURN, Status.RETURNED),
}

_REVIEW = Review.__table__.c  # type: ignore[attr-defined]
_TOO_LATE = {
    Decision.APPROVE: N_("审核结果只能在 %(minutes)s 分钟内撤销，现在可以逐份退回。"),
    Decision.RETURN: N_(
        "退回只能在 %(minutes)s 分钟内撤销，现在不能再撤销。请等对方修改后重新报送，再审核。"
    ),
}


def decide_ticked(
    session: Session,
    submission_ids: Sequence[int],
    decision: Decision,
    *,
    reason: str = "",
    stood_in: bool = False,
    actor: Account,
    now: datetime,
) -> ReviewBatch | None:
    """Approve those submissions that still wait for the actor's unit, or return them whole for one
    reason.

    `stood_in`: they are answers that the unit below has given in the place of others.
    Submissions that were replaced, decided or taken back meanwhile are left out, and those that
    another unit reviews. None: no submission is left. The number of statements does not depend on
    the number of submissions. Raises `Refusal` for a missing reason and for more than
    `MOST_TICKED`.
    """
    if len(submission_ids) > MOST_TICKED:
        raise Refusal(
            N_("一次最多勾选 %(most)s 份，请改用“全部通过”或“全部退回”。"), most=MOST_TICKED
        )
    require(actor, Right.REVIEW, Subject(above_id=actor.unit_id))
    listed = ReviewFilter(stood_in=stood_in)
    ticked = WaitingSubmissions(actor.unit_id, listed).select(Submission)
    ticked = ticked.where(col(Submission.id).in_(submission_ids))
    return _decide(session, ticked, decision, reason, actor, now)


def decide_matching(
    session: Session,
    wanted: WaitingSubmissions,
    decision: Decision,
    *,
    reason: str = "",
    actor: Account,
    now: datetime,
) -> ReviewBatch | None:
    """`decide_ticked` for all submissions that match a filter.

    `wanted.until` is the moment at which the person saw their number. A submission that arrived
    later was not in that number and keeps waiting.
    """
    require(actor, Right.REVIEW, Subject(above_id=wanted.unit_id))
    assert wanted.until is not None
    return _decide(session, wanted.select(Submission), decision, reason, actor, now)


def undo(session: Session, batch_id: int, *, actor: Account, now: datetime) -> ReviewBatch:
    """Undo a batch: its submissions that have not moved on since wait for review again.

    The reviews are removed, the due dates are what they were, and the totals follow. An answer that
    had been approved before the batch returned it is approved again. `undone_count` says how many
    decisions were undone. Undoing twice changes nothing. Raises `Refusal` after `UNDO_MINUTES`, and
    `NotFound` for the batch of another unit.
    """
    batch = session.get(ReviewBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None:
        raise NotFound
    require(actor, Right.UNDO_REVIEW, Subject(batch.unit_id))
    if batch.undone_at is not None:
        return batch
    if now > undo_until(batch):
        raise Refusal(_TOO_LATE[batch.decision], minutes=UNDO_MINUTES)
    approved = _approved_before(session, batch)
    count = change_all(
        session, _of_batch(batch_id), Act.REOPEN, Status.SUBMITTED, actor=actor, now=now,
        due_on=_due_before(batch_id),
    )  # fmt: skip
    session.execute(delete(Review).where(*_reopened(batch_id)))
    if approved:
        _approve_again(session, approved, actor, now)
    batch.undone_at, batch.undone_by, batch.undone_count = now, actor.id, count
    session.flush()
    return batch


def undo_until(batch: ReviewBatch) -> datetime:
    """The last moment at which the batch can be undone."""
    return batch.decided_at + timedelta(minutes=UNDO_MINUTES)


def open_batch(
    session: Session,
    decision: Decision,
    *,
    count: int = 0,
    reason: str = "",
    actor: Account,
    now: datetime,
) -> ReviewBatch:
    """Store the row to which the reviews of one decision point."""
    batch = ReviewBatch(
        unit_id=actor.unit_id,
        decision=decision,
        reason=reason,
        count=count,
        decided_at=now,
        decided_by=actor.id,
    )
    session.add(batch)
    session.flush()
    return batch


def check_reason(typed: str) -> str:
    """The cleaned reason for a return. Raises `Refusal` for a reason too short or too long."""
    reason = clean_text(typed, multiline=True)
    if len(reason) < SHORTEST_REASON:
        raise Refusal(N_("请写明退回的原因，至少 %(shortest)s 个字。"), shortest=SHORTEST_REASON)
    if len(reason) > LONGEST_REASON:
        raise Refusal(N_("退回的原因最多 %(longest)s 字。"), longest=LONGEST_REASON)
    return reason


def mend_by(session: Session, now: datetime) -> date:
    """The earliest due date of a submission that is returned now.

    All of a batch have one date, by the calendar of the units that have none of their own.
    """
    return get_calendars(session).plain.add_workdays(local_date(now), RETURN_WORKDAYS)


def _decide(
    session: Session,
    able: Select[Any],
    decision: Decision,
    reason: str,
    actor: Account,
    now: datetime,
) -> ReviewBatch | None:
    reason = check_reason(reason) if decision == Decision.RETURN else ""
    here = _lock(session, able)
    if here is None:
        return None
    batch = open_batch(session, decision, reason=reason, actor=actor, now=now)
    _add_reviews(session, able.where(here), batch)
    act, status = _DECISIONS[decision]
    values = {"due_on": _time_to_mend(session, now)} if decision == Decision.RETURN else {}
    chosen = _of_batch(batch.id)
    how: dict[str, Any] = {"reason": reason, "actor": actor, "now": now}
    batch.count = change_all(session, chosen, act, status, **how, **values)
    if not batch.count:
        session.delete(batch)
    session.flush()
    return batch if batch.count else None


def _lock(session: Session, able: Select[Any]) -> ColumnElement[bool] | None:
    """Lock the measures of the chosen submissions, and return the clause for these measures.

    None: nothing is chosen. A submission that arrives for another measure in between is not locked,
    and the clause keeps it out of the decision.
    """
    measures = able.with_only_columns(col(Assignment.measure_id)).distinct()
    found = session.scalars(measures).all()
    if not found:
        return None
    here = col(Assignment.measure_id).in_(found)
    lock_measures(session, here)
    return here


def _add_reviews(session: Session, able: Select[Any], batch: ReviewBatch) -> None:
    """Write a review for each of the submissions, in one statement."""
    returned = batch.decision == Decision.RETURN
    values: dict[str, Any] = {
        "submission_id": col(Submission.id),
        "decision": literal(batch.decision, _REVIEW.decision.type),
        "reason": literal(batch.reason),
        "fields": literal((), _REVIEW.fields.type),
        "notes": literal({}, _REVIEW.notes.type),
        "decided_at": literal(batch.decided_at, UTCDateTime()),
        "decided_by": literal(batch.decided_by),
        "batch_id": literal(batch.id),
        "due_before": col(Assignment.due_on) if returned else literal(None, Date),
    }
    rows = able.with_only_columns(*values.values()).order_by(col(Submission.id))
    session.execute(insert(Review).from_select(list(values), rows))


def _time_to_mend(session: Session, now: datetime) -> Any:
    soonest = literal(mend_by(session, now), Date)
    return case((col(Assignment.due_on) < soonest, soonest), else_=col(Assignment.due_on))


def _of_batch(batch_id: int) -> ColumnElement[bool]:
    """The clause for the open assignments whose current submission the batch has decided."""
    own = aliased(Assignment)
    decided = (
        select(col(own.id))
        .join(Submission, col(Submission.assignment_id) == own.id)
        .join(Review, col(Review.submission_id) == Submission.id)
        .where(
            col(Review.batch_id) == batch_id,
            col(Submission.revision) == own.revision,
            col(own.closed_at).is_(None),
        )
    )
    return col(Assignment.id).in_(decided)


def _due_before(batch_id: int) -> Any:
    """The due date that an assignment had before the batch returned it."""
    before = (
        select(col(Review.due_before))
        .join(Submission, col(Submission.id) == Review.submission_id)
        .where(col(Review.batch_id) == batch_id, is_current())
        .correlate(Assignment)
        .scalar_subquery()
    )
    return func.coalesce(before, col(Assignment.due_on))


def _reopened(batch_id: int) -> tuple[ColumnElement[bool], ...]:
    """The clauses for the reviews of the batch whose submission waits for review again."""
    waiting = (
        select(col(Submission.id))
        .join(Assignment, is_current())
        .where(col(Assignment.status) == Status.SUBMITTED)
    )
    return col(Review.batch_id) == batch_id, col(Review.submission_id).in_(waiting)


def _approved_before(session: Session, batch: ReviewBatch) -> Sequence[int | None]:
    """The approved assignments that the batch has returned and that have not moved on since."""
    if batch.decision != Decision.RETURN:
        return []
    return session.scalars(
        select(col(Assignment.id))
        .join(Event, col(Event.assignment_id) == Assignment.id)
        .where(
            _of_batch(batch.id),
            col(Assignment.status) == Status.RETURNED,
            col(Event.act) == Act.RETURN,
            col(Event.at) == batch.decided_at,
            col(Event.from_status) == Status.APPROVED,
        )
    ).all()


def _approve_again(
    session: Session, ids: Sequence[int | None], actor: Account, now: datetime
) -> None:
    """Approve reopened assignments again, at the time and by the account of their last approval."""
    chosen = col(Assignment.id).in_(ids)
    latest = (
        select(func.max(Event.id))
        .where(col(Event.assignment_id) == Assignment.id, col(Event.act) == Act.APPROVE)
        .correlate(Assignment)
        .scalar_subquery()
    )
    values: dict[str, Any] = {
        "submission_id": col(Submission.id),
        "decision": literal(Decision.APPROVE, _REVIEW.decision.type),
        "reason": literal(""),
        "fields": literal((), _REVIEW.fields.type),
        "notes": literal({}, _REVIEW.notes.type),
        "decided_at": col(Event.at),
        "decided_by": col(Event.account_id),
    }
    rows = (
        select(*values.values())
        .select_from(Assignment)
        .join(Submission, is_current())
        .join(Event, col(Event.id) == latest)
        .where(chosen)
    )
    session.execute(insert(Review).from_select(list(values), rows))
    change_all(session, chosen, Act.APPROVE, Status.APPROVED, actor=actor, now=now)
