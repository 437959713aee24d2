"""Deleting a campaign of which nothing was released, after a page that says what goes."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Response

from models import Campaign
from queries.campaigns.campaigns import get_own_campaign
from queries.campaigns.measures import list_measures
from queries.campaigns.schedules import count_campaign_plans
from rules.sentences.refusal import N_
from services.campaigns.campaign_deletions import delete_campaign
from services.campaigns.measures import EDITABLE
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.transactions import attempt

router = APIRouter()


@dataclass(frozen=True)
class DeleteCampaignPage(Page):
    """What is deleted together with a campaign."""

    TEMPLATE = "pages/campaigns/delete.html"

    campaign: Campaign
    measures: int
    """How many measures the campaign has."""
    plans: int
    """How many schedules end with the campaign."""
    can: bool
    """Nothing of the campaign was ever released."""
    refusal: str


@router.get("/campaigns/{campaign_id}/delete")
def show_delete(context: Officer, campaign_id: int) -> Response:
    """What goes with the campaign, before anything is deleted."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    return _page(context, campaign)


@router.post("/campaigns/{campaign_id}/delete")
def delete(context: Officer, campaign_id: int) -> Response:
    """Delete the campaign, or say why it cannot be deleted."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    title, measures = campaign.title, len(list_measures(context.session, campaign_id))
    with attempt(context.session, context.words) as outcome:
        delete_campaign(context.session, campaign, actor=context.actor)
    if not outcome.done:
        return _page(context, campaign, outcome.refusal)
    said = N_("已删除“%(title)s”和它的 %(measures)s 条措施。")
    return back_to("/campaigns", said, title=title, measures=measures)


def _page(context: Context, campaign: Campaign, refusal: str = "") -> Response:
    measures = list_measures(context.session, campaign.id)
    page = DeleteCampaignPage(
        campaign=campaign,
        measures=len(measures),
        plans=count_campaign_plans(context.session, campaign.id),
        can=all(measure.status in EDITABLE for measure in measures),
        refusal=refusal,
    )
    return render(context.request, page, status=422 if refusal else 200)
