"""Campaigns of an office: the list, one campaign with its measures, its notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter, Response

from adapters.settings import get_settings
from models import Campaign, Level, Measure, MeasureStatus, Notice, Tag
from queries.assignments.given_campaigns import GivenCampaign, list_given_campaigns
from queries.assignments.standings import MeasureStanding, list_campaign_standings
from queries.campaigns.campaigns import (
    CampaignRow,
    find_same_campaign,
    get_notice,
    get_own_campaign,
    list_addressees_of,
    list_campaigns_of,
)
from queries.campaigns.measures import list_measures
from queries.campaigns.notice_files import (
    FileChange,
    HandedNotice,
    get_handed_notice,
    list_file_changes,
)
from queries.campaigns.troubles import count_troubles
from queries.units.units import list_levels, list_tags
from rules.campaigns.notice.passages import Passage, Piece, cut
from rules.campaigns.notice_files import MB
from rules.dates.calendar import WEEKDAY_NAMES
from rules.dates.due import DueRule, parse_due
from rules.sentences.faults import Faults
from rules.sentences.refusal import N_, Refusal
from services.campaigns.campaigns import edit_notice
from services.campaigns.measures import EDITABLE, STATUS_NAMES
from web.campaigns.campaign_export import export_campaigns
from web.campaigns.typed_notice import TypedNotice
from web.edge.pages.exports import wants_file
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted, typed
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.transactions import attempt

FOUND = ("deadlines", "duties", "uncertain")
"""Kinds of findings that have a place in the text."""

router = APIRouter()


@dataclass(frozen=True)
class CampaignsPage(Page):
    """The campaigns of an office."""

    TEMPLATE = "pages/campaigns/list.html"

    rows: Sequence[CampaignRow]
    given: Sequence[GivenCampaign]
    """The campaigns of units above that the unit has assignments of."""
    troubles: int
    """How many things keep the office's work from being done."""


@router.get("/campaigns")
def show_campaigns(context: Officer) -> Response:
    """The campaigns of the office, with how many measures of each stand where."""
    rows = list_campaigns_of(context.session, context.actor.unit_id)
    if wants_file(context.query):
        return export_campaigns(context, rows)
    given = list_given_campaigns(context.session, context.actor.unit_id, context.today)
    troubles = count_troubles(context.session, context.viewer.unit_id)
    return render(context.request, CampaignsPage(rows, given, troubles))


@dataclass(frozen=True)
class CampaignPage(Page):
    """One campaign with its measures."""

    TEMPLATE = "pages/campaigns/show.html"

    campaign: Campaign
    notice: Notice
    measures: Sequence[Measure]
    dues: Mapping[int, DueRule | None]
    """Measure → due rule."""
    addressees: Mapping[int, Sequence[tuple[str, str]]]
    """Measure → the levels and tags that answer the measure."""
    levels: Mapping[str, Level]
    tags: Mapping[str, Tag]
    saved: int
    """The id of the measure that was saved just now; 0: none."""
    statuses: Mapping[MeasureStatus, str]
    weekdays: Mapping[int, str]
    earlier: Campaign | None
    """A campaign of the office whose notice has the same number and title."""
    handed_down: bool
    """A measure of the campaign was released, so that the campaign cannot be deleted."""
    left_out: Sequence[str]
    """What the file of the notice holds and its text does not."""
    handed: HandedNotice
    """The original and the annexes."""
    file_changes: Sequence[FileChange]
    upload_limit: int
    """Megabytes of what can be sent at once."""
    refusals: Sequence[str]
    """Why files were not taken."""
    standings: Mapping[int, MeasureStanding]
    """Measure → how far it has got, in its latest period."""


@router.get("/campaigns/{campaign_id}")
def show_campaign(context: Officer, campaign_id: int, saved: int = 0) -> Response:
    """The header and the outline of the notice, and the measures found in the notice."""
    return campaign_page(context, campaign_id, saved=saved)


def campaign_page(
    context: Context, campaign_id: int, *, saved: int = 0, refusals: Sequence[str] = ()
) -> Response:
    """The page of a campaign of the office; 422 with `refusals`."""
    session = context.session
    campaign = get_own_campaign(session, context.actor, campaign_id)
    notice = get_notice(session, campaign)
    measures = list_measures(session, campaign_id)
    page = CampaignPage(
        campaign=campaign,
        notice=notice,
        measures=measures,
        dues={measure.id: find_due(measure) for measure in measures},
        addressees=list_addressees_of(session, campaign_id),
        levels={level.code: level for level in list_levels(session)},
        tags={tag.code: tag for tag in list_tags(session)},
        saved=saved,
        statuses=STATUS_NAMES,
        weekdays=WEEKDAY_NAMES,
        earlier=find_same_campaign(session, campaign, notice),
        handed_down=any(measure.status not in EDITABLE for measure in measures),
        left_out=[context.words.say(sentence) for sentence in notice.left_out],
        handed=get_handed_notice(session, campaign_id),
        file_changes=list_file_changes(session, campaign_id),
        upload_limit=get_settings().upload_limit // MB,
        refusals=refusals,
        standings={
            standing.measure_id: standing
            for standing in list_campaign_standings(session, campaign, context.today)
        },
    )
    return render(context.request, page, status=422 if refusals else 200)


@dataclass(frozen=True)
class NoticePage(Page):
    """The text of a notice with everything that was found in it."""

    TEMPLATE = "pages/campaigns/notice.html"

    campaign: Campaign
    notice: Notice
    pieces: Sequence[Piece]
    """The text, cut where something was found."""
    measures: Mapping[str, Measure]
    """Anchor → measure."""


@router.get("/campaigns/{campaign_id}/notice")
def show_notice(context: Officer, campaign_id: int) -> Response:
    """The full text; everything that was found is marked in its place."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    notice = get_notice(context.session, campaign)
    measures = list_measures(context.session, campaign_id)
    page = NoticePage(
        campaign=campaign,
        notice=notice,
        pieces=cut(notice.text, list(passages(notice, measures))),
        measures={f"measure-{measure.id}": measure for measure in measures},
    )
    return render(context.request, page)


def passages(notice: Notice, measures: Sequence[Measure]) -> Iterator[Passage]:
    """Everything that has a place in the text of a notice: headings, measures, findings."""
    for place, heading in enumerate(notice.outline):
        yield Passage(f"heading-{place}", "heading", heading["start"], heading["end"])
    for measure in measures:
        if measure.start is not None and measure.end is not None:
            yield Passage(f"measure-{measure.id}", "measure", measure.start, measure.end)
        for kind in FOUND:
            for place, found in enumerate(measure.findings.get(kind, [])):
                anchor = f"{kind}-{measure.id}-{place}"
                yield Passage(anchor, kind, found["start"], found["end"])


@dataclass(frozen=True)
class NoticeEditorPage(Page):
    """The header of a notice, to be corrected."""

    TEMPLATE = "pages/campaigns/edit.html"

    campaign: Campaign
    sent: TypedNotice
    faults: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""


@router.get("/campaigns/{campaign_id}/edit")
def show_edit(context: Officer, campaign_id: int) -> Response:
    """The header of the notice, to be corrected."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    sent = TypedNotice.of(get_notice(context.session, campaign))
    return render(context.request, NoticeEditorPage(campaign, sent))


@router.post("/campaigns/{campaign_id}/edit")
def save_notice(context: Officer, campaign_id: int, posted: Posted) -> Response:
    """Keep the corrected header."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    sent = TypedNotice.read(typed(posted))
    faults: Faults = {}
    day = sent.read_day(faults)
    told = context.words.say_each(faults)
    if told:
        return render(context.request, NoticeEditorPage(campaign, sent, told), status=422)
    with attempt(context.session, context.words) as outcome:
        edit_notice(
            context.session,
            campaign,
            title=sent.title,
            number=sent.number,
            issuer=sent.issuer,
            dated_on=day,
            actor=context.actor,
        )
    if not outcome.done:
        again = NoticeEditorPage(campaign, sent, refusal=outcome.refusal)
        return render(context.request, again, status=422)
    return back_to(f"/campaigns/{campaign_id}", N_("通知的标题、文号和日期已保存。"))


def find_due(measure: Measure) -> DueRule | None:
    """The measure's due rule; None where there is none yet."""
    try:
        return parse_due(measure.due_rule)
    except Refusal:
        return None
