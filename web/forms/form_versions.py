"""A new version of the form in the middle of a campaign: what it means first, then for good."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Campaign, FormVersion, Measure, MeasureStatus
from queries.campaigns.campaigns import get_own_measure, lock_own_measure
from queries.forms.form_changes import get_outlook
from queries.forms.forms import find_latest_version, get_own_form, get_version
from rules.forms.form_change import ChangeRefused
from rules.forms.form_fields import read_form
from rules.sentences.not_found import NotFound
from services.forms.form_changes import change_version
from web.edge.language import Words, words_of
from web.edge.posted import Posted
from web.edge.rendering import render
from web.edge.security import Officer, Viewer, read_id
from web.edge.transactions import Now, OpenSession, attempt

router = APIRouter()


@router.get("/measures/{measure_id}/form/change")
def show_change(
    request: Request,
    session: OpenSession,
    viewer: Officer,
    measure_id: int,
    version: str = "",
) -> Response:
    """What becomes of drafts and of totals with this version; by default the latest one."""
    measure, campaign = get_own_measure(session, viewer.account, measure_id)
    if measure.status != MeasureStatus.RELEASED:
        return RedirectResponse(f"/measures/{measure_id}/form", 303)
    return _page(request, session, measure, campaign, _chosen(session, viewer, measure, version))


@router.post("/measures/{measure_id}/form/change")
def change(
    request: Request,
    session: OpenSession,
    viewer: Officer,
    now: Now,
    measure_id: int,
    posted: Posted,
) -> Response:
    """Take the version from now on. Sent twice, it is taken once."""
    measure, campaign = lock_own_measure(session, viewer.account, measure_id)
    chosen = _chosen(session, viewer, measure, str(posted.get("version", "")))
    seen = read_id(str(posted.get("seen", ""))) or None
    faults: list[str] = []
    with attempt(session, request) as outcome:
        try:
            change_version(session, measure, chosen, seen=seen, actor=viewer.account, now=now)
        except ChangeRefused as refused:
            faults = _told(words_of(request), refused)
            raise
    if not outcome.done:
        session.refresh(measure)
        refusal = "" if faults else outcome.refusal
        return _page(request, session, measure, campaign, chosen, refusal, faults)
    return RedirectResponse(f"/measures/{measure_id}/form/change?version={chosen.id}", 303)


def _chosen(session: Session, viewer: Viewer, measure: Measure, typed: str) -> FormVersion:
    """A version of a form of the office. Raises NotFound."""
    if typed:
        version = get_version(session, read_id(typed))
    elif measure.form_version_id:
        used = get_version(session, measure.form_version_id)
        version = find_latest_version(session, used.form_id) or used
    else:
        raise NotFound
    get_own_form(session, viewer.account, version.form_id)
    return version


def _told(words: Words, refused: ChangeRefused) -> list[str]:
    return [words.say(one) for found in refused.faults.values() for one in found]


def _page(
    request: Request,
    session: Session,
    measure: Measure,
    campaign: Campaign,
    version: FormVersion,
    refusal: str = "",
    faults: list[str] | None = None,
) -> Response:
    outlook = get_outlook(session, measure, read_form(version.fields))
    if outlook.faults and not faults and version.id != measure.form_version_id:
        faults = _told(words_of(request), ChangeRefused(outlook.faults))
    current = get_version(session, measure.form_version_id) if measure.form_version_id else None
    return render(
        request,
        "pages/forms/change.html",
        status=409 if refusal else 200,
        measure=measure,
        campaign=campaign,
        current=current,
        version=version,
        outlook=outlook,
        refusal=refusal,
        faults=faults or [],
    )
