"""Reports: every unit sees its own and those of the units below, as page, Word and Excel."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from adapters.reports.report_files import FACES, report_file
from adapters.reports.report_page import render_content
from adapters.reports.report_view import report_of
from models import Campaign, Snapshot, Unit
from queries.campaigns.campaigns import get_own_campaign, is_office_of
from queries.campaigns.occurrences import find_latest_order
from queries.reports.report_choice import list_campaigns_with_reports, list_lower_reports
from queries.reports.snapshots import find_snapshot, list_snapshot_dates
from queries.units.units import list_above
from queries.units.visibility import get_visible_campaign, get_visible_unit, may_see
from rules.dates.calendar import local_date
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_
from services.campaigns.schedules import order_reports as order_of_every_unit
from services.reports.snapshots import take_snapshots
from web.campaigns.standings import told_of
from web.edge.downloads import saved_as
from web.edge.language import language_of, say, words_of
from web.edge.rendering import render
from web.edge.security import Officer, SignedIn, Viewer
from web.edge.transactions import Now, OpenSession

MEDIA = {
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

router = APIRouter()


@router.get("/reports")
def show_reports(request: Request, session: OpenSession, viewer: SignedIn) -> Response:
    """The campaigns the unit has a part in, with its latest report on each."""
    rows = list_campaigns_with_reports(session, viewer.unit)
    return render(request, "pages/reports/list.html", rows=rows)


@router.get("/reports/{campaign_id}")
def show_campaign_reports(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    campaign_id: int,
    unit: str = "",
    ordered: str = "",
) -> Response:
    """The reports of one unit on a campaign, and the way to those of its lower units."""
    campaign, here = _find(session, viewer, campaign_id, unit or viewer.unit.code)
    owns = is_office_of(viewer.account, campaign)
    order = find_latest_order(session, campaign_id) if owns else None
    above = [one for one in list_above(session, here) if may_see(viewer.unit, one)]
    steps = [(f"/reports/{campaign_id}?unit={one.code}", one.name) for one in above]
    return render(
        request,
        "pages/reports/campaign.html",
        campaign=campaign,
        here=here,
        links=[("/reports", say(request, N_("报告"))), *steps],
        dates=list_snapshot_dates(session, campaign_id, here.id),
        lower=list_lower_reports(session, campaign_id, here),
        owns=owns,
        order=told_of(words_of(request), order, None, for_reports=True) if order else None,
        ordered=ordered,
    )


@router.post("/reports/{campaign_id}/every-unit")
def order_reports(session: OpenSession, viewer: Officer, now: Now, campaign_id: int) -> Response:
    """Have the reports of every unit made soon, by a flow: there may be a thousand."""
    campaign = get_own_campaign(session, viewer.account, campaign_id)
    made = order_of_every_unit(session, campaign, actor=viewer.account, now=now)
    return RedirectResponse(f"/reports/{campaign_id}?ordered={'new' if made else 'already'}", 303)


@router.post("/reports/{campaign_id}/{code}")
def make_report(
    session: OpenSession, viewer: SignedIn, now: Now, campaign_id: int, code: str
) -> Response:
    """Make the report of one unit as things stand now; today's earlier one is replaced."""
    _campaign, here = _find(session, viewer, campaign_id, code)
    today = local_date(now)
    take_snapshots(session, campaign_id, [here.code], as_of=today, actor=viewer.account, now=now)
    return RedirectResponse(f"/reports/{campaign_id}/{here.code}/{today}", 303)


@router.get("/reports/{campaign_id}/{code}/{as_of}")
def show_report(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    campaign_id: int,
    code: str,
    as_of: date,
) -> Response:
    """The report as a page, with its Word and Excel files."""
    campaign, here, snapshot = _find_snapshot(session, viewer, campaign_id, code, as_of)
    return render(
        request,
        "pages/reports/show.html",
        campaign=campaign,
        here=here,
        snapshot=snapshot,
        content=render_content(report_of(snapshot), language_of(request)),
    )


@router.get("/reports/{campaign_id}/{code}/{as_of}/{face}")
def download_report(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    campaign_id: int,
    code: str,
    as_of: date,
    face: str,
) -> Response:
    """The report as a file: `docx`, `xlsx` or `html`."""
    if face not in FACES:
        raise HTTPException(404)
    campaign, here, snapshot = _find_snapshot(session, viewer, campaign_id, code, as_of)
    content = report_file(snapshot, face, language_of(request))
    name = f"{campaign.title}-{here.name}-{as_of}.{face}"
    headers = {
        "Content-Disposition": saved_as(name, f"report.{face}"),
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=MEDIA[face], headers=headers)


def _find(session: Session, viewer: Viewer, campaign_id: int, code: str) -> tuple[Campaign, Unit]:
    """The campaign and the unit, if the account sees both."""
    here = get_visible_unit(session, viewer.account, code)
    return get_visible_campaign(session, viewer.account, campaign_id), here


def _find_snapshot(
    session: Session, viewer: Viewer, campaign_id: int, code: str, as_of: date
) -> tuple[Campaign, Unit, Snapshot]:
    campaign, here = _find(session, viewer, campaign_id, code)
    snapshot = find_snapshot(session, campaign_id, here.id, as_of)
    if snapshot is None:
        raise NotFound
    return campaign, here, snapshot
