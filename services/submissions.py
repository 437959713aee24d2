"""Submissions: keeping a draft, sending a filled form, taking it back."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import Session, col

from adapters.database import insert_into
from models import Account, Act, AnswerNumber, Assignment, Draft, Submission
from queries.coverage import get_coverage
from queries.submissions import find_by_send_key, get_answer_sheet
from rules.dates.calendar import local_date, local_time
from rules.forms.answer_sheet import AnswerSheet
from rules.forms.answers import Typed, cleaned, numbers
from rules.forms.faults import Fault
from rules.forms.receipts import checksum, receipt_number
from rules.refusal import N_, Refusal
from rules.states import after
from services.changes import change, lock_assignment

LONGEST_DRAFT = 200_000
"""Characters of all fields together."""


@dataclass(frozen=True)
class Sent:
    """The form has arrived."""

    submission: Submission
    again: bool = False
    """The same sending had arrived before; nothing was changed now."""


@dataclass(frozen=True)
class Faulty:
    """The form has faults, told by field name. What was typed is kept as the draft."""

    faults: dict[str, Fault]


def save_draft(
    session: Session, assignment_id: int, typed: Typed, *, actor: Account, now: datetime
) -> None:
    """Keep what was typed so far, as typed; it replaces the draft there is.

    `typed` holds the whole form. Raises `Refusal` when the unit is not the actor's, nothing is to
    be filled in now, or it is too long to keep.
    """
    session.get_one(Assignment, assignment_id, with_for_update=True, populate_existing=True)
    sheet = get_answer_sheet(session, assignment_id)
    _check_own(sheet, actor)
    after(sheet.assignment.status, Act.SUBMIT, lowest=sheet.assignment.lowest)
    _keep(session, sheet, typed, actor, now)


def submit(
    session: Session,
    assignment_id: int,
    typed: Typed,
    *,
    send_key: str,
    seen_revision: int | None = None,
    actor: Account,
    now: datetime,
) -> Sent | Faulty:
    """Send a filled form: a new revision with a receipt, or the faults it has.

    `send_key` was made when the form was opened; sending with it again returns what it made the
    first time. `seen_revision` is the revision the person saw then (0: none). Fields that were
    not returned keep their earlier answer, whatever was sent. At the lowest level sending signs
    for the assignment; the unit that issued the measure has nobody above it and is approved at
    once. Raises `Refusal` when somebody else has sent one meanwhile, or the status forbids it.
    """
    assignment = lock_assignment(session, assignment_id)
    sheet = get_answer_sheet(session, assignment_id)
    _check_own(sheet, actor)
    earlier = find_by_send_key(session, _send_key(send_key))
    if earlier:
        return _sent_again(sheet, earlier, typed)
    _check_seen(sheet, seen_revision)
    after(assignment.status, Act.SUBMIT, lowest=assignment.lowest)
    checked = sheet.check(typed)
    if not checked.ok:
        _keep(session, sheet, typed, actor, now)
        return Faulty(checked.faults)
    submission = _add_submission(session, sheet, checked.values, send_key, actor, now)
    _write_numbers(session, sheet, checked.values)
    _set_sent(session, assignment, actor, now)
    session.execute(delete(Draft).where(col(Draft.assignment_id) == assignment_id))
    return Sent(submission)


def recall(session: Session, assignment_id: int, *, actor: Account, now: datetime) -> Assignment:
    """Take the unit's own submission back before it is reviewed; the revision stays on file.

    Where nothing was ever reviewed it counts as never sent, so that an empty form sent in time
    and taken back does not hide a late answer. Raises `Refusal`.
    """
    assignment = lock_assignment(session, assignment_id)
    sheet = get_answer_sheet(session, assignment_id)
    _check_own(sheet, actor)
    never_reviewed = sheet.review is None
    values: dict[str, Any] = {"sent_at": None, "late": False} if never_reviewed else {}
    return change(session, assignment, Act.RECALL, actor=actor, now=now, **values)


def _check_own(sheet: AnswerSheet, actor: Account) -> None:
    if actor.unit_id != sheet.assignment.unit_id:
        raise Refusal(N_("这项任务由“%(unit)s”填报，其他单位不能代填。"), unit=sheet.unit.name)


def _send_key(send_key: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,64}", send_key):
        raise Refusal(N_("这份表单缺少编号，请重新打开后再发送。"))
    return send_key


def _sent_again(sheet: AnswerSheet, earlier: Submission, typed: Typed) -> Sent:
    """What the key made the first time. Raises `Refusal` when this is not the same sending."""
    if earlier.assignment_id != sheet.assignment.id:
        raise Refusal(N_("这份表单属于另一项任务，请重新打开后再发送。"))
    checked = sheet.check(typed)
    for name in sheet.open_names & typed.keys():
        if name in checked.faults or checked.values.get(name) != earlier.answers.get(name):
            raise Refusal(
                N_("这份表单已于 %(when)s 送达（回执 %(receipt)s），之后改动的内容没有送出。"),
                when=_clock(earlier.sent_at),
                receipt=earlier.receipt,
            )
    return Sent(earlier, again=True)


def _check_seen(sheet: AnswerSheet, seen_revision: int | None) -> None:
    if sheet.last is None or seen_revision is None or seen_revision >= sheet.revision:
        return
    raise Refusal(
        N_(
            "打开这份表单之后，“%(who)s”已于 %(when)s 填报（回执 %(receipt)s）。"
            "您这一份没有送出，请先看看那一份。"
        ),
        who=sheet.last_sender,
        when=_clock(sheet.last.sent_at),
        receipt=sheet.last.receipt,
    )


def _clock(moment: datetime) -> str:
    """The time as both languages write it."""
    return f"{local_time(moment):%m-%d %H:%M}"


def _add_submission(
    session: Session,
    sheet: AnswerSheet,
    answers: dict[str, Any],
    send_key: str,
    actor: Account,
    now: datetime,
) -> Submission:
    assignment = sheet.assignment
    assert assignment.id is not None
    assert actor.id is not None
    revision = sheet.revision + 1
    rolled_up = {} if assignment.lowest else get_coverage(session, assignment)
    submission = Submission(
        assignment_id=assignment.id,
        revision=revision,
        form_version_id=sheet.version_id,
        answers=answers,
        rolled_up=rolled_up,
        send_key=send_key,
        receipt=receipt_number(assignment.id, revision),
        checksum=checksum(
            assignment_id=assignment.id,
            revision=revision,
            form_version_id=sheet.version_id,
            answers=answers,
            rolled_up=rolled_up,
            sent_at=now,
        ),
        sent_at=now,
        sent_by=actor.id,
    )
    session.add(submission)
    session.flush()
    return submission


def _write_numbers(session: Session, sheet: AnswerSheet, answers: dict[str, Any]) -> None:
    """Put the answered numbers in the place of the earlier ones.

    The assignment is not among the reported ones at this moment, so no total changes before its
    status does.
    """
    key = sheet.assignment.id
    session.execute(delete(AnswerNumber).where(col(AnswerNumber.assignment_id) == key))
    rows = [
        {"assignment_id": key, "field": name, "value": value}
        for name, value in numbers(sheet.fields, answers).items()
    ]
    if rows:
        session.execute(insert(AnswerNumber), rows)


def _set_sent(session: Session, assignment: Assignment, actor: Account, now: datetime) -> None:
    first = assignment.sent_at is None
    change(
        session,
        assignment,
        Act.SUBMIT,
        actor=actor,
        now=now,
        acknowledged_at=assignment.acknowledged_at or now,
        sent_at=assignment.sent_at or now,
        late=local_date(now) > assignment.due_on if first else assignment.late,
    )
    if assignment.parent_id is None:
        change(session, assignment, Act.APPROVE, actor=None, now=now)


def _keep(
    session: Session, sheet: AnswerSheet, typed: Typed, actor: Account, now: datetime
) -> None:
    answers = cleaned(typed, sorted(sheet.open_names))
    if sum(len(text) for texts in answers.values() for text in texts) > LONGEST_DRAFT:
        raise Refusal(N_("内容太长，草稿无法保存：最多 %(longest)s 字。"), longest=LONGEST_DRAFT)
    row = {"answers": answers, "saved_at": now, "saved_by": actor.id}
    statement = insert_into(session, Draft).values(assignment_id=sheet.assignment.id, **row)
    session.execute(statement.on_conflict_do_update(index_elements=["assignment_id"], set_=row))
    if sheet.draft:
        session.expire(sheet.draft)
