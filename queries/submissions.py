"""What is asked of submissions: the answer sheet of an assignment, its revisions, receipts."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models import (
    Account,
    Assignment,
    Attachment,
    Draft,
    FormVersion,
    Measure,
    Review,
    Submission,
    Unit,
)
from queries.known_values import find_filled_in
from queries.not_found import NotFound
from rules.forms.answer_sheet import AnswerSheet
from rules.forms.form_fields import FormField, asked_of, read_form


class Revision(NamedTuple):
    """One submission with who sent it and what the unit above said to it."""

    submission: Submission
    sender: str
    """The name of the account that sent it."""
    review: Review | None
    reviewer: str
    """The name of the account that decided; empty before it did."""


def get_answer_sheet(session: Session, assignment_id: int) -> AnswerSheet:
    """Everything the assignment's form page needs, in four statements. Raises NotFound.

    One more for what other measures know, one more for the last period, where there are such.
    """
    assignment, measure, unit, version = _get_asked(session, assignment_id)
    revisions = list_revisions(session, assignment_id, limit=1)
    last = revisions[0] if revisions else None
    decided = last if last is None or last.review else _find_decided(session, assignment_id)
    fields = fields_of(assignment, version)
    sent = last.submission if last else None
    prefilled, earlier = find_filled_in(session, assignment, fields, sent)
    return AnswerSheet(
        assignment=assignment,
        measure=measure,
        unit=unit,
        version=version,
        fields=fields,
        last=sent,
        last_sender=last.sender if last else "",
        reviewed=decided.submission if decided else None,
        review=decided.review if decided else None,
        draft=session.get(Draft, assignment_id, populate_existing=True),
        prefilled=prefilled,
        earlier=earlier.submission.answers if earlier else {},
        earlier_period=earlier.period if earlier else "",
    )


def fields_of(assignment: Assignment, version: FormVersion | None) -> tuple[FormField, ...]:
    """The fields the assignment's unit fills in, on this version of the measure's form."""
    form = read_form(version.fields) if version and assignment.answering else ()
    return asked_of(form, lowest=assignment.lowest)


def _get_asked(
    session: Session, assignment_id: int
) -> tuple[Assignment, Measure, Unit, FormVersion | None]:
    wanted = (
        select(Assignment, Measure, Unit, FormVersion)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .outerjoin(
            FormVersion,
            (col(FormVersion.id) == Measure.form_version_id) & col(Assignment.answering),
        )
        .where(Assignment.id == assignment_id)
        .execution_options(populate_existing=True)
    )
    found = session.exec(wanted).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_revisions(
    session: Session, assignment_id: int, limit: int | None = None
) -> Sequence[Revision]:
    """The submissions of an assignment with their reviews, newest first."""
    return _revisions(session, col(Submission.assignment_id) == assignment_id, limit)


def _find_decided(session: Session, assignment_id: int) -> Revision | None:
    """The latest submission the unit above has decided on."""
    decided = (col(Submission.assignment_id) == assignment_id) & col(Review.id).is_not(None)
    return next(iter(_revisions(session, decided, 1)), None)


def _revisions(
    session: Session, where: ColumnElement[bool], limit: int | None
) -> Sequence[Revision]:
    sender, reviewer = aliased(Account), aliased(Account)
    wanted = (
        select(Submission, sender.name, Review, func.coalesce(reviewer.name, ""))
        .join(sender, col(sender.id) == Submission.sent_by)
        .outerjoin(Review, col(Review.submission_id) == Submission.id)
        .outerjoin(reviewer, col(reviewer.id) == Review.decided_by)
        .where(where)
        .order_by(col(Submission.revision).desc())
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [Revision(*row) for row in session.exec(wanted)]


def find_current(session: Session, assignment_id: int) -> Revision | None:
    """The latest submission of an assignment with its review."""
    return next(iter(list_revisions(session, assignment_id, limit=1)), None)


def get_submission(session: Session, submission_id: int) -> Submission:
    """The submission with this id. Raises NotFound."""
    submission = session.get(Submission, submission_id)
    if submission is None:
        raise NotFound
    return submission


def get_submitted_fields(session: Session, submission: Submission) -> tuple[FormField, ...]:
    """The fields a submission was given on, with the form version of that time."""
    wanted = (
        select(Assignment, FormVersion)
        .outerjoin(FormVersion, col(FormVersion.id) == submission.form_version_id)
        .where(Assignment.id == submission.assignment_id)
    )
    assignment, version = session.exec(wanted).one()
    return fields_of(assignment, version)


def find_by_send_key(session: Session, send_key: str) -> Submission | None:
    """The submission that was sent with this key."""
    return session.exec(select(Submission).where(Submission.send_key == send_key)).one_or_none()


def get_sender_name(session: Session, account_id: int) -> str:
    """The name of an account that has typed or sent something."""
    return session.exec(select(Account.name).where(Account.id == account_id)).one()


def list_same_files(
    session: Session, assignment_id: int, digests: Collection[str]
) -> Sequence[Attachment]:
    """The files of the assignment whose content is one of these; none for no digest."""
    if not digests:
        return []
    return session.exec(
        select(Attachment)
        .where(
            Attachment.assignment_id == assignment_id,
            col(Attachment.digest).in_(digests),
            col(Attachment.done_at).is_not(None),
        )
        .order_by(col(Attachment.id))
    ).all()
