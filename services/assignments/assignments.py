"""What a unit does with an assignment before it answers: sign for it, detail it, release it."""

from datetime import date, datetime

from sqlmodel import Session

from models import (
    Account,
    Act,
    Assignment,
    Detail,
    Gate,
    Measure,
    MeasureGate,
)
from queries.units.calendars import get_calendar_of
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.assignments.states import signing_releases
from rules.dates.calendar import local_date
from rules.dates.gates import tightened
from rules.forms.field_values import clean_text
from rules.sentences.days import told_day
from rules.sentences.refusal import N_, Refusal
from services.assignments import hand_down
from services.assignments.changes import change, lock_assignment

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


def _gate(session: Session, assignment: Assignment) -> Gate:
    gate = session.get(MeasureGate, (assignment.measure_id, assignment.level))
    return gate.gate if gate else Gate.AUTO


def _inherited_due(session: Session, assignment: Assignment, now: datetime) -> date | None:
    """The due date left for the units below this one by an earlier due date set above."""
    parent = session.get(Assignment, assignment.parent_id) if assignment.parent_id else None
    if parent is None or parent.lower_due_on is None:
        return None
    measure = session.get_one(Measure, assignment.measure_id)
    calendar = get_calendar_of(session, assignment.unit_id)
    return tightened(parent.lower_due_on, measure.review_days, local_date(now), calendar)


def _check_detail(
    assignment: Assignment, text: str, due_on: date | None, contact: str, now: datetime
) -> None:
    if len(text) > LONGEST_DETAIL:
        raise Refusal(N_("细化内容不能超过 %(most)s 字。"), most=LONGEST_DETAIL)
    if len(contact) > 200:
        raise Refusal(N_("联系方式不能超过 200 字。"))
    if due_on and due_on > assignment.due_on:
        latest = told_day(assignment.due_on, local_date(now))
        raise Refusal(N_("给下级的时限不能晚于本级时限 %(due_on)s。"), due_on=latest)
    if due_on and due_on < local_date(now):
        passed = told_day(due_on, local_date(now))
        raise Refusal(N_("给下级的时限 %(due_on)s 已经过去。"), due_on=passed)
