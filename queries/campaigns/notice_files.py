"""The original and the annexes of notices: those there are, those there were, and who sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, and_, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Account, Campaign, NoticeFile, NoticeFileKind
from queries.units.visibility import get_visible_campaign
from rules.sentences.not_found import NotFound


class HandedNotice(NamedTuple):
    """The notice that an assignment comes from, as the page of the assignment names it."""

    campaign_id: int
    title: str
    """The title of the campaign."""
    files: Sequence[NoticeFile]
    """The original first, then the annexes in the order in which they were added."""

    @property
    def original(self) -> NoticeFile | None:
        """The original of the notice, where it is kept."""
        return next((file for file in self.files if file.kind == NoticeFileKind.ORIGINAL), None)

    @property
    def annexes(self) -> Sequence[NoticeFile]:
        return [file for file in self.files if file.kind == NoticeFileKind.ANNEX]


class FileChange(NamedTuple):
    """A file that there is or was, and who added and removed it."""

    file: NoticeFile
    adder: str
    remover: str
    """Empty while the file is there."""
    replaced_by: str
    """The name of the file in its place; empty without one."""


def kept_files() -> ColumnElement[bool]:
    """The clause on `NoticeFile` "nobody has removed it"."""
    return col(NoticeFile.removed_at).is_(None)


def get_handed_notice(session: Session, campaign_id: int) -> HandedNotice:
    """The campaign's title and the files of its notice; one statement."""
    rows = session.execute(_HANDED, {"campaign": campaign_id}).all()
    return HandedNotice(campaign_id, rows[0][0], [file for _, file in rows if file])


_HANDED: Any = (
    select(Campaign.title, NoticeFile)
    .outerjoin(NoticeFile, and_(col(NoticeFile.campaign_id) == Campaign.id, kept_files()))
    .where(col(Campaign.id) == bindparam("campaign", type_=Integer))
    .order_by(col(NoticeFile.kind).desc(), col(NoticeFile.id))
)
"""A statement of every page of an assignment, built once."""


def list_file_changes(session: Session, campaign_id: int) -> Sequence[FileChange]:
    """Every file that the notice has or had, the newest first; one statement."""
    adder, remover, other = aliased(Account), aliased(Account), aliased(NoticeFile)
    by_name = ByName(
        FileChange,
        file=NoticeFile,
        adder=col(adder.name),
        remover=col(remover.name),
        replaced_by=col(other.name),
    )
    rows = session.execute(
        select(*by_name.columns)
        .join(adder, col(adder.id) == NoticeFile.added_by)
        .outerjoin(remover, col(remover.id) == NoticeFile.removed_by)
        .outerjoin(other, col(other.id) == NoticeFile.replaced_by_id)
        .where(NoticeFile.campaign_id == campaign_id)
        .order_by(col(NoticeFile.id).desc())
    )
    return by_name.values(rows)


def find_notice_file(session: Session, campaign_id: int, token: str) -> NoticeFile | None:
    """A file that the notice has or had."""
    wanted = select(NoticeFile).where(
        NoticeFile.token == token, NoticeFile.campaign_id == campaign_id
    )
    return session.exec(wanted).one_or_none()


def get_visible_notice_file(
    session: Session, account: Account, campaign_id: int, token: str
) -> NoticeFile:
    """A file that the notice has, for whoever sees the campaign. Raises `NotFound`."""
    get_visible_campaign(session, account, campaign_id)
    found = find_notice_file(session, campaign_id, token)
    if found is None or found.removed_at is not None:
        raise NotFound
    return found
