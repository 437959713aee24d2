"""Complaints: a unit says what is too much, and those who ask for it answer (减负反映)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models import (
    Account,
    Assignment,
    Complaint,
    ComplaintAnswer,
    ComplaintKind,
    Measure,
    MessageKind,
    Unit,
)
from queries.assignments.complaints import latest_answer
from queries.units.calendars import get_calendar_of
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.assignments.complaints import asked_units, assignment_of_page, passing_objection
from rules.dates.calendar import local_date
from rules.forms.field_values import clean_text
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import Sentence
from services.messages.messages import Told, tell_units

SHORTEST, LONGEST = 4, 2_000
"""Characters."""
SAME_AGAIN = timedelta(minutes=10)
"""The same complaint of the same account within this time was sent twice by mistake."""


def complain(
    session: Session,
    *,
    kind: ComplaintKind,
    page: str,
    text: str,
    answer_days: int,
    actor: Account,
    now: datetime,
) -> Complaint:
    """Keep a complaint about `page` (a path). The unit above and the issuer of the page's
    assignment owe an answer within `answer_days` working days. Raises `Refusal`."""
    require(actor, Right.COMPLAIN, Subject())
    said = _read_text(text, needed=kind == ComplaintKind.OTHER)
    above_id = session.get_one(Unit, actor.unit_id).parent_id
    assignment_id, issuer_id = _own_assignment(session, page, actor)
    complaint = Complaint(
        unit_id=actor.unit_id, account_id=actor.id, kind=kind, page=page[:300], text=said, at=now,
        assignment_id=assignment_id, above_id=above_id, issuer_id=issuer_id,
        answer_due_on=_answer_by(session, above_id, answer_days, now) if above_id else None,
    )  # fmt: skip
    if (before := _sent_before(session, complaint)) is not None:
        return before
    session.add(complaint)
    session.flush()
    _tell_asked(session, complaint, now)
    return complaint


def _tell_asked(session: Session, complaint: Complaint, now: datetime) -> None:
    """Tell the units that owe an answer."""
    sentence = Sentence(
        N_("%(unit)s反映了一条减负意见，请在 %(day)s 前答复。"),
        {
            "unit": session.get_one(Unit, complaint.unit_id).name,
            "day": str(complaint.answer_due_on),
        },
    )
    asked = sorted(asked_units(complaint))
    tell_units(session, [_told(complaint, unit_id, sentence) for unit_id in asked], now=now)


def _told(complaint: Complaint, unit_id: int, sentence: Sentence) -> Told:
    about, path = f"complaint {complaint.id}", f"/complaints/{complaint.id}"
    return Told(unit_id, MessageKind.COMPLAINT, about, sentence, path)


def _answer_by(session: Session, unit_id: int, answer_days: int, now: datetime) -> date:
    """The last day for an answer, by the calendar of a unit that owes it."""
    return get_calendar_of(session, unit_id).add_workdays(local_date(now), answer_days)


def _read_text(text: str, *, needed: bool = True) -> str:
    said = clean_text(text, multiline=True)
    if len(said) < SHORTEST and (needed or said):
        raise Refusal(N_("请写明哪里重复、多余或负担太重。"))
    if len(said) > LONGEST:
        raise Refusal(N_("最多写 %(longest)s 字。"), longest=LONGEST)
    return said


def _own_assignment(session: Session, page: str, actor: Account) -> tuple[int | None, int | None]:
    """The unit's own assignment that the page belongs to, and the issuer of its measure."""
    found = session.execute(
        select(Assignment.id, Measure.unit_id)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .where(col(Assignment.id) == assignment_of_page(page))
        .where(col(Assignment.unit_id) == actor.unit_id)
    ).one_or_none()
    if found is None:
        return None, None
    return found[0], found[1] if found[1] != actor.unit_id else None


def _sent_before(session: Session, complaint: Complaint) -> Complaint | None:
    return session.exec(
        select(Complaint)
        .where(col(Complaint.account_id) == complaint.account_id)
        .where(col(Complaint.kind) == complaint.kind)
        .where(col(Complaint.page) == complaint.page)
        .where(col(Complaint.text) == complaint.text)
        .where(col(Complaint.at) > complaint.at - SAME_AGAIN)
        .limit(1)
    ).one_or_none()


def answer_complaint(
    session: Session, complaint_id: int, *, text: str, actor: Account, now: datetime
) -> ComplaintAnswer:
    """Answer a complaint, once for all units that owe the answer. Raises `Refusal`."""
    complaint = _locked(session, complaint_id)
    require(actor, Right.ANSWER_COMPLAINT, Subject(asked_ids=asked_units(complaint)))
    if complaint.answered_at is not None:
        raise Refusal(N_("这条反映已经有了答复，请看下面的答复。"))
    said = clean_text(text, multiline=True)
    if len(said) < SHORTEST:
        raise Refusal(N_("请写明怎样处理，或者为什么不能改变。"))
    if len(said) > LONGEST:
        raise Refusal(N_("最多写 %(longest)s 字。"), longest=LONGEST)
    answer = ComplaintAnswer(
        complaint_id=complaint.id, unit_id=actor.unit_id, account_id=actor.id, text=said, at=now
    )
    complaint.answered_at = now
    session.add(answer)
    session.flush()
    answering = session.get_one(Unit, actor.unit_id).name
    sentence = Sentence(N_("%(unit)s答复了本单位的减负反映。"), {"unit": answering})
    tell_units(session, [_told(complaint, complaint.unit_id, sentence)], now=now)
    return answer


def say_helped(session: Session, complaint_id: int, *, helped: bool, actor: Account) -> None:
    """Say whether the latest answer has helped. Raises `Refusal` while the answer is owed."""
    complaint = _locked(session, complaint_id)
    require(actor, Right.SAY_HELPED, Subject(complaint.unit_id))
    latest = latest_answer(session, complaint.id)
    if latest is None or complaint.answered_at is None:
        raise Refusal(N_("还没有答复。"))
    latest.helped = helped
    session.flush()


def pass_complaint_on(
    session: Session, complaint_id: int, *, answer_days: int, actor: Account, now: datetime
) -> Unit:
    """Take a complaint past the issuer, to the unit above the issuer, which owes an answer within
    `answer_days` working days. Without an issuer: past the unit above. Raises `Refusal`."""
    complaint = _locked(session, complaint_id)
    require(actor, Right.PASS_COMPLAINT_ON, Subject(complaint.unit_id))
    today = local_date(now)
    if objection := passing_objection(complaint, latest_answer(session, complaint.id), today):
        raise objection
    higher = _unit_past(session, complaint)
    complaint.passed_on_at, complaint.passed_to_id = now, higher.id
    complaint.answered_at = None
    complaint.answer_due_on = _answer_by(session, higher.id, answer_days, now)
    session.flush()
    _tell_asked(session, complaint, now)
    return higher


def _unit_past(session: Session, complaint: Complaint) -> Unit:
    asked = session.get(Unit, complaint.issuer_id or complaint.above_id)
    higher = session.get(Unit, asked.parent_id) if asked and asked.parent_id else None
    if higher is None:
        raise Refusal(N_("上面没有更高的单位，不能再转了。"))
    return higher


def _locked(session: Session, complaint_id: int) -> Complaint:
    complaint = session.get(Complaint, complaint_id, with_for_update=True, populate_existing=True)
    if complaint is None:
        raise NotFound
    return complaint
