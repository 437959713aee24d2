"""The forms of an office: the list, the page of one, and choosing one for a measure."""

from __future__ import annotations

from collections import defaultdict

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from queries.campaigns.campaigns import get_own_measure, lock_own_measure
from queries.forms.form_drafts import list_form_drafts
from queries.forms.forms import (
    FormUse,
    get_own_form,
    get_version,
    list_forms,
    list_published,
    list_uses,
)
from rules.forms.form_change import TYPE_NAMES
from rules.forms.form_fields import read_form
from services.campaigns.measures import EDITABLE, STATUS_NAMES, use_form
from web.edge.posted import Posted
from web.edge.rendering import render
from web.edge.security import Officer, read_id
from web.edge.transactions import Now, OpenSession, attempt
from web.forms.opened_form import EDITED
from web.forms.understood_fields import understood

router = APIRouter()


@router.get("/forms")
def show_forms(request: Request, session: OpenSession, viewer: Officer) -> Response:
    """Every form of the office with its latest version and where it is used."""
    unit_id = viewer.unit_id
    return render(
        request,
        "pages/forms/list.html",
        forms=list_forms(session, unit_id),
        uses=_by_form(list_uses(session, unit_id)),
        begun=list_form_drafts(session, viewer.account.id),
        edited=EDITED,
    )


@router.get("/forms/{form_id}")
def show_form(request: Request, session: OpenSession, viewer: Officer, form_id: int) -> Response:
    """The versions of a form, who published them, and which measures use which."""
    form = get_own_form(session, viewer.account, form_id)
    versions = list_published(session, form_id)
    return render(
        request,
        "pages/forms/show.html",
        form=form,
        versions=versions,
        uses=list_uses(session, viewer.unit_id, form_id),
        fields=understood(read_form(versions[0].version.fields)) if versions else [],
        statuses=STATUS_NAMES,
        type_names=TYPE_NAMES,
    )


@router.get("/measures/{measure_id}/form/choose")
def show_choice(
    request: Request, session: OpenSession, viewer: Officer, measure_id: int
) -> Response:
    """The office's forms, one of which can be used for the measure."""
    measure, _campaign = get_own_measure(session, viewer.account, measure_id)
    if measure.status not in EDITABLE:
        return RedirectResponse(f"/measures/{measure_id}/form", 303)
    return _choice_page(request, session, viewer, measure_id)


@router.post("/measures/{measure_id}/form/choose")
def choose(
    request: Request,
    session: OpenSession,
    viewer: Officer,
    now: Now,
    measure_id: int,
    posted: Posted,
) -> Response:
    """Use the chosen version of a form of the office; the same one again changes nothing."""
    measure, _campaign = lock_own_measure(session, viewer.account, measure_id)
    version = get_version(session, read_id(str(posted.get("version", ""))))
    with attempt(session, request) as outcome:
        use_form(session, measure, version.id, actor=viewer.account, now=now)
    if not outcome.done:
        return _choice_page(request, session, viewer, measure_id, outcome.refusal)
    return RedirectResponse(f"/measures/{measure_id}/edit", 303)


def _choice_page(
    request: Request, session: OpenSession, viewer: Officer, measure_id: int, refusal: str = ""
) -> Response:
    measure, campaign = get_own_measure(session, viewer.account, measure_id)
    unit_id = viewer.unit_id
    return render(
        request,
        "pages/forms/choose.html",
        status=409 if refusal else 200,
        measure=measure,
        campaign=campaign,
        forms=[row for row in list_forms(session, unit_id) if row.version],
        uses=_by_form(list_uses(session, unit_id)),
        refusal=refusal,
    )


def _by_form(uses: list[FormUse]) -> dict[int, list[FormUse]]:
    found: dict[int, list[FormUse]] = defaultdict(list)
    for use in uses:
        found[use.form_id].append(use)
    return dict(found)
