"""Builders of tests about reports: answered, returned and late assignments, without the pages."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models import (
    Account,
    AnswerNumber,
    Assignment,
    Decision,
    Measure,
    Review,
    Status,
    Submission,
    Unit,
)
from services.assignments.roll_up import rolled_up
from tests.building import (
    make_account,
    make_campaign,
    make_form,
    make_measure,
    release_down,
)
from tests.conftest import NOW
from tests.scenes import scene

TODAY = date(2026, 11, 23)
SCALE = 10_000


def answer(
    session: Session,
    assignment: Assignment,
    actor: Account,
    answers: dict[str, Any],
    *,
    status: Status = Status.SUBMITTED,
    reason: str = "",
    now: datetime = NOW,
) -> None:
    """Send `answers` (numbers as int or decimal text) and review them up to `status`."""
    with rolled_up(session, col(Assignment.id) == assignment.id):
        write_answer(session, assignment, actor, answers, status, reason, now)


def write_answer(
    session: Session,
    assignment: Assignment,
    actor: Account,
    answers: dict[str, Any],
    status: Status = Status.SUBMITTED,
    reason: str = "",
    now: datetime = NOW,
) -> None:
    """As `answer`, where many are rolled up together."""
    measure = session.get_one(Measure, assignment.measure_id)
    submission = Submission(
        assignment_id=assignment.id, revision=1, answers=answers,
        form_version_id=measure.form_version_id if assignment.answering else None,
        send_key=f"{assignment.id}-1", receipt=f"R{assignment.id}-1",
        checksum="0" * 64, sent_at=now, sent_by=actor.id,
    )  # fmt: skip
    session.add(submission)
    session.flush()
    for name in answers.keys() & {"checked", "spent"}:
        value = round(float(answers[name]) * SCALE)
        session.add(AnswerNumber(assignment_id=assignment.id, field=name, value=value))
    _review(session, submission, actor, status, reason, now)
    assignment.status, assignment.revision = status, 1
    assignment.acknowledged_at = assignment.acknowledged_at or now
    assignment.sent_at = now
    assignment.late = assignment.due_on < TODAY - timedelta(days=1)
    session.add(assignment)


def _review(
    session: Session,
    submission: Submission,
    actor: Account,
    status: Status,
    reason: str,
    now: datetime,
) -> None:
    decision = {Status.APPROVED: Decision.APPROVE, Status.RETURNED: Decision.RETURN}.get(status)
    if decision:
        session.add(
            Review(
                submission_id=submission.id,
                decision=decision,
                reason=reason,
                fields=(),
                decided_at=now,
                decided_by=actor.id,
            )
        )


def busy_campaign(session: Session, titles: tuple[str, ...] = ("入户排查", "宣传培训")) -> int:
    """A campaign of some measures, handed down and answered in every way; its id.

    The first measure is over since the 20th: who has not answered it is overdue.
    """
    office = make_account(session)
    campaign = make_campaign(session, office)
    form = make_form(session, office)
    for place, title in enumerate(titles):
        due = "2026-11-20" if place == 0 else "2026-12-20"
        measure = make_measure(session, office, campaign, title=title, form=form, due_rule=due)
        measure.position, measure.path = place, f"二/（{'一二三四五六七八九'[place]}）"
        measure.target_count = 3 if place == 0 else None
        measure.target_label = "专题研讨" if place == 0 else ""
        session.flush()
        release_down(session, measure, office, NOW - timedelta(days=10))
        answer_some(session, measure, office)
    session.flush()
    return campaign.id


@scene
def answered_campaign(session: Session) -> int:
    """The id of a busy campaign of two measures."""
    return busy_campaign(session)


def answer_some(session: Session, measure: Measure, actor: Account) -> None:
    """Of five lowest units one approved, two submitted, one returned, one silent; some above."""
    query = (
        select(Assignment, Unit)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(Assignment.measure_id == measure.id)
        .order_by(col(Unit.lft))
    )
    with rolled_up(session, col(Assignment.measure_id) == measure.id):
        for place, (assignment, unit) in enumerate(session.exec(query).all()):
            if assignment.lowest and place % 5:
                status = (Status.APPROVED, Status.SUBMITTED, Status.RETURNED)[place % 3]
                numbers = {"checked": place * 7, "spent": f"{place}.{place}5", "note": "已排查。"}
                reason = "户数与上月不符，请核对" if status == Status.RETURNED else ""
                write_answer(session, assignment, actor, numbers, status, reason)
            elif unit.level in {"league", "township"} and place % 2:
                words = f"{unit.name}组织力量逐村核查，进展正常。"
                write_answer(
                    session, assignment, actor, {"narrative": words, "problems": "人手不足。"}
                )
