"""A campaign, or a measure of another campaign, is copied as drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from models import Campaign, Measure
from queries.campaigns.campaigns import get_own_campaign, get_own_measure
from queries.campaigns.copies import MOST_OFFERED, OfferedMeasure, list_offered_measures
from queries.campaigns.measures import list_measures
from queries.units.calendars import get_calendar_of
from rules.campaigns.copies import moved_rule
from rules.dates.calendar import Calendar
from rules.forms.field_values import clean_text, read_date
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_
from services.campaigns.copies import copied_measures, copy_campaign, copy_measure
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.security import read_id
from web.edge.viewer.transactions import attempt

Typed = Annotated[str, Query(max_length=300)]
LAST_OF_FEBRUARY = 28

router = APIRouter()


@dataclass(frozen=True)
class CopiedMeasure:
    """A measure that is copied, with its date before and after."""

    measure: Measure
    before: date | None
    """None: the due rule has no date of its own."""
    after: date | None


@dataclass(frozen=True)
class CopyCampaignPage(Page):
    """What a copy of a campaign would have, with the dates as they would be."""

    TEMPLATE = "pages/campaigns/copy.html"

    campaign: Campaign
    title: str
    starts_on: str
    """As typed."""
    rows: Sequence[CopiedMeasure]
    faults: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""


@router.get("/campaigns/{campaign_id}/copy")
def show_copy(
    context: Officer, campaign_id: int, title: Typed = "", starts_on: Typed = ""
) -> Response:
    """The copy before it is made. With another start, the dates are worked out again."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    return _copy_page(
        context,
        campaign,
        title or campaign.title,
        starts_on or a_year_later(campaign.starts_on).isoformat(),
    )


@router.post("/campaigns/{campaign_id}/copy")
def copy(context: Officer, campaign_id: int, posted: Posted) -> Response:
    """Make the copy; its measures are drafts."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    title, typed = str(posted.get("title", "")), str(posted.get("starts_on", ""))
    day = read_date(typed)
    if isinstance(day, Fault):
        return _copy_page(context, campaign, title, typed)
    made: Campaign | None = None
    with attempt(context.session, context.words) as outcome:
        made = copy_campaign(
            context.session,
            campaign,
            title=title,
            starts_on=date.fromisoformat(day),
            actor=context.actor,
            now=context.now,
        )
    if made is None:
        return _copy_page(context, campaign, title, typed, outcome.refusal)
    said = N_("已照“%(title)s”新建，措施都是草稿。请逐条核对后再下发。")
    return back_to(f"/campaigns/{made.id}", said, title=campaign.title)


def _copy_page(
    context: Context, campaign: Campaign, title: str, typed: str, refusal: str = ""
) -> Response:
    day = read_date(typed)
    faults = {"starts_on": context.words.say(day)} if isinstance(day, Fault) else {}
    start = campaign.starts_on if isinstance(day, Fault) else date.fromisoformat(day)
    days = (start - campaign.starts_on).days
    measures = copied_measures(list_measures(context.session, campaign.id))
    calendar = get_calendar_of(context.session, campaign.unit_id)
    page = CopyCampaignPage(
        campaign=campaign,
        title=title,
        starts_on=typed,
        rows=[_moved(calendar, measure, days) for measure in measures],
        faults=faults,
        refusal=refusal,
    )
    return render(context.request, page, status=422 if faults or refusal else 200)


def _moved(calendar: Calendar, measure: Measure, days: int) -> CopiedMeasure:
    try:
        before = date.fromisoformat(measure.due_rule)
    except ValueError:
        return CopiedMeasure(measure, None, None)
    after = date.fromisoformat(moved_rule(calendar, measure.due_rule, days))
    return CopiedMeasure(measure, before, after)


def a_year_later(day: date) -> date:
    """The same day of the next year; of 29 February, the 28th."""
    last = LAST_OF_FEBRUARY if day.month == 2 else day.day
    return day.replace(year=day.year + 1, day=min(day.day, last))


@dataclass(frozen=True)
class CopyMeasurePage(Page):
    """Measures of other campaigns, of which one is copied."""

    TEMPLATE = "pages/campaigns/measures/copy.html"

    campaign: Campaign
    q: str
    rows: Sequence[OfferedMeasure]
    most: int = MOST_OFFERED


@router.get("/campaigns/{campaign_id}/measures/copy")
def show_copy_measure(context: Officer, campaign_id: int, q: Typed = "") -> Response:
    """The measures of the unit's other campaigns, the newest campaign first."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    text = clean_text(q, multiline=False)
    rows = list_offered_measures(context.session, campaign, text)
    return render(context.request, CopyMeasurePage(campaign, text, rows))


@router.post("/campaigns/{campaign_id}/measures/copy")
def add_copy(context: Officer, campaign_id: int, posted: Posted) -> Response:
    """Make a draft of the chosen measure and go on to the editor."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    source, _ = get_own_measure(
        context.session, context.actor, read_id(str(posted.get("measure", "")))
    )
    draft = copy_measure(context.session, source, campaign, actor=context.actor, now=context.now)
    said = N_("已添加“%(title)s”。请核对办理时限和下发对象。")
    return back_to(f"/measures/{draft.id}/edit", said, title=draft.title)
