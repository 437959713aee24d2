"""The original and the annexes of a notice: an office adds, replaces and removes them.

The bytes are stored before. Doing anything here twice is the same as doing it once.
"""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_urlsafe

from sqlalchemy import insert
from sqlmodel import Session, col, select

from adapters.checked_files import Prepared
from models import Account, Campaign, NoticeFile, NoticeFileKind
from queries.campaigns.notice_files import find_notice_file, get_handed_notice
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.campaigns.notice_files import check_files
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal

GONE_MEANWHILE = N_("“%(name)s”刚刚已被别人删除或更换，请看现在的文件再办理。")


def add_annexes(
    session: Session,
    campaign: Campaign,
    files: Sequence[Prepared],
    *,
    actor: Account,
    now: datetime,
) -> Sequence[NoticeFile]:
    """Add annexes, and return those that are new. The same file under the same name is there once.

    Raises `Refusal` where there is no room for all of them.
    """
    there = _locked(session, campaign, actor=actor)
    known = {(file.name, file.digest) for file in there if file.kind == NoticeFileKind.ANNEX}
    fresh = [file for file in dict.fromkeys(files) if (file.name, file.digest) not in known]
    check_files([file.size for file in there], [file.size for file in fresh])
    rows = [_row(campaign, file, NoticeFileKind.ANNEX, actor, now) for file in fresh]
    if rows:
        session.execute(insert(NoticeFile), [row.model_dump(exclude={"id"}) for row in rows])
    return rows


def keep_original(
    session: Session, campaign: Campaign, file: Prepared, *, actor: Account, now: datetime
) -> NoticeFile:
    """Keep the document of the notice, in the place of the one that was kept before."""
    there = _locked(session, campaign, actor=actor)
    before = next((old for old in there if old.kind == NoticeFileKind.ORIGINAL), None)
    if before:
        return _replace(session, campaign, there, before, file, actor=actor, now=now)
    check_files([file.size for file in there], [file.size])
    return _add(session, _row(campaign, file, NoticeFileKind.ORIGINAL, actor, now))


def replace_notice_file(
    session: Session,
    campaign: Campaign,
    token: str,
    file: Prepared,
    *,
    actor: Account,
    now: datetime,
) -> NoticeFile:
    """Put another file in the place of one that the notice has.

    Raises `Refusal` where somebody else has removed or replaced the file since.
    """
    there = _locked(session, campaign, actor=actor)
    before = _find(session, campaign, token)
    if before.removed_at is None:
        return _replace(session, campaign, there, before, file, actor=actor, now=now)
    after = next((other for other in there if other.id == before.replaced_by_id), None)
    if after is None or not _is_same(after, file):
        raise Refusal(GONE_MEANWHILE, name=before.name)
    return after


def remove_notice_file(
    session: Session, campaign: Campaign, token: str, *, actor: Account, now: datetime
) -> NoticeFile:
    """Remove a file: nobody sees it any more, and its row tells who removed it."""
    _locked(session, campaign, actor=actor)
    found = _find(session, campaign, token)
    if found.removed_at is None:
        found.removed_at, found.removed_by = now, actor.id
        session.add(found)
        session.flush()
    return found


def _locked(session: Session, campaign: Campaign, *, actor: Account) -> Sequence[NoticeFile]:
    """The files that the notice has. Nobody else adds or removes any until the transaction ends."""
    require(actor, Right.KEEP_NOTICE_FILES, Subject(campaign.unit_id))
    own = select(col(Campaign.id)).where(Campaign.id == campaign.id)
    if session.exec(own.with_for_update()).one_or_none() is None:
        raise NotFound
    return get_handed_notice(session, campaign.id).files


def _find(session: Session, campaign: Campaign, token: str) -> NoticeFile:
    found = find_notice_file(session, campaign.id, token)
    if found is None:
        raise NotFound
    return found


def _replace(
    session: Session,
    campaign: Campaign,
    there: Sequence[NoticeFile],
    before: NoticeFile,
    file: Prepared,
    *,
    actor: Account,
    now: datetime,
) -> NoticeFile:
    if _is_same(before, file):
        return before
    held = [other.size for other in there if other.id != before.id]
    check_files(held, [file.size])
    after = _add(session, _row(campaign, file, before.kind, actor, now))
    before.removed_at, before.removed_by, before.replaced_by_id = now, actor.id, after.id
    session.add(before)
    session.flush()
    return after


def _is_same(there: NoticeFile, file: Prepared) -> bool:
    return (there.name, there.digest) == (file.name, file.digest)


def _row(
    campaign: Campaign, file: Prepared, kind: NoticeFileKind, actor: Account, now: datetime
) -> NoticeFile:
    return NoticeFile(
        token=token_urlsafe(18),
        campaign_id=campaign.id,
        kind=kind,
        added_at=now,
        added_by=actor.id,
        **file._asdict(),
    )


def _add(session: Session, row: NoticeFile) -> NoticeFile:
    session.add(row)
    session.flush()
    return row
