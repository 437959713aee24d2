"""What a unit does with an assignment before it answers: sign for it, detail it, release it."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, literal, select
from sqlmodel import Session, col

from adapters.database import insert_into
from models import (
    Account,
    Act,
    Assignment,
    Detail,
    Gate,
    HandDown,
    Measure,
    MeasureGate,
    Status,
)
from queries.assignments.still_open import OPEN
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.assignments.states import signing_releases
from rules.dates.calendar import local_date
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal
from services.assignments import hand_down
from services.assignments.changes import change, change_all, lock_assignment

LONGEST_DETAIL = 5000
"""Characters."""


def acknowledge(
    session: Session, assignment_id: int, *, actor: Account, now: datetime
) -> Assignment:
    """The unit signs for the assignment. Where the gate asks for no more, signing releases it as
    well.

    Signing twice changes nothing, so that a clerk who taps twice is told the same as after one tap.
    """
    assignment = lock_assignment(session, assignment_id)
    require(actor, Right.ACKNOWLEDGE, Subject(assignment.unit_id))
    if assignment.acknowledged_at is not None:
        return assignment
    releases = signing_releases(
        assignment.status, lowest=assignment.lowest, gate=_gate(session, assignment)
    )
    assignment = change(
        session, assignment, Act.ACKNOWLEDGE, actor=actor, now=now, acknowledged_at=now
    )
    if releases:
        _release(session, assignment, actor=actor, now=now)
    return assignment


def save_detail(
    session: Session,
    assignment_id: int,
    *,
    text: str,
    due_on: date | None,
    contact: str,
    actor: Account,
    now: datetime,
) -> Detail:
    """Keep what the unit adds for everything below, until the unit releases the assignment.

    A unit may add and tighten, never drop. Raises `Refusal` when the due date is later than the
    unit's own, or already over.
    """
    text, contact = clean_text(text, multiline=True), clean_text(contact, multiline=False)
    assignment = lock_assignment(session, assignment_id)
    require(actor, Right.DETAIL, Subject(assignment.unit_id))
    _check_detail(assignment, text, due_on, contact, now)
    if assignment.acknowledged_at is None:
        assignment = change(
            session, assignment, Act.ACKNOWLEDGE, actor=actor, now=now, acknowledged_at=now
        )
    inherited = _inherited_due(session, assignment, now)
    tightest = min((day for day in (inherited, due_on) if day), default=None)
    change(session, assignment, Act.DETAIL, actor=actor, now=now, lower_due_on=tightest)
    detail = session.get(Detail, assignment_id) or Detail(
        assignment_id=assignment_id, written_at=now, written_by=actor.id
    )
    detail.text, detail.due_on, detail.contact = text, due_on, contact
    detail.written_at, detail.written_by = now, actor.id
    session.add(detail)
    session.flush()
    return detail


def release(session: Session, assignment_id: int, *, actor: Account, now: datetime) -> Assignment:
    """The unit releases the assignment to the units below.

    The wish to hand it down is written in the same transaction. Releasing twice changes nothing.
    """
    assignment = lock_assignment(session, assignment_id)
    require(actor, Right.PASS_ON, Subject(assignment.unit_id))
    if assignment.released_at is not None:
        return assignment
    if assignment.acknowledged_at is None:
        assignment = change(
            session, assignment, Act.ACKNOWLEDGE, actor=actor, now=now, acknowledged_at=now
        )
    return _release(session, assignment, actor=actor, now=now)


def pass_on_overdue(session: Session, *, now: datetime) -> int:
    """Release the assignments that have waited at a gate past its time, and return how many.

    So one sleeping office holds nobody up. The number of statements is constant.
    """
    over = and_(
        col(Assignment.passes_on_on) <= local_date(now),
        col(Assignment.released_at).is_(None),
        col(Assignment.lowest).is_(False),
        col(Assignment.status).in_((Status.ISSUED, Status.ACKNOWLEDGED)),
        OPEN,
    )
    ids = session.scalars(select(col(Assignment.id)).where(over)).all()
    if not ids:
        return 0
    chosen = col(Assignment.id).in_(ids)
    count = change_all(
        session,
        chosen,
        Act.PASS_ON,
        Status.RELEASED,
        actor=None,
        now=now,
        reason=N_("超过时限，自动下发"),
        released_at=now,
    )
    _request_all(session, chosen, now)
    return count


def _release(
    session: Session, assignment: Assignment, *, actor: Account, now: datetime
) -> Assignment:
    change(session, assignment, Act.RELEASE, actor=actor, now=now, released_at=now)
    hand_down.request(
        session,
        assignment.measure_id,
        assignment.period,
        assignment.unit_id,
        actor=actor,
        now=now,
    )
    return assignment


def _request_all(session: Session, released: ColumnElement[bool], now: datetime) -> None:
    """Write the wishes for all assignments that were just passed on by themselves."""
    rows = select(
        col(Assignment.measure_id),
        col(Assignment.period),
        col(Assignment.unit_id),
        literal(now, HandDown.__table__.c.requested_at.type),  # type: ignore[attr-defined]
    ).where(released, col(Assignment.released_at).is_not(None))
    names = ["measure_id", "period", "unit_id", "requested_at"]
    statement = insert_into(session, HandDown).from_select(names, rows)
    session.execute(statement.on_conflict_do_nothing())


def _gate(session: Session, assignment: Assignment) -> Gate:
    gate = session.get(MeasureGate, (assignment.measure_id, assignment.level))
    return gate.gate if gate else Gate.AUTO


def _inherited_due(session: Session, assignment: Assignment, now: datetime) -> date | None:
    """The due date left for the units below this one by an earlier due date set above."""
    parent = session.get(Assignment, assignment.parent_id) if assignment.parent_id else None
    if parent is None or parent.lower_due_on is None:
        return None
    measure = session.get_one(Measure, assignment.measure_id)
    return hand_down.tightened(parent.lower_due_on, measure.review_days, local_date(now))


def _check_detail(
    assignment: Assignment, text: str, due_on: date | None, contact: str, now: datetime
) -> None:
    if len(text) > LONGEST_DETAIL:
        raise Refusal(N_("细化内容不能超过 %(most)s 字。"), most=LONGEST_DETAIL)
    if len(contact) > 200:
        raise Refusal(N_("联系方式不能超过 200 字。"))
    if due_on and due_on > assignment.due_on:
        raise Refusal(
            N_("给下级的时限不能晚于本级时限 %(due_on)s。"), due_on=assignment.due_on.isoformat()
        )
    if due_on and due_on < local_date(now):
        raise Refusal(N_("给下级的时限 %(due_on)s 已经过去。"), due_on=due_on.isoformat())
