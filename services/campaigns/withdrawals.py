"""Withdrawing (撤回): the office takes a released measure back from every unit."""

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from models import (
    Account,
    Act,
    Assignment,
    HandDown,
    Measure,
    MeasureAct,
    MeasureStatus,
    Schedule,
    Status,
)
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal
from services.assignments.changes import change_all
from services.campaigns import occurrences
from services.campaigns.measure_history import record_measures
from services.campaigns.measures import LONGEST_REASON, require_status


def withdraw_measure(
    session: Session, measure: Measure, *, reason: str, actor: Account, now: datetime
) -> int:
    """Withdraw a released measure from every unit, and return how many assignments were ended.

    The measure's schedules stop for good, because a withdrawn measure is never released again.
    """
    require(actor, Right.WITHDRAW_MEASURE, Subject(measure.unit_id))
    require_status(measure, MeasureStatus.RELEASED)
    reason, measure_id = _reason(reason), measure.id
    own = col(Assignment.measure_id) == measure_id
    withdrawn, act = Status.WITHDRAWN, Act.WITHDRAW
    count = change_all(session, own, act, withdrawn, actor=actor, now=now, reason=reason)
    session.execute(
        update(HandDown)
        .where(col(HandDown.measure_id) == measure_id, col(HandDown.done_at).is_(None))
        .values(done_at=now)
    )
    _stop_schedules(session, measure_id, actor, now)
    differs = {"status": [measure.status, MeasureStatus.WITHDRAWN]}
    measure.status = MeasureStatus.WITHDRAWN
    session.add(measure)
    session.flush()
    record_measures(
        session, [measure_id], MeasureAct.WITHDRAW,
        actor=actor, now=now, reason=reason, differs=differs,
    )  # fmt: skip
    return count


def _reason(typed: str) -> str:
    reason = clean_text(typed, multiline=True)
    if len(reason) < 2:
        raise Refusal(N_("请写明撤回的原因，下级会看到。"))
    if len(reason) > LONGEST_REASON:  # The reason is written into the history of every unit.
        raise Refusal(N_("撤回的原因最多 %(longest)s 字。"), longest=LONGEST_REASON)
    return reason


def _stop_schedules(session: Session, measure_id: int, actor: Account, now: datetime) -> None:
    """Stop what was planned for the measure, and name each plan in its history."""
    active = select(Schedule).where(col(Schedule.measure_id) == measure_id, col(Schedule.active))
    for schedule in session.scalars(active.order_by(col(Schedule.id))).all():
        if occurrences.stop(session, schedule, now=now):
            ids, act = [measure_id], MeasureAct.STOP_SCHEDULE
            record_measures(session, ids, act, schedule_id=schedule.id, actor=actor, now=now)
