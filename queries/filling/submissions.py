"""Queries about submissions: the revisions of an assignment, their fields, drafts and files."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, String, bindparam, func
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import (
    Account,
    Act,
    Assignment,
    Attachment,
    Draft,
    Event,
    FormVersion,
    Review,
    Submission,
)
from models.parameters import among
from queries.filling.stand_ins import stand_in
from rules.forms.form_fields import FormField, asked_of, read_form
from rules.sentences.not_found import NotFound


class Revision(NamedTuple):
    """One submission, with the name of its sender and the decision of the unit above."""

    submission: Submission
    sender: str
    """The name of the account that sent the submission."""
    stand_in: str
    """The name of the unit that has sent it in the place of the assignment's unit; mostly empty."""
    review: Review | None
    reviewer: str
    """The name of the account that decided; empty before the decision."""


def fields_of(assignment: Assignment, version: FormVersion | None) -> tuple[FormField, ...]:
    """The fields the assignment's unit fills in, on this version of the measure's form."""
    form = read_form(version.fields) if version and assignment.answering else ()
    return asked_of(form, lowest=assignment.lowest)


def list_revisions(session: Session, assignment_id: int) -> Sequence[Revision]:
    """The submissions of an assignment with their reviews, newest first."""
    rows = session.execute(_REVISIONS, {"one": assignment_id})
    return _REVISION.values(rows)


def find_current(session: Session, assignment_id: int) -> Revision | None:
    """The latest submission of an assignment with its review."""
    row = session.execute(_CURRENT, {"one": assignment_id}).one_or_none()
    return _REVISION.value(row) if row else None


_SENDER, _REVIEWER = aliased(Account), aliased(Account)
_REVISION = ByName(
    Revision,
    submission=Submission,
    sender=col(_SENDER.name),
    stand_in=stand_in(_SENDER),
    review=Review,
    reviewer=func.coalesce(_REVIEWER.name, ""),
)


def _revisions() -> Select[Any]:
    """The statement is built once: building it takes longer than carrying it out."""
    return (
        sa_select(*_REVISION.columns)
        .join(_SENDER, col(_SENDER.id) == Submission.sent_by)
        .outerjoin(Review, col(Review.submission_id) == Submission.id)
        .outerjoin(_REVIEWER, col(_REVIEWER.id) == Review.decided_by)
        .where(col(Submission.assignment_id) == bindparam("one", type_=Integer))
        .order_by(col(Submission.revision).desc())
        .execution_options(populate_existing=True)
    )


_REVISIONS = _revisions()
_CURRENT = _REVISIONS.limit(1)


def get_submission(session: Session, submission_id: int) -> Submission:
    """The submission with this id. Raises `NotFound`."""
    submission = session.get(Submission, submission_id)
    if submission is None:
        raise NotFound
    return submission


def get_submitted_fields(session: Session, submission: Submission) -> tuple[FormField, ...]:
    """The fields of a submission, on the form version of the sending."""
    given = {"assignment": submission.assignment_id, "version": submission.form_version_id}
    assignment, version = session.execute(_SUBMITTED_ON, given).one()
    return fields_of(assignment, version)


_SUBMITTED_ON: Any = (
    select(Assignment, FormVersion)
    .outerjoin(FormVersion, col(FormVersion.id) == bindparam("version", type_=Integer))
    .where(col(Assignment.id) == bindparam("assignment", type_=Integer))
)
"""A statement of every page of a submission, built once."""


def list_submitted_fields(
    session: Session, submissions: Collection[Submission]
) -> dict[int, tuple[FormField, ...]]:
    """Submission → the fields it was given on; one statement, none for no submission."""
    if not submissions:
        return {}
    wanted = (
        sa_select(col(Submission.id), Assignment, FormVersion)
        .join(Assignment, col(Assignment.id) == Submission.assignment_id)
        .outerjoin(FormVersion, col(FormVersion.id) == Submission.form_version_id)
        .where(col(Submission.id).in_([submission.id for submission in submissions]))
    )
    return {
        submission_id: fields_of(assignment, version)
        for submission_id, assignment, version in session.execute(wanted)
    }


def list_by_send_keys(session: Session, send_keys: Collection[str]) -> dict[str, Submission]:
    """Send key → the submission that was sent with it; one statement."""
    rows = session.scalars(_BY_SEND_KEYS, {"send_keys": list(send_keys)})
    return {submission.send_key: submission for submission in rows}


_BY_SEND_KEYS = sa_select(Submission).where(among(col(Submission.send_key), "send_keys", String))


def get_why(session: Session, submission: Submission) -> str:
    """Why the unit corrected its answer with this submission; empty: the unit wrote nothing."""
    wanted = (
        select(Event.reason)
        .where(
            Event.assignment_id == submission.assignment_id,
            Event.act == Act.CORRECT,
            Event.at == submission.sent_at,
        )
        .order_by(col(Event.id).desc())
    )
    return session.exec(wanted).first() or ""


def find_recalled_at(session: Session, assignment_id: int) -> datetime | None:
    """When the unit took back its submission; None where the unit has sent something since."""
    wanted = (
        select(Event.act, Event.at)
        .where(
            Event.assignment_id == assignment_id,
            col(Event.act).in_((Act.SUBMIT, Act.CORRECT, Act.RECALL)),
        )
        .order_by(col(Event.id).desc())
    )
    latest = session.exec(wanted.limit(1)).first()
    return latest[1] if latest and latest[0] == Act.RECALL else None


def find_draft(session: Session, assignment_id: int) -> Draft | None:
    """The draft of the assignment: what was typed and not yet sent."""
    return session.get(Draft, assignment_id)


def get_sender_name(session: Session, account_id: int) -> str:
    """The name of an account that has typed or sent something."""
    return session.exec(select(Account.name).where(Account.id == account_id)).one()


def list_same_files(
    session: Session, assignment_id: int, digests: Collection[str]
) -> Sequence[Attachment]:
    """The stored files of the assignment with one of these digests; none without a digest."""
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
