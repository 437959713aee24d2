"""Closing (办结): the office ends the work on measures, and can open a measure again (重新开启).

Everything is written in one transaction. Approved assignments become closed. All others keep their
status and their drafts, and nothing more can be done with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from models import (
    Account,
    Assignment,
    HandDown,
    Measure,
    MeasureAct,
    MeasureStatus,
    Occurrence,
    Outcome,
    Schedule,
)
from queries.campaigns.courses import course_of
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal
from services.assignments.changes import close_all, open_all_again
from services.campaigns.measure_history import record_measures
from services.campaigns.measures import LONGEST_REASON, require_status
from services.campaigns.occurrences import set_next


def close_measures(
    session: Session, measures: Sequence[Measure], *, actor: Account, now: datetime
) -> int:
    """Close released measures, and return how many assignments were ended.

    A measure that is closed already is left alone, so that two clicks are as one. Schedules pause,
    and wishes to hand down end. The number of statements is constant. Raises `Refusal` for a
    measure that was never released or is withdrawn.
    """
    for measure in measures:
        require(actor, Right.CLOSE_MEASURE, Subject(measure.unit_id))
    found = [
        measure for measure in _locked(session, measures) if measure.status != MeasureStatus.CLOSED
    ]
    for measure in found:
        require_status(measure, MeasureStatus.RELEASED)
    ids = [measure.id for measure in found]
    if not ids:
        return 0
    count = close_all(session, col(Assignment.measure_id).in_(ids), actor=actor, now=now)
    _end_wishes(session, ids, now)
    _pause_schedules(session, ids, now)
    _turn_all(session, ids, MeasureStatus.RELEASED, MeasureStatus.CLOSED)
    differs = {"status": [MeasureStatus.RELEASED, MeasureStatus.CLOSED]}
    record_measures(session, ids, MeasureAct.CLOSE, actor=actor, now=now, differs=differs)
    return count


def open_measure_again(
    session: Session, measure: Measure, *, reason: str, actor: Account, now: datetime
) -> int:
    """Take the closing of a measure back, and return how many assignments are open again.

    Statuses and wishes that were not fulfilled are as before; schedules go on from now. A measure
    that is open already is left alone. Raises `Refusal` without a reason.
    """
    require(actor, Right.OPEN_MEASURE_AGAIN, Subject(measure.unit_id))
    _locked(session, [measure])
    if measure.status == MeasureStatus.RELEASED:
        return 0
    require_status(measure, MeasureStatus.CLOSED)
    reason = _reason(reason)
    measure_id = measure.id
    _resume_wishes(session, measure_id)
    own = col(Assignment.measure_id) == measure_id
    count = open_all_again(session, own, reason=reason, actor=actor, now=now)
    _resume_schedules(session, measure_id, now)
    _turn_all(session, [measure_id], MeasureStatus.CLOSED, MeasureStatus.RELEASED)
    differs = {"status": [MeasureStatus.CLOSED, MeasureStatus.RELEASED]}
    record_measures(
        session, [measure_id], MeasureAct.OPEN_AGAIN,
        actor=actor, now=now, reason=reason, differs=differs,
    )  # fmt: skip
    return count


def _locked(session: Session, measures: Sequence[Measure]) -> Sequence[Measure]:
    """The measures as they are stored now, locked in the order of their ids."""
    chosen = select(Measure).where(col(Measure.id).in_([measure.id for measure in measures]))
    lock = chosen.order_by(col(Measure.id)).with_for_update(key_share=True)
    return session.scalars(lock.execution_options(populate_existing=True)).all()


def _reason(typed: str) -> str:
    reason = clean_text(typed, multiline=True)
    if not reason:
        raise Refusal(N_("请写明重新开启的原因。"))
    if len(reason) > LONGEST_REASON:
        raise Refusal(N_("重新开启的原因最多 %(longest)s 字。"), longest=LONGEST_REASON)
    return reason


def _turn_all(
    session: Session, ids: Sequence[int], before: MeasureStatus, after: MeasureStatus
) -> None:
    session.execute(
        update(Measure)
        .where(col(Measure.id).in_(ids), col(Measure.status) == before)
        .values(status=after)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def _end_wishes(session: Session, ids: Sequence[int], now: datetime) -> None:
    session.execute(
        update(HandDown)
        .where(col(HandDown.measure_id).in_(ids), col(HandDown.done_at).is_(None))
        .values(done_at=now)
        .execution_options(synchronize_session=False)
    )


def _resume_wishes(session: Session, measure_id: int) -> None:
    """Open the wishes again that ended with the closing."""
    closed_at = select(func.max(Assignment.closed_at)).where(
        col(Assignment.measure_id) == measure_id
    )
    session.execute(
        update(HandDown)
        .where(
            col(HandDown.measure_id) == measure_id,
            col(HandDown.done_at) == closed_at.scalar_subquery(),
        )
        .values(done_at=None)
        .execution_options(synchronize_session=False)
    )


def _pause_schedules(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Pause the schedules of the measures. Occurrences that are open end as stopped."""
    own = col(Schedule.measure_id).in_(ids)
    session.execute(
        update(Schedule)
        .where(own, col(Schedule.next_at).is_not(None))
        .values(next_at=None, next_day=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Occurrence)
        .where(
            col(Occurrence.schedule_id).in_(select(col(Schedule.id)).where(own)),
            col(Occurrence.settled_at).is_(None),
        )
        .values(settled_at=now, outcome=Outcome.STOPPED)
        .execution_options(synchronize_session=False)
    )


def _resume_schedules(session: Session, measure_id: int, now: datetime) -> None:
    """Let the schedules that nobody has stopped go on with their next moment."""
    paused = select(Schedule).where(
        col(Schedule.measure_id) == measure_id,
        col(Schedule.active),
        col(Schedule.cron) != "",
        col(Schedule.next_at).is_(None),
        col(Schedule.paused_at).is_(None),
    )
    for schedule in session.scalars(paused.with_for_update()).all():
        set_next(schedule, course_of(session, schedule).coming(now))
        session.add(schedule)
    session.flush()
