"""Reviews: the unit above approves a submission, or returns it with a reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col

from models import Account, Act, Assignment, Decision, Review, Submission, Unit
from queries.filling.submissions import find_current, get_submitted_fields
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.forms.field_values import clean_text
from rules.forms.form_tree import FormTree, filling_key, is_repeated
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from services.assignments.changes import change, lock_assignment
from services.filling.comparisons import bring_up_to_date
from services.review.review_batches import check_reason, mend_by, open_batch

LONGEST_NOTE = 200


def approve(session: Session, submission_id: int, *, actor: Account, now: datetime) -> Review:
    """Approve a submission.

    Raises `Refusal` when the actor's unit is not the unit above, when a later revision has arrived,
    and when the assignment's status forbids a decision.
    """
    submission, assignment = _lock(session, submission_id)
    _check_reviewable(session, submission, assignment, actor)
    bring_up_to_date(session, assignment, submission)
    change(session, assignment, Act.APPROVE, actor=actor, now=now)
    return _write(session, submission, assignment, Decision.APPROVE, actor=actor, now=now)


def return_(
    session: Session,
    submission_id: int,
    *,
    reason: str,
    fields: Sequence[str] = (),
    notes: Mapping[str, str] | None = None,
    actor: Account,
    now: datetime,
) -> Review:
    """Return a submission whole, or only the named fields, with a reason.

    `notes` maps a returned field, or one filling of a returned repeat (`visits.0`), to what is
    wrong there. The unit gets at least `RETURN_WORKDAYS` working days to mend. An approved
    submission can be returned, too. Raises `Refusal` as `approve` does, for a reason that is too
    short or too long, and for an unknown field.
    """
    reason = check_reason(reason)
    submission, assignment = _lock(session, submission_id)
    _check_reviewable(session, submission, assignment, actor)
    names = _field_names(session, submission, fields)
    bring_up_to_date(session, assignment, submission)
    due_before = assignment.due_on
    how: dict[str, Any] = {"reason": reason, "actor": actor, "now": now}
    due_on = max(due_before, mend_by(session, now))
    change(session, assignment, Act.RETURN, **how, due_on=due_on)
    values: dict[str, Any] = {
        "fields": tuple(names),
        "notes": _notes(notes or {}, submission, names),
        "due_before": due_before,
    }
    return _write(session, submission, assignment, Decision.RETURN, **how, **values)


def _lock(session: Session, submission_id: int) -> tuple[Submission, Assignment]:
    submission = session.get(Submission, submission_id)
    if submission is None:
        raise NotFound
    return submission, lock_assignment(session, submission.assignment_id)


def _check_reviewable(
    session: Session, submission: Submission, assignment: Assignment, actor: Account
) -> None:
    require(actor, Right.REVIEW, Subject(above_id=_reviewing_unit_id(session, assignment)))
    current = find_current(session, submission.assignment_id)
    if current and current.submission.id != submission.id:
        raise Refusal(
            N_("%(unit)s刚才重新报送了（第 %(revision)s 次），下面就是最新的一份，请看过再决定。"),
            unit=session.get_one(Unit, assignment.unit_id).name,
            revision=current.submission.revision,
        )


def _reviewing_unit_id(session: Session, assignment: Assignment) -> int:
    """The unit that reviews the assignment: that of the assignment above, or the issuer itself.

    What that unit has sent in the place of another, the next unit up reviews.
    """
    if assignment.parent_id is None:
        return assignment.unit_id
    above = session.get_one(Assignment, assignment.parent_id)
    if assignment.stood_in and above.parent_id is not None:
        above = session.get_one(Assignment, above.parent_id)
    return above.unit_id


def _field_names(session: Session, submission: Submission, names: Sequence[str]) -> list[str]:
    """`names` in the order of the form. Raises `Refusal` for a field that nobody can change."""
    asked = [field.name for field in FormTree(get_submitted_fields(session, submission)).mendable]
    unknown = sorted(set(names) - set(asked))
    if unknown:
        raise Refusal(N_("表单里没有这些项：%(names)s。"), names=unknown)
    return [name for name in asked if name in names]


def _notes(
    typed: Mapping[str, str], submission: Submission, names: Sequence[str]
) -> dict[str, str]:
    """The cleaned notes to the returned fields and fillings. Raises `Refusal` for a note that is
    too long."""
    keys = [key for name in names for key in (name, *_filling_keys(submission, name))]
    notes = {key: clean_text(typed.get(key, ""), multiline=False) for key in keys}
    if any(len(note) > LONGEST_NOTE for note in notes.values()):
        raise Refusal(N_("每一项的说明最多 %(longest)s 字。"), longest=LONGEST_NOTE)
    return {name: note for name, note in notes.items() if note}


def _filling_keys(submission: Submission, name: str) -> list[str]:
    rows = submission.answers.get(name) or ()
    return [filling_key(name, place) for place in range(len(rows))] if is_repeated(rows) else []


def _write(
    session: Session,
    submission: Submission,
    assignment: Assignment,
    decision: Decision,
    *,
    actor: Account,
    now: datetime,
    reason: str = "",
    **values: Any,
) -> Review:
    """Write the review in force. An earlier decision stays in the assignment's history.

    Where the issuer reviews itself there is no batch, because nobody waits for its decision and
    nothing needs undoing.
    """
    session.execute(delete(Review).where(col(Review.submission_id) == submission.id))
    own = assignment.parent_id is None
    how: dict[str, Any] = {"reason": reason, "actor": actor, "now": now}
    batch = None if own else open_batch(session, decision, count=1, **how)
    review = Review(
        submission_id=submission.id,
        decision=decision,
        reason=reason,
        decided_at=now,
        decided_by=actor.id,
        batch_id=batch.id if batch else None,
        **values,
    )
    session.add(review)
    session.flush()
    return review
