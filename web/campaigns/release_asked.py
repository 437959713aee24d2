"""The release itself: asked about first where it reaches many units, or leaves too little time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from models import Campaign, Measure, MeasureStatus
from queries.campaigns.campaigns import get_own_measure, lock_own_measure
from queries.campaigns.reach import LevelReach
from rules.campaigns.release_check import ReleaseFacts
from rules.sentences.refusal import N_
from services.campaigns.measures import release_measure
from services.campaigns.short_notice import LONGEST_REASON
from web.campaigns.measure_acts import attempt_on
from web.campaigns.releases import ReleasePreview, make_preview, preview_page
from web.edge.pages.asked_first import MANY, SURE
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, Officer

router = APIRouter()
RELEASABLE = (MeasureStatus.CONFIRMED, MeasureStatus.RELEASED)


@dataclass(frozen=True)
class ReleaseSurePage(Page):
    """Asks before a release that reaches many units, or that somebody has to sign for."""

    TEMPLATE = "pages/campaigns/measures/sure.html"

    measure: Measure
    campaign: Campaign
    levels: Sequence[LevelReach]
    answering: int
    facts: ReleaseFacts
    reason: str
    """Why the lowest level gets so little time, as it was typed."""
    longest_reason: int
    refusal: str


@router.get("/measures/{measure_id}/release")
def show_release(context: Officer, measure_id: int) -> Response:
    """How many units the release reaches, and what has to be signed for."""
    measure, campaign = get_own_measure(context.session, context.actor, measure_id)
    if measure.status not in RELEASABLE:
        return _to_preview(measure_id)
    return _page(context, measure, campaign)


@router.post("/measures/{measure_id}/release")
def release(context: Officer, posted: Posted, measure_id: int) -> Response:
    """Release the measure; a second click finds it released and changes nothing."""
    measure, campaign = lock_own_measure(context.session, context.actor, measure_id)
    preview, reason = make_preview(context, measure), str(posted.get("reason", ""))
    if measure.status in RELEASABLE and not posted.get(SURE) and _must_ask(preview):
        return RedirectResponse(f"/measures/{measure_id}/release", 303)
    with attempt_on(context, measure) as outcome:
        release_measure(
            context.session, measure, reason=reason, actor=context.actor, now=context.now
        )
    if not outcome.done and preview.facts.short and measure.status in RELEASABLE:
        return _page(context, measure, campaign, reason, outcome.refusal)
    if not outcome.done:
        return preview_page(context, measure, campaign, outcome.refusal)
    said = N_("已下发，共 %(answering)s 个单位填报，%(passing_on)s 个单位转发并汇总。")
    reach = [level.reach for level in preview.levels]
    return back_to(
        f"/measures/{measure_id}/preview",
        said,
        answering=sum(level.answering for level in reach),
        passing_on=sum(level.passing_on for level in reach),
    )


def _must_ask(preview: ReleasePreview) -> bool:
    reach = [level.reach for level in preview.levels]
    return preview.facts.short or sum(row.answering + row.passing_on for row in reach) > MANY


def _to_preview(measure_id: int) -> Response:
    return RedirectResponse(f"/measures/{measure_id}/preview", 303)


def _page(
    context: Context, measure: Measure, campaign: Campaign, reason: str = "", refusal: str = ""
) -> Response:
    preview = make_preview(context, measure)
    page = ReleaseSurePage(
        measure=measure,
        campaign=campaign,
        levels=[level.reach for level in preview.levels],
        answering=preview.facts.answering,
        facts=preview.facts,
        reason=reason,
        longest_reason=LONGEST_REASON,
        refusal=refusal,
    )
    return render(context.request, page, status=409 if refusal else 200)
