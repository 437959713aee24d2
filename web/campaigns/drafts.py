"""All drafts of a notice on one page: what each lacks, a short preview, and one act for many."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from models import Campaign, Level, MeasureStatus
from queries.campaigns.campaigns import get_own_campaign
from queries.units.units import list_levels
from rules.sentences.refusal import N_
from services.campaigns.many_measures import Outcomes, carry_each
from services.campaigns.measures import STATUS_NAMES
from web.campaigns.draft_measures import ShownDraft, read_drafts
from web.edge.pages.asked_first import MANY, SURE
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.security import read_id

RELEASE = "release"
RELEASED = N_("已下发 %(count)s 条措施。")
CONFIRMED = N_("已确认 %(count)s 条措施。还没有下发，没有通知任何单位。")

router = APIRouter()


@dataclass(frozen=True)
class DraftsPage(Page):
    """The measures of a campaign that are not released yet."""

    TEMPLATE = "pages/campaigns/drafts.html"

    campaign: Campaign
    drafts: Sequence[ShownDraft]
    ticked: Collection[int]
    levels: Mapping[str, Level]
    statuses: Mapping[MeasureStatus, str]
    done: str
    """What the last act has done, where some of it was refused."""
    refusal: str


@router.get("/campaigns/{campaign_id}/drafts")
def show_drafts(context: Officer, campaign_id: int) -> Response:
    """Every measure that is not released yet; those that are whole are ticked."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    return _page(context, campaign)


@router.post("/campaigns/{campaign_id}/drafts")
def act_on_drafts(context: Officer, posted: Posted, campaign_id: int) -> Response:
    """Confirm what is ticked, or confirm and release it; many units are asked about first."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    seen, releasing = _seen_in(posted), posted.get("act") == RELEASE
    if not seen:
        return _page(context, campaign, refusal=context.words.say(N_("请先勾选措施。")))
    if releasing and posted.get(SURE) != "yes":
        asked = _question(context, campaign, seen)
        if asked:
            return asked
    carried = carry_each(
        context.session, campaign, seen, releasing=releasing, actor=context.actor, now=context.now
    )
    return _told(context, campaign, carried, releasing=releasing)


def _seen_in(posted: FormData) -> dict[int, int]:
    """Measure → the version that was shown, for what is ticked."""
    pairs = [str(value).partition("-") for value in posted.getlist("measure")]
    return {read_id(measure): read_id(version) for measure, _, version in pairs}


@dataclass(frozen=True)
class SureToReleasePage(Page):
    """How many units a release of many measures reaches."""

    TEMPLATE = "pages/campaigns/drafts_sure.html"

    campaign: Campaign
    going: Sequence[ShownDraft]
    staying: Sequence[ShownDraft]
    """Measures that lack something and are not released."""
    units: int


def _question(context: Context, campaign: Campaign, seen: Mapping[int, int]) -> Response | None:
    """The page that asks; None where few units are reached."""
    chosen = [draft for draft in read_drafts(context, campaign) if draft.measure.id in seen]
    going = [draft for draft in chosen if not draft.lacks]
    units = sum(draft.units for draft in going)
    if units <= MANY:
        return None
    staying = [draft for draft in chosen if draft.lacks]
    return render(context.request, SureToReleasePage(campaign, going, staying, units))


def _told(context: Context, campaign: Campaign, carried: Outcomes, *, releasing: bool) -> Response:
    """On to the page with what was done; with refusals the page itself, each at its measure."""
    if releasing:
        said, count = N_("已下发 %(count)s 条措施。"), len(carried.released)
    else:
        said, count = (
            N_("已确认 %(count)s 条措施。还没有下发，没有通知任何单位。"),
            len(carried.confirmed),
        )
    if carried.refused:
        refused = {
            measure: context.words.say(sentence) for measure, sentence in carried.refused.items()
        }
        done = context.words.say(said, count=count) if count else ""
        return _page(context, campaign, refused=refused, done=done)
    if not count:
        said = N_("所选的措施此前已经办理，没有重复办理。")
    return back_to(f"/campaigns/{campaign.id}/drafts", said, count=count)


def _page(
    context: Context,
    campaign: Campaign,
    *,
    refused: Mapping[int, str] | None = None,
    done: str = "",
    refusal: str = "",
) -> Response:
    drafts = read_drafts(context, campaign, refused or {})
    page = DraftsPage(
        campaign=campaign,
        drafts=drafts,
        ticked={draft.measure.id for draft in drafts if draft.is_whole},
        levels={level.code: level for level in list_levels(context.session)},
        statuses=STATUS_NAMES,
        done=done,
        refusal=refusal,
    )
    return render(context.request, page, status=409 if refused else 422 if refusal else 200)
