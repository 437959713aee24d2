"""Queries about attachments: one by its token, all of an assignment, and those that can go.

Files of notices lie in the same store: what tells which stored files are known counts both.
"""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Text, cast, exists, inspect, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import (
    Assignment,
    Attachment,
    AttachmentKind,
    Draft,
    FormVersion,
    Measure,
    NoticeFile,
    Submission,
    Unit,
)
from queries.campaigns.notice_files import kept_files
from queries.units.visibility import visible_units
from rules.assignments.states import UNANSWERED
from rules.sentences.not_found import NotFound

_PLACE = re.compile(r"\.[0-9]+(?=\.)")


def question_of(key: str) -> str:
    """The field's key without the places in repeats: `visits.2.photo` → `visits.photo`.

    When a visit is taken out, the later visits move up with their photos.
    """
    return _PLACE.sub("", key)


def find_kind(session: Session, assignment_id: int, key: str) -> AttachmentKind | None:
    """What the field with this key takes on the assignment's form; None: no file."""
    fields = session.scalar(
        select(col(FormVersion.fields))
        .join(Measure, col(Measure.form_version_id) == FormVersion.id)
        .join(Assignment, col(Assignment.measure_id) == Measure.id)
        .where(col(Assignment.id) == assignment_id, col(Assignment.answering))
    )
    name = key.rpartition(".")[2]
    kinds = [field["type"] for field in fields or () if field["name"] == name]
    return AttachmentKind(kinds[0]) if kinds and kinds[0] in set(AttachmentKind) else None


def list_files(session: Session, tokens: Collection[str]) -> dict[tuple[int, str], Attachment]:
    """Assignment and token → the stored attachment; one statement, none for no token."""
    if not tokens:
        return {}
    found = session.scalars(
        select(Attachment).where(
            col(Attachment.token).in_(tokens), col(Attachment.done_at).is_not(None)
        )
    )
    return {(file.assignment_id, file.token): file for file in found}


def get_attachment_upload(session: Session, assignment_id: int, token: str) -> Attachment:
    """An upload of the assignment, under way or ready. Raises `NotFound`."""
    found = session.scalar(
        select(Attachment).where(
            col(Attachment.token) == token, col(Attachment.assignment_id) == assignment_id
        )
    )
    if found is None:
        raise NotFound
    return found


def find_started(session: Session, assignment_id: int, client_key: str) -> Attachment | None:
    """The upload of the assignment that the browser started with this key."""
    return session.scalar(
        select(Attachment).where(
            col(Attachment.client_key) == client_key,
            col(Attachment.assignment_id) == assignment_id,
        )
    )


def list_sizes(session: Session, assignment_id: int) -> list[tuple[str, int]]:
    """Field and bytes of every upload of an assignment, the oldest first."""
    rows = session.execute(
        select(col(Attachment.field), col(Attachment.size))
        .where(col(Attachment.assignment_id) == assignment_id)
        .order_by(col(Attachment.id))
    )
    return [(field, size) for field, size in rows]


def get_visible_attachment(session: Session, viewer: Unit, token: str) -> Attachment:
    """A stored attachment, for those who may see it. Raises `NotFound`.

    The unit sees what the unit itself has uploaded. The units above see an attachment once a
    submission holds it.
    """
    found = session.scalar(
        select(Attachment)
        .join(Assignment, col(Assignment.id) == Attachment.assignment_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(
            col(Attachment.token) == token,
            col(Attachment.done_at).is_not(None),
            visible_units(viewer),
            or_(col(Assignment.unit_id) == viewer.id, _is_sent()),
        )
    )
    if found is None:
        raise NotFound
    return found


def _names_it(answers: object) -> ColumnElement[bool]:
    """The clause "the answers hold the attachment's token"."""
    return cast(answers, Text).contains(col(Attachment.token))


def _is_sent() -> ColumnElement[bool]:
    return exists().where(
        col(Submission.assignment_id) == Attachment.assignment_id, _names_it(Submission.answers)
    )


def _is_in_draft() -> ColumnElement[bool]:
    return exists().where(
        col(Draft.assignment_id) == Attachment.assignment_id, _names_it(Draft.answers)
    )


def _is_awaited() -> ColumnElement[bool]:
    """The clause "a form open on some phone may hold it": the latest attachment of a field that is
    still to be answered."""
    later = aliased(Attachment)
    replaced = exists().where(
        col(later.assignment_id) == Attachment.assignment_id,
        col(later.field) == Attachment.field,
        col(later.id) > Attachment.id,
        col(later.done_at).is_not(None),
    )
    still_open = exists().where(
        col(Assignment.id) == Attachment.assignment_id, col(Assignment.status).in_(UNANSWERED)
    )
    return still_open & ~replaced


def mark_kept(session: Session, before: datetime) -> None:
    """Mark the attachments that submissions hold, so that no later sweep looks at them again."""
    session.execute(
        update(Attachment)
        .where(~col(Attachment.kept), col(Attachment.done_at) < before, _is_sent())
        .values(kept=True)
        .execution_options(synchronize_session=False)
    )


def list_abandoned(session: Session, before: datetime) -> Sequence[int]:
    """The ids of uploads that were never finished, and of attachments that nobody has sent or can
    still send."""
    unwanted = col(Attachment.done_at) < before
    unwanted &= ~col(Attachment.kept) & ~_is_sent() & ~_is_in_draft() & ~_is_awaited()
    unfinished = col(Attachment.done_at).is_(None) & (col(Attachment.uploaded_at) < before)
    wanted = select(col(Attachment.id)).where(or_(unwanted, unfinished))
    return list(session.scalars(wanted))


def list_known_files(session: Session, digests: Collection[str]) -> set[str]:
    """Those of the digests that an attachment or a file of a notice has."""
    attached = select(col(Attachment.digest)).where(col(Attachment.digest).in_(digests))
    of_notices = select(col(NoticeFile.digest)).where(
        col(NoticeFile.digest).in_(digests), kept_files()
    )
    return set(session.scalars(attached.union(of_notices)))


def list_digests(session: Session) -> list[str]:
    """The digests of all files that attachments and notices name, without doubles.

    A database that is backed up before it is migrated may know no files of notices.
    """
    attached = select(col(Attachment.digest)).where(col(Attachment.done_at).is_not(None))
    found = set(session.scalars(attached))
    if inspect(session.connection()).has_table(str(NoticeFile.__tablename__)):
        found |= set(session.scalars(select(col(NoticeFile.digest)).where(kept_files())))
    return sorted(found)
