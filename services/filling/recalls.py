"""Recalls: a unit takes its own submission back before it is reviewed."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models import Account, Act, Assignment, Decision, FormVersion, Review, Submission
from queries.filling.answer_sheets import get_answer_sheet
from queries.filling.submissions import get_submitted_fields, get_why
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
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
    """Take the unit's own submission back before it is reviewed; the revision stays on file.

    Where nothing was ever reviewed it counts as never sent, so that an empty form sent in time
    and taken back does not hide a late answer. Where it corrected an approved answer, that one
    counts again, as a new revision, and the correction is kept as the draft where there is none.
    Raises `Refusal`.
    """
    assignment = lock_assignment(session, assignment_id)
    sheet = get_answer_sheet(session, assignment_id)
    require(actor, Right.RECALL, Subject.of(sheet.unit))
    if corrects(sheet):
        return _restore(session, sheet, actor, now)
    never_reviewed = sheet.review is None
    values: dict[str, Any] = {"sent_at": None, "late": False} if never_reviewed else {}
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
    """Recall what was sent and keep `typed` as the draft instead. Returns the draft's version.

    What has arrived is held against the page before the recall, which adds a revision and a draft
    of its own. Raises `Overtaken` and `Refusal`.
    """
    lock_assignment(session, assignment_id)
    sheet = get_answer_sheet(session, assignment_id)
    require(actor, Right.RECALL, Subject.of(sheet.unit))
    key = posting.send_key
    if not (sheet.draft and key and sheet.draft.page == key):  # Else it was pressed twice.
        check_overtaken(sheet, typed, posting)
        recall(session, assignment_id, actor=actor, now=now)
    sheet = open_to_keep(session, assignment_id, actor=actor)
    return save_draft(session, sheet, typed, Posting(key), actor=actor, now=now)


def corrects(sheet: AnswerSheet) -> bool:
    """Whether what waits for review was sent in the place of an approved answer."""
    one = sheet.assignment
    waits = one.status in REPORTED and one.status not in REVIEWED
    approved = sheet.review is not None and sheet.review.decision == Decision.APPROVE
    return waits and approved and sheet.reviewed is not sheet.last


def _restore(session: Session, sheet: AnswerSheet, actor: Account, now: datetime) -> Assignment:
    """The approved answers once more, as the newest revision, approved as they were."""
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
    """The sheet with the form the approved answers were given on."""
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
