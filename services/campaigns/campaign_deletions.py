"""A campaign of which nothing was ever released can be deleted with everything in it."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session, col

from models import Account, Campaign, Measure, Schedule
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.sentences.refusal import N_, Refusal
from services.campaigns.deletions import delete_rows
from services.campaigns.measures import EDITABLE


def delete_campaign(session: Session, campaign: Campaign, *, actor: Account) -> None:
    """Delete a campaign with its notice, measures, schedules and reports. Forms stay.

    Raises `Refusal` where a measure was ever released: its history stays.
    """
    require(actor, Right.DELETE_CAMPAIGN, Subject(campaign.unit_id))
    session.refresh(campaign, with_for_update=True)  # Nobody adds to the campaign from here on.
    measures = select(col(Measure.status)).where(col(Measure.campaign_id) == campaign.id)
    locked = session.scalars(measures.order_by(col(Measure.id)).with_for_update())
    if any(status not in EDITABLE for status in locked.all()):
        raise Refusal(
            N_("“%(title)s”里有下发过的措施，不能删除。不再办理的，请撤回或者办结。"),
            title=campaign.title,
        )
    # A process that is noting a schedule as due comes first.
    plans = select(col(Schedule.id)).where(col(Schedule.campaign_id) == campaign.id)
    session.execute(plans.with_for_update()).all()
    campaign_id = campaign.id
    session.expunge(campaign)
    delete_rows(session, Campaign, col(Campaign.id) == campaign_id)
