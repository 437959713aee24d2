"""Recalls: a unit takes back its own submission before the review."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models import Account, Act, Assignment, Decision, FormVersion, Review, Submission
from queries.filling.answer_sheets import get_answer_sheet
from queries.filling.stand_ins import subject_of
from queries.filling.submissions import get_submitted_fields, get_why
from rules.accounts.permissions import Right, require
from rules.assignments.states import REPORTED, REVIEWED
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Typed, as_typed
from rules.filling.corrections import WHY
from rules.filling.posting import Posting
from rules.filling.sheet_answers import SheetAnswers
from services.assignments.changes import change, lock_assignment
from services.filling.new_submissions import NewSubmission, forget_answers, replace_answers
from services.filling.submissions import (
    check_overtaken,
    keep_typed,
    open_to_keep,
    save_draft,
)


def recall(session: Session, assignment_id: int, *, actor: Account, now: datetime) -> Assignment:
    """Take back the unit's own submission before the review. The revision stays on file.

    A submission of which nothing was ever reviewed counts as never sent, so that an empty form that
    was sent in time and taken back does not hide a late answer. Where the submission corrected an
    approved answer, the approved answer counts again, as a new revision, and the correction is kept
    as the draft if there is no draft. Raises `Refusal`.
    """
    assignment = lock_assignment(session, assignment_id)
    sheet = get_answer_sheet(session, assignment_id)
    require(actor, Right.RECALL, subject_of(session, sheet.assignment, sheet.unit, actor))
    if corrects(sheet):
        return _restore(session, sheet, actor, now)
    never_reviewed = sheet.review is None
    never_sent: dict[str, Any] = {"sent_at": None, "late": False, "extended": False}
    values = never_sent if never_reviewed else {}
    forget_answers(session, [assignment_id])
    return change(session, assignment, Act.RECALL, actor=actor, now=now, **values)


def take_back(
    session: Session,
    assignment_id: int,
    typed: Typed,
    posting: Posting,
    *,
    actor: Account,
    now: datetime,
) -> int:
    """Recall a submission and keep `typed` as the draft. Returns the draft's version.

    The page is compared with what has arrived before the recall, because the recall adds a revision
    and a draft of its own. Raises `Overtaken` and `Refusal`.
    """
    lock_assignment(session, assignment_id)
    sheet = get_answer_sheet(session, assignment_id)
    require(actor, Right.RECALL, subject_of(session, sheet.assignment, sheet.unit, actor))
    key = posting.send_key
    if not (sheet.draft and key and sheet.draft.page == key):  # Else it was pressed twice.
        check_overtaken(sheet, typed, posting)
        recall(session, assignment_id, actor=actor, now=now)
    sheet = open_to_keep(session, assignment_id, actor=actor)
    return save_draft(session, sheet, typed, Posting(key), actor=actor, now=now)


def corrects(sheet: AnswerSheet) -> bool:
    """Whether the submission that waits for review replaces an approved answer."""
    assignment = sheet.assignment
    waits = assignment.status in REPORTED and assignment.status not in REVIEWED
    approved = sheet.review is not None and sheet.review.decision == Decision.APPROVE
    return waits and approved and sheet.reviewed is not sheet.last


def _restore(session: Session, sheet: AnswerSheet, actor: Account, now: datetime) -> Assignment:
    """Store the approved answers again as the newest revision, approved as before."""
    approved, review = sheet.reviewed, sheet.review
    assert approved is not None
    assert review is not None
    assert sheet.last is not None
    if sheet.draft is None:  # Else it is newer, of a return that was undone.
        typed = {**as_typed(sheet.last.answers), WHY: [get_why(session, sheet.last)]}
        keep_typed(session, sheet, typed, Posting(), actor=actor, now=now)
    before = _as_approved(session, sheet, approved)
    row = _again(before, approved, actor, now)
    again = row.submission
    replace_answers(session, [row])
    session.add(_approval(again, review))
    session.flush()
    return change(
        session, sheet.assignment, Act.RECALL, actor=actor, now=now, corrected=True,
        numbers=row.numbers, revision=again.revision,
    )  # fmt: skip


def _as_approved(session: Session, sheet: AnswerSheet, approved: Submission) -> AnswerSheet:
    """The sheet with the form that the approved answers were given on."""
    version = None
    if approved.form_version_id is not None:
        version = session.get(FormVersion, approved.form_version_id)
    return replace(sheet, version=version, fields=get_submitted_fields(session, approved))


def _again(
    sheet: AnswerSheet, approved: Submission, actor: Account, now: datetime
) -> NewSubmission:
    posting = Posting(f"back-{approved.id}-{sheet.revision}")
    answers = SheetAnswers(sheet, approved.answers)
    return NewSubmission.of(answers, approved.flags, approved.rolled_up, posting, actor, now, "")


def _approval(again: Submission, review: Review) -> Review:
    return Review(
        submission_id=again.id,
        decision=Decision.APPROVE,
        decided_at=review.decided_at,
        decided_by=review.decided_by,
    )
