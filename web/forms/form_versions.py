"""A new version of the form in the middle of a campaign: first what changes, then the change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Account, Campaign, FormVersion, Measure, MeasureStatus
from queries.campaigns.campaigns import get_own_measure, lock_own_measure
from queries.forms.form_changes import Outlook, get_outlook
from queries.forms.forms import find_latest_version, get_own_form, get_version
from rules.forms.form_change import ChangeRefused
from rules.forms.form_fields import read_form
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_
from services.forms.form_changes import change_version
from web.campaigns.measure_acts import attempt_on
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.language import Words
from web.edge.viewer.security import read_id

router = APIRouter()


@router.get("/measures/{measure_id}/form/change")
def show_change(context: Officer, measure_id: int, version: str = "") -> Response:
    """What becomes of drafts and totals with a version; by default with the latest one."""
    measure, campaign = get_own_measure(context.session, context.actor, measure_id)
    if measure.status != MeasureStatus.RELEASED:
        return RedirectResponse(f"/measures/{measure_id}/form", 303)
    chosen = _chosen(context.session, context.actor, measure, version)
    return _page(context, measure, campaign, chosen)


@router.post("/measures/{measure_id}/form/change")
def change(context: Officer, measure_id: int, posted: Posted) -> Response:
    """Use the version from now on. A version that is sent twice is taken once."""
    measure, campaign = lock_own_measure(context.session, context.actor, measure_id)
    chosen = _chosen(context.session, context.actor, measure, str(posted.get("version", "")))
    seen = read_id(str(posted.get("seen", ""))) or None
    faults: list[str] = []
    with attempt_on(context, measure) as outcome:
        try:
            change_version(
                context.session, measure, chosen, seen=seen, actor=context.actor, now=context.now
            )
        except ChangeRefused as refused:
            faults = _told(context.words, refused)
            raise
    if not outcome.done:
        refusal = "" if faults else outcome.refusal
        return _page(context, measure, campaign, chosen, refusal, faults)
    said = N_("已换用新版表单，从现在起填报的都用这一版。")
    return back_to(f"/measures/{measure_id}/form/change?version={chosen.id}", said)


def _chosen(session: Session, actor: Account, measure: Measure, typed: str) -> FormVersion:
    """A version of a form of the office. Raises NotFound."""
    if typed:
        version = get_version(session, read_id(typed))
    elif measure.form_version_id:
        used = get_version(session, measure.form_version_id)
        version = find_latest_version(session, used.form_id) or used
    else:
        raise NotFound
    get_own_form(session, actor, version.form_id)
    return version


def _told(words: Words, refused: ChangeRefused) -> list[str]:
    return [words.say(fault) for found in refused.faults.values() for fault in found]


@dataclass(frozen=True)
class FormChangePage(Page):
    """What becomes of drafts and totals with another version of the form."""

    TEMPLATE = "pages/forms/change.html"

    measure: Measure
    campaign: Campaign
    current: FormVersion | None
    """The version in use."""
    version: FormVersion
    outlook: Outlook
    """What would become of drafts and totals."""
    refusal: str
    faults: Sequence[str]
    """Why the version cannot be used."""


def _page(
    context: Context,
    measure: Measure,
    campaign: Campaign,
    version: FormVersion,
    refusal: str = "",
    faults: Sequence[str] = (),
) -> Response:
    session, used = context.session, measure.form_version_id
    outlook = get_outlook(session, measure, read_form(version.fields))
    if outlook.faults and not faults and version.id != used:
        faults = _told(context.words, ChangeRefused(outlook.faults))
    page = FormChangePage(
        measure=measure,
        campaign=campaign,
        current=get_version(session, used) if used else None,
        version=version,
        outlook=outlook,
        refusal=refusal,
        faults=faults,
    )
    return render(context.request, page, status=409 if refusal else 200)
