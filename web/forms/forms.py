"""The forms of an office: the list, the page of one, and choosing one for a measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from models import Campaign, Form, Measure, MeasureStatus
from queries.campaigns.campaigns import get_own_measure, lock_own_measure
from queries.forms.form_drafts import BegunForm, list_form_drafts
from queries.forms.forms import (
    FormUse,
    ListedForm,
    Published,
    get_own_form,
    get_version,
    list_forms,
    list_published,
    list_uses,
)
from rules.forms.form_change import TYPE_NAMES
from rules.forms.form_fields import FieldType, read_form
from rules.sentences.refusal import N_
from services.campaigns.measures import EDITABLE, STATUS_NAMES, use_form
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.security import read_id
from web.edge.viewer.transactions import attempt
from web.forms.opened_form import EDITED
from web.forms.understood_fields import UnderstoodField, understood

router = APIRouter()


@dataclass(frozen=True)
class FormsPage(Page):
    """The forms of an office."""

    TEMPLATE = "pages/forms/list.html"

    forms: Sequence[ListedForm]
    uses: Mapping[int, Sequence[FormUse]]
    """Form → the measures that use the form."""
    begun: Sequence[BegunForm]
    """Forms that were begun and not published."""
    edited: Sequence[MeasureStatus]
    """The statuses of measures whose form can be edited."""


@router.get("/forms")
def show_forms(context: Officer) -> Response:
    """Every form of the office, with its latest version and the measures that use the form."""
    session, unit_id = context.session, context.viewer.unit_id
    page = FormsPage(
        forms=list_forms(session, unit_id),
        uses=_by_form(list_uses(session, unit_id)),
        begun=list_form_drafts(session, context.actor.id),
        edited=EDITED,
    )
    return render(context.request, page)


@dataclass(frozen=True)
class FormVersionsPage(Page):
    """One form with its versions."""

    TEMPLATE = "pages/forms/show.html"

    form: Form
    versions: Sequence[Published]
    uses: Sequence[FormUse]
    fields: Sequence[UnderstoodField]
    """What the latest version asks."""
    statuses: Mapping[MeasureStatus, str]
    type_names: Mapping[FieldType, str]


@router.get("/forms/{form_id}")
def show_form(context: Officer, form_id: int) -> Response:
    """The versions of a form, who published which, and which measures use which."""
    form = get_own_form(context.session, context.actor, form_id)
    versions = list_published(context.session, form_id)
    page = FormVersionsPage(
        form=form,
        versions=versions,
        uses=list_uses(context.session, context.viewer.unit_id, form_id),
        fields=understood(context.words, read_form(versions[0].version.fields)) if versions else [],
        statuses=STATUS_NAMES,
        type_names=TYPE_NAMES,
    )
    return render(context.request, page)


@router.get("/measures/{measure_id}/form/choose")
def show_choice(context: Officer, measure_id: int) -> Response:
    """The forms of the office; the measure can use any of them."""
    measure, _campaign = get_own_measure(context.session, context.actor, measure_id)
    if measure.status not in EDITABLE:
        return RedirectResponse(f"/measures/{measure_id}/form", 303)
    return _choice_page(context, measure_id)


@router.post("/measures/{measure_id}/form/choose")
def choose(context: Officer, measure_id: int, posted: Posted) -> Response:
    """Use the chosen version of a form of the office; choosing it again changes nothing."""
    measure, _campaign = lock_own_measure(context.session, context.actor, measure_id)
    version = get_version(context.session, read_id(str(posted.get("version", ""))))
    with attempt(context.session, context.words) as outcome:
        use_form(context.session, measure, version.id, actor=context.actor, now=context.now)
    if not outcome.done:
        return _choice_page(context, measure_id, outcome.refusal)
    said = N_("这条措施已选用所选的表单。")
    return back_to(f"/measures/{measure_id}/edit", said)


@dataclass(frozen=True)
class FormChoicePage(Page):
    """The forms of an office, for choosing one."""

    TEMPLATE = "pages/forms/choose.html"

    measure: Measure
    campaign: Campaign
    forms: Sequence[ListedForm]
    uses: Mapping[int, Sequence[FormUse]]
    """Form → the measures that use the form."""
    refusal: str


def _choice_page(context: Context, measure_id: int, refusal: str = "") -> Response:
    session, unit_id = context.session, context.viewer.unit_id
    measure, campaign = get_own_measure(session, context.actor, measure_id)
    forms = [row for row in list_forms(session, unit_id) if row.version]
    uses = _by_form(list_uses(session, unit_id))
    page = FormChoicePage(measure, campaign, forms, uses, refusal)
    return render(context.request, page, status=409 if refusal else 200)


def _by_form(uses: list[FormUse]) -> dict[int, list[FormUse]]:
    found: dict[int, list[FormUse]] = defaultdict(list)
    for use in uses:
        found[use.form_id].append(use)
    return dict(found)
