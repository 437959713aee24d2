"""Campaigns of an office, with their notices and measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Account, Addressee, Campaign, Level, Measure, MeasureStatus, Notice
from rules.accounts.permissions import Right, may
from rules.accounts.predicates import Subject
from rules.sentences.not_found import NotFound


class CampaignRow(NamedTuple):
    """A campaign, and how many of its measures have each status."""

    campaign: Campaign
    drafts: int
    confirmed: int
    released: int
    closed: int
    withdrawn: int


def is_office_of(account: Account, campaign: Campaign) -> bool:
    """Whether the account may change the campaign: an office account of the owner may."""
    return may(account, Right.EDIT_NOTICE, Subject(campaign.unit_id))


def list_campaigns_of(session: Session, unit_id: int) -> Sequence[CampaignRow]:
    """The campaigns the unit owns, the newest first; one statement."""
    by_name = ByName(
        CampaignRow,
        campaign=Campaign,
        drafts=_counted(MeasureStatus.DRAFT),
        confirmed=_counted(MeasureStatus.CONFIRMED),
        released=_counted(MeasureStatus.RELEASED),
        closed=_counted(MeasureStatus.CLOSED),
        withdrawn=_counted(MeasureStatus.WITHDRAWN),
    )
    wanted = (
        select(*by_name.columns)
        .outerjoin(Measure, col(Measure.campaign_id) == Campaign.id)
        .where(Campaign.unit_id == unit_id)
        .group_by(col(Campaign.id))
        .order_by(col(Campaign.id).desc())
    )
    return by_name.values(session.execute(wanted))


def _counted(status: MeasureStatus) -> ColumnElement[int]:
    return func.count(case((col(Measure.status) == status, 1)))


def count_unreleased(session: Session, campaign_id: int) -> int:
    """How many measures of the campaign are drafts, or confirmed and not released."""
    return session.exec(
        select(func.count()).where(
            col(Measure.campaign_id) == campaign_id,
            col(Measure.status).in_((MeasureStatus.DRAFT, MeasureStatus.CONFIRMED)),
        )
    ).one()


def get_own_campaign(session: Session, account: Account, campaign_id: int) -> Campaign:
    """The campaign, for an office account of the unit that owns it. Raises `NotFound`."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or not is_office_of(account, campaign):
        raise NotFound
    return campaign


def get_own_measure(
    session: Session, account: Account, measure_id: int
) -> tuple[Measure, Campaign]:
    """The measure and its campaign, for an office account of the owner. Raises `NotFound`."""
    measure = session.get(Measure, measure_id)
    if measure is None:
        raise NotFound
    return measure, get_own_campaign(session, account, measure.campaign_id)


def lock_own_measure(
    session: Session, account: Account, measure_id: int
) -> tuple[Measure, Campaign]:
    """`get_own_measure` for an act: the measure is locked until the transaction ends.

    Nobody deletes or releases the measure while somebody else adds to it.
    """
    session.get(Measure, measure_id, with_for_update={"key_share": True}, populate_existing=True)
    return get_own_measure(session, account, measure_id)


def get_notice(session: Session, campaign: Campaign) -> Notice:
    """The notice of a campaign. Raises `NotFound`."""
    notice = session.exec(select(Notice).where(Notice.campaign_id == campaign.id)).one_or_none()
    if notice is None:
        raise NotFound
    return notice


def find_same_campaign(session: Session, campaign: Campaign, notice: Notice) -> Campaign | None:
    """The first campaign made before this one by the same unit, from a notice with the same number
    and title. A notice without a number is like no other."""
    if not notice.number:
        return None
    wanted = (
        select(Campaign)
        .join(Notice, col(Notice.campaign_id) == Campaign.id)
        .where(
            Campaign.unit_id == campaign.unit_id,
            col(Campaign.id) < campaign.id,
            Notice.number == notice.number,
            Notice.title == notice.title,
        )
        .order_by(col(Campaign.id))
        .limit(1)
    )
    return session.exec(wanted).first()


def next_position(session: Session, campaign_id: int) -> int:
    """The position after the last measure of a campaign."""
    last = select(func.max(Measure.position)).where(Measure.campaign_id == campaign_id)
    return (session.exec(last).one() or 0) + 1


def list_addressees_of(session: Session, campaign_id: int) -> dict[int, list[tuple[str, str]]]:
    """Id of a measure of the campaign → its addressees as (level, tag), the top level first.

    One statement.
    """
    wanted = (
        select(Addressee.measure_id, Addressee.level, Addressee.tag)
        .join(Measure, col(Measure.id) == Addressee.measure_id)
        .join(Level, col(Level.code) == Addressee.level)
        .where(Measure.campaign_id == campaign_id)
        .order_by(col(Level.rank), col(Addressee.tag))
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for measure_id, level, tag in session.exec(wanted):
        found.setdefault(measure_id, []).append((level, tag))
    return found
