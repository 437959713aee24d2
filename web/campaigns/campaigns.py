"""Campaigns of an office: the list, one campaign with its measures, its notice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from models import Campaign, Measure, Notice
from queries.campaigns.campaigns import (
    get_notice,
    get_own_campaign,
    list_addressees_of,
    list_campaigns_of,
)
from queries.campaigns.measures import list_measures
from queries.units.units import list_levels, list_tags
from rules.campaigns.notice.passages import Passage, cut
from rules.dates.due import DueRule, parse_due
from rules.sentences.faults import Faults
from rules.sentences.refusal import Refusal
from services.campaigns.campaigns import edit_notice
from services.campaigns.measures import STATUS_NAMES
from web.campaigns.typed_notice import TypedNotice
from web.campaigns.typed_schedule import WEEKDAY_NAMES
from web.edge.language import words_of
from web.edge.posted import Posted, typed
from web.edge.rendering import render
from web.edge.security import Officer
from web.edge.transactions import OpenSession, attempt

FOUND = ("deadlines", "duties", "uncertain")
"""What intake finds with a place in the text."""

router = APIRouter()


@router.get("/campaigns")
def show_campaigns(request: Request, session: OpenSession, viewer: Officer) -> Response:
    """The campaigns of the office with how many measures stand where."""
    rows = list_campaigns_of(session, viewer.account.unit_id)
    return render(request, "pages/campaigns/list.html", rows=rows)


@router.get("/campaigns/{campaign_id}")
def show_campaign(
    request: Request, session: OpenSession, viewer: Officer, campaign_id: int, saved: int = 0
) -> Response:
    """The notice's header and outline, and the measures found in it."""
    campaign = get_own_campaign(session, viewer.account, campaign_id)
    measures = list_measures(session, campaign_id)
    return render(
        request,
        "pages/campaigns/show.html",
        campaign=campaign,
        notice=get_notice(session, campaign),
        measures=measures,
        dues={one.id: find_due(one) for one in measures},
        addressees=list_addressees_of(session, campaign_id),
        levels={one.code: one for one in list_levels(session)},
        tags={one.code: one for one in list_tags(session)},
        saved=saved,
        statuses=STATUS_NAMES,
        weekdays=WEEKDAY_NAMES,
    )


@router.get("/campaigns/{campaign_id}/notice")
def show_notice(
    request: Request, session: OpenSession, viewer: Officer, campaign_id: int
) -> Response:
    """The full text with everything that was found marked in its place."""
    campaign = get_own_campaign(session, viewer.account, campaign_id)
    notice = get_notice(session, campaign)
    measures = list_measures(session, campaign_id)
    return render(
        request,
        "pages/campaigns/notice.html",
        campaign=campaign,
        notice=notice,
        pieces=cut(notice.text, list(passages(notice, measures))),
        measures={f"measure-{one.id}": one for one in measures},
    )


def passages(notice: Notice, measures: Sequence[Measure]) -> Iterator[Passage]:
    """Everything of a notice that has a place in its text: headings, measures, findings."""
    for place, heading in enumerate(notice.outline):
        yield Passage(f"heading-{place}", "heading", heading["start"], heading["end"])
    for measure in measures:
        if measure.start is not None and measure.end is not None:
            yield Passage(f"measure-{measure.id}", "measure", measure.start, measure.end)
        for kind in FOUND:
            for place, found in enumerate(measure.findings.get(kind, [])):
                anchor = f"{kind}-{measure.id}-{place}"
                yield Passage(anchor, kind, found["start"], found["end"])


@router.get("/campaigns/{campaign_id}/edit")
def show_edit(
    request: Request, session: OpenSession, viewer: Officer, campaign_id: int
) -> Response:
    """The header of the notice, to be corrected."""
    campaign = get_own_campaign(session, viewer.account, campaign_id)
    sent = TypedNotice.of(get_notice(session, campaign))
    return _edit_page(request, campaign, sent, {}, "")


@router.post("/campaigns/{campaign_id}/edit")
def save_notice(
    request: Request, session: OpenSession, viewer: Officer, campaign_id: int, posted: Posted
) -> Response:
    """Keep the corrected header."""
    campaign = get_own_campaign(session, viewer.account, campaign_id)
    sent = TypedNotice.read(typed(posted))
    faults: Faults = {}
    day = sent.read_day(faults)
    told = words_of(request).say_each(faults)
    if told:
        return _edit_page(request, campaign, sent, told, "")
    with attempt(session, request) as outcome:
        edit_notice(
            session, campaign,
            title=sent.title, number=sent.number, issuer=sent.issuer, dated_on=day,
            actor=viewer.account,
        )  # fmt: skip
    if not outcome.done:
        return _edit_page(request, campaign, sent, {}, outcome.refusal)
    return RedirectResponse(f"/campaigns/{campaign_id}", 303)


def find_due(measure: Measure) -> DueRule | None:
    """The measure's due rule; None where there is none yet."""
    try:
        return parse_due(measure.due_rule)
    except Refusal:
        return None


def _edit_page(
    request: Request,
    campaign: Campaign,
    sent: TypedNotice,
    faults: dict[str, str],
    refusal: str,
) -> Response:
    return render(
        request,
        "pages/campaigns/edit.html",
        status=422 if faults or refusal else 200,
        campaign=campaign,
        sent=sent,
        faults=faults,
        refusal=refusal,
    )
