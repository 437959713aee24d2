"""Reports: a unit sees its own reports and those of the units below, as page, Word and Excel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, HTTPException, Response
from markupsafe import Markup
from sqlmodel import Session

from adapters.reports.report_files import FACES, report_file
from adapters.reports.report_page import render_content
from adapters.reports.report_view import report_of
from models import Account, Campaign, Snapshot, Unit
from queries.campaigns.campaigns import get_own_campaign, is_office_of
from queries.campaigns.occurrences import find_latest_order
from queries.reports.report_choice import (
    CampaignReports,
    LowerReports,
    list_campaigns_with_reports,
    list_lower_reports,
)
from queries.reports.snapshots import find_snapshot, list_snapshot_dates
from queries.units.units import list_above
from queries.units.visibility import get_visible_campaign, get_visible_unit, may_see
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_
from services.campaigns.schedules import order_reports as order_of_every_unit
from services.reports.snapshots import take_snapshots
from web.campaigns.standings import ToldOccurrence, told_of
from web.edge.pages.downloads import saved_as
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.viewer.context import Officer, SignedIn

MEDIA = {
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

router = APIRouter()


@dataclass(frozen=True)
class ReportsPage(Page):
    """The campaigns on which a unit has reports."""

    TEMPLATE = "pages/reports/list.html"

    rows: Sequence[CampaignReports]


@router.get("/reports")
def show_reports(context: SignedIn) -> Response:
    """The campaigns in which the unit has a part, with the unit's latest report on each."""
    rows = list_campaigns_with_reports(context.session, context.viewer.unit)
    return render(context.request, ReportsPage(rows))


@dataclass(frozen=True)
class CampaignReportsPage(Page):
    """The reports of one unit on a campaign."""

    TEMPLATE = "pages/reports/campaign.html"

    campaign: Campaign
    here: Unit
    links: Sequence[tuple[str, str]]
    """Address and name of the pages above."""
    dates: Sequence[date]
    """The days of the unit's reports."""
    lower: Sequence[LowerReports]
    owns: bool
    """The campaign belongs to the viewer's office."""
    order: ToldOccurrence | None
    """What became of the latest order of every unit's report."""


@router.get("/reports/{campaign_id}")
def show_campaign_reports(context: SignedIn, campaign_id: int, unit: str = "") -> Response:
    """The reports of one unit on a campaign, and the way to the reports of its lower units."""
    session, words, own = context.session, context.words, context.viewer.unit
    campaign, here = _find(session, context.actor, campaign_id, unit or own.code)
    owns = is_office_of(context.actor, campaign)
    order = find_latest_order(session, campaign_id) if owns else None
    above = [upper for upper in list_above(session, here) if may_see(own, upper)]
    steps = [(f"/reports/{campaign_id}?unit={upper.code}", upper.name) for upper in above]
    page = CampaignReportsPage(
        campaign=campaign,
        here=here,
        links=[("/reports", words.say(N_("报告"))), *steps],
        dates=list_snapshot_dates(session, campaign_id, here.id),
        lower=list_lower_reports(session, campaign_id, here),
        owns=owns,
        order=told_of(words, order, None, for_reports=True) if order else None,
    )
    return render(context.request, page)


@router.post("/reports/{campaign_id}/every-unit")
def order_reports(context: Officer, campaign_id: int) -> Response:
    """Have a flow make the reports of every unit soon: there may be a thousand."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    made = order_of_every_unit(context.session, campaign, actor=context.actor, now=context.now)
    said = N_("已安排生成各单位的报告，完成后可以在下面查看。")
    if not made:
        said = N_("各单位的报告已经在生成，没有重复安排。")
    return back_to(f"/reports/{campaign_id}", said)


@router.post("/reports/{campaign_id}/{code}")
def make_report(context: SignedIn, campaign_id: int, code: str) -> Response:
    """Make the report of one unit as things stand now; an earlier one of today is replaced."""
    _campaign, here = _find(context.session, context.actor, campaign_id, code)
    today = context.today
    take_snapshots(
        context.session, campaign_id, [here.code], as_of=today, actor=context.actor, now=context.now
    )
    said = N_("已按当前情况生成报告。今天生成过的由这一份代替。")
    return back_to(f"/reports/{campaign_id}/{here.code}/{today}", said)


@dataclass(frozen=True)
class ReportPage(Page):
    """One report."""

    TEMPLATE = "pages/reports/show.html"

    campaign: Campaign
    here: Unit
    snapshot: Snapshot
    content: Markup


@router.get("/reports/{campaign_id}/{code}/{as_of}")
def show_report(context: SignedIn, campaign_id: int, code: str, as_of: date) -> Response:
    """The report as a page, with the way to its Word and Excel files."""
    session, language = context.session, context.words.language
    campaign, here, snapshot = _find_snapshot(session, context.actor, campaign_id, code, as_of)
    content = render_content(report_of(snapshot), language)
    return render(context.request, ReportPage(campaign, here, snapshot, content))


@router.get("/reports/{campaign_id}/{code}/{as_of}/{face}")
def download_report(
    context: SignedIn, campaign_id: int, code: str, as_of: date, face: str
) -> Response:
    """The report as a file: `docx`, `xlsx` or `html`."""
    if face not in FACES:
        raise HTTPException(404)
    session, language = context.session, context.words.language
    campaign, here, snapshot = _find_snapshot(session, context.actor, campaign_id, code, as_of)
    content = report_file(snapshot, face, language)
    name = f"{campaign.title}-{here.name}-{as_of}.{face}"
    headers = {
        "Content-Disposition": saved_as(name, f"report.{face}"),
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=MEDIA[face], headers=headers)


def _find(session: Session, actor: Account, campaign_id: int, code: str) -> tuple[Campaign, Unit]:
    """The campaign and the unit, if the account sees both."""
    here = get_visible_unit(session, actor, code)
    return get_visible_campaign(session, actor, campaign_id), here


def _find_snapshot(
    session: Session, actor: Account, campaign_id: int, code: str, as_of: date
) -> tuple[Campaign, Unit, Snapshot]:
    campaign, here = _find(session, actor, campaign_id, code)
    snapshot = find_snapshot(session, campaign_id, here.id, as_of)
    if snapshot is None:
        raise NotFound
    return campaign, here, snapshot
