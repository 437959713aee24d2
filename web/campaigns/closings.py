"""Closing a measure or a whole campaign, and opening a measure again."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Campaign, Measure, MeasureStatus
from queries.campaigns.campaigns import get_own_campaign, get_own_measure, lock_own_measure
from queries.campaigns.closings import list_outstanding
from queries.campaigns.measures import list_measures
from services.campaigns.closings import close_measures, open_measure_again
from web.edge.posted import Posted
from web.edge.rendering import render
from web.edge.security import Officer
from web.edge.transactions import Now, OpenSession, attempt

router = APIRouter()


@router.get("/measures/{measure_id}/close")
def show_close(
    request: Request, session: OpenSession, viewer: Officer, measure_id: int
) -> Response:
    """What closing means, and how much it would leave undone."""
    measure, campaign = get_own_measure(session, viewer.account, measure_id)
    return _close_page(request, session, campaign, [measure], measure)


@router.post("/measures/{measure_id}/close")
def close(
    request: Request, session: OpenSession, now: Now, viewer: Officer, measure_id: int
) -> Response:
    """Close the measure; a second click finds it closed and changes nothing."""
    measure, campaign = lock_own_measure(session, viewer.account, measure_id)
    with attempt(session, request) as outcome:
        close_measures(session, [measure], actor=viewer.account, now=now)
    if not outcome.done:
        session.refresh(measure)
        return _close_page(request, session, campaign, [measure], measure, outcome.refusal)
    return RedirectResponse(f"/measures/{measure_id}/preview", 303)


@router.get("/campaigns/{campaign_id}/close")
def show_close_campaign(
    request: Request, session: OpenSession, viewer: Officer, campaign_id: int
) -> Response:
    """As for a measure, for every released measure of the campaign."""
    campaign = get_own_campaign(session, viewer.account, campaign_id)
    return _close_page(request, session, campaign, list_measures(session, campaign_id))


@router.post("/campaigns/{campaign_id}/close")
def close_campaign(
    request: Request, session: OpenSession, now: Now, viewer: Officer, campaign_id: int
) -> Response:
    """Close every released measure of the campaign, all of them or none."""
    campaign = get_own_campaign(session, viewer.account, campaign_id)
    measures = list_measures(session, campaign_id)
    released = [one for one in measures if one.status == MeasureStatus.RELEASED]
    with attempt(session, request) as outcome:
        close_measures(session, released, actor=viewer.account, now=now)
    if not outcome.done:
        return _close_page(request, session, campaign, measures, refusal=outcome.refusal)
    return RedirectResponse(f"/campaigns/{campaign_id}", 303)


@router.get("/measures/{measure_id}/open-again")
def show_open_again(
    request: Request, session: OpenSession, viewer: Officer, measure_id: int
) -> Response:
    """What opening it again means, and the reason it needs."""
    measure, campaign = get_own_measure(session, viewer.account, measure_id)
    return _open_again_page(request, measure, campaign)


@router.post("/measures/{measure_id}/open-again")
def open_again(
    request: Request,
    session: OpenSession,
    now: Now,
    viewer: Officer,
    measure_id: int,
    posted: Posted,
) -> Response:
    """Take the closing back, with the reason every unit will see."""
    measure, campaign = lock_own_measure(session, viewer.account, measure_id)
    reason = str(posted.get("reason", ""))
    with attempt(session, request) as outcome:
        open_measure_again(session, measure, reason=reason, actor=viewer.account, now=now)
    if not outcome.done:
        session.refresh(measure)
        return _open_again_page(request, measure, campaign, reason, outcome.refusal)
    return RedirectResponse(f"/measures/{measure_id}/preview", 303)


def _close_page(
    request: Request,
    session: Session,
    campaign: Campaign,
    measures: Sequence[Measure],
    measure: Measure | None = None,
    refusal: str = "",
) -> Response:
    """`measure`: the only one that is to be closed; None: all of the campaign."""
    return render(
        request,
        "pages/campaigns/close.html",
        status=422 if refusal else 200,
        campaign=campaign,
        measure=measure,
        rows=list_outstanding(session, [one.id for one in measures]),
        refusal=refusal,
    )


def _open_again_page(
    request: Request,
    measure: Measure,
    campaign: Campaign,
    reason: str = "",
    refusal: str = "",
) -> Response:
    return render(
        request,
        "pages/campaigns/measures/open_again.html",
        status=422 if refusal else 200,
        measure=measure,
        campaign=campaign,
        reason=reason,
        refusal=refusal,
        can=measure.status == MeasureStatus.CLOSED,
    )
