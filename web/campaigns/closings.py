"""Closing a measure or a whole campaign, and opening a measure again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from models import Campaign, Measure, MeasureStatus
from queries.campaigns.campaigns import get_own_campaign, get_own_measure, lock_own_measure
from queries.campaigns.closings import Outstanding, list_outstanding
from queries.campaigns.measures import list_measures
from rules.sentences.refusal import N_
from services.campaigns.closings import close_measures, open_measure_again
from web.campaigns.measure_acts import (
    OPEN_AGAIN,
    Reasoned,
    attempt_on,
    reason_page,
    try_with_reason,
)
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.transactions import attempt

router = APIRouter()


@router.get("/measures/{measure_id}/close")
def show_close(context: Officer, measure_id: int) -> Response:
    """What closing means, and how much closing would leave undone."""
    measure, campaign = get_own_measure(context.session, context.actor, measure_id)
    return _close_page(context, campaign, [measure], measure)


@router.post("/measures/{measure_id}/close")
def close(context: Officer, measure_id: int) -> Response:
    """Close the measure; a second click finds the measure closed and changes nothing."""
    measure, campaign = lock_own_measure(context.session, context.actor, measure_id)
    ended = 0
    with attempt_on(context, measure) as outcome:
        ended = close_measures(context.session, [measure], actor=context.actor, now=context.now)
    if not outcome.done:
        return _close_page(context, campaign, [measure], measure, outcome.refusal)
    said = N_("已办结，%(count)s 个单位的任务随之办结。")
    if not ended:
        said = N_("这条措施已经办结过了，没有变化。")
    return back_to(f"/measures/{measure_id}/preview", said, count=ended)


@router.get("/campaigns/{campaign_id}/close")
def show_close_campaign(context: Officer, campaign_id: int) -> Response:
    """The same for every released measure of the campaign."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    return _close_page(context, campaign, list_measures(context.session, campaign_id))


@router.post("/campaigns/{campaign_id}/close")
def close_campaign(context: Officer, campaign_id: int) -> Response:
    """Close every released measure of the campaign, all of them or none."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    measures = list_measures(context.session, campaign_id)
    released = [measure for measure in measures if measure.status == MeasureStatus.RELEASED]
    ended = 0
    with attempt(context.session, context.words) as outcome:
        ended = close_measures(context.session, released, actor=context.actor, now=context.now)
    if not outcome.done:
        return _close_page(context, campaign, measures, refusal=outcome.refusal)
    said = N_("已办结 %(measures)s 条措施，%(count)s 个单位的任务随之办结。")
    if not released:
        said = N_("没有正在办理的措施，没有变化。")
    return back_to(f"/campaigns/{campaign_id}", said, measures=len(released), count=ended)


@router.get("/measures/{measure_id}/open-again")
def show_open_again(context: Officer, measure_id: int) -> Response:
    """What opening the measure again means, and the reason that is needed."""
    own = get_own_measure(context.session, context.actor, measure_id)
    return reason_page(context, OPEN_AGAIN, Reasoned(*own))


@router.post("/measures/{measure_id}/open-again")
def open_again(context: Officer, measure_id: int, posted: Posted) -> Response:
    """Take the closing back, with a reason that every unit will see."""
    tried = try_with_reason(context, measure_id, posted, open_measure_again)
    if tried.refusal:
        return reason_page(context, OPEN_AGAIN, tried)
    said = N_("已重新开启，%(count)s 个单位的任务可以继续办理。")
    if not tried.count:
        said = N_("这条措施没有办结，没有变化。")
    return back_to(f"/measures/{measure_id}/preview", said, count=tried.count)


@dataclass(frozen=True)
class ClosePage(Page):
    """What closing a measure or a campaign leaves undone."""

    TEMPLATE = "pages/campaigns/close.html"

    campaign: Campaign
    measure: Measure | None
    """The only measure that is to be closed; None: all of the campaign."""
    rows: Sequence[Outstanding]
    refusal: str


def _close_page(
    context: Context,
    campaign: Campaign,
    measures: Sequence[Measure],
    measure: Measure | None = None,
    refusal: str = "",
) -> Response:
    """See `ClosePage` for `measure`; `measures` are all that would be closed."""
    rows = list_outstanding(context.session, [closed.id for closed in measures])
    page = ClosePage(campaign, measure, rows, refusal)
    return render(context.request, page, status=422 if refusal else 200)
