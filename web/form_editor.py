"""The form of a measure: rows added, moved and taken away by buttons, then published."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Campaign, Form, Measure
from queries.campaigns import get_own_measure
from queries.forms import get_fields, get_form, get_version
from rules.forms.faults import FormFaults
from rules.forms.form_fields import FormField, check_form, minutes
from rules.refusal import Refusal
from services.forms import create_form, publish_version, rename_form
from services.measure_content import content_of
from services.measures import edit_measure
from web.asked import PREFIX, Asked
from web.language import say
from web.measures import OPEN
from web.posted import Posted, typed
from web.rendering import render
from web.security import Officer, Viewer
from web.transactions import Now, OpenSession, attempt
from web.typed_form import TYPE_NAMES, TypedForm

NEW = "new"

router = APIRouter()


@router.get("/measures/{measure_id}/form")
def show_form(
    request: Request, session: OpenSession, viewer: Officer, measure_id: int, new: int = 0
) -> Response:
    """The measure's form, or an empty one."""
    measure, campaign = get_own_measure(session, viewer.account, measure_id)
    if measure.status not in OPEN:
        return RedirectResponse(f"/measures/{measure_id}/preview", 303)
    form = None if new else _find_form(session, measure, viewer)
    if form is None or measure.form_version_id is None:
        return _page(request, measure, campaign, None, TypedForm(title=measure.title[:200]))
    sent = TypedForm.of(form.title, get_fields(session, measure.form_version_id))
    return _page(request, measure, campaign, form, sent)


@router.post("/measures/{measure_id}/form")
def change_form(
    request: Request,
    session: OpenSession,
    now: Now,
    viewer: Officer,
    measure_id: int,
    posted: Posted,
) -> Response:
    """A button of a row changes what is shown; publishing keeps the form and chooses it."""
    measure, campaign = get_own_measure(session, viewer.account, measure_id)
    form = None if posted.get("form") == NEW else _find_form(session, measure, viewer)
    sent = TypedForm.read(typed(posted))
    act = str(posted.get("do", ""))
    if act != "publish":
        return _page(request, measure, campaign, form, sent.changed(act))
    faults: dict[str, str] = {}
    with attempt(session, request) as outcome:
        try:
            _publish(session, measure, form, sent, viewer, now)
        except FormFaults as refused:
            faults = _tell(request, refused)
            raise
    if not outcome.done:
        refusal = "" if faults else outcome.refusal
        return _page(request, measure, campaign, form, sent, faults, refusal)
    return RedirectResponse(f"/measures/{measure_id}/edit", 303)


def _find_form(session: Session, measure: Measure, viewer: Viewer) -> Form | None:
    """The form the measure uses, if it belongs to the office."""
    if measure.form_version_id is None:
        return None
    form = get_form(session, get_version(session, measure.form_version_id).form_id)
    return form if form.unit_id == viewer.account.unit_id else None


def _publish(
    session: Session,
    measure: Measure,
    form: Form | None,
    sent: TypedForm,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Freeze the form's next version and let the measure use it."""
    check_form(sent.raw())
    if form is None:
        form = create_form(session, measure.unit_id, sent.title, actor=viewer.account, now=now)
    elif form.title != sent.title:
        rename_form(session, form, sent.title)
    version = publish_version(session, form, sent.raw(), actor=viewer.account, now=now)
    content = replace(content_of(session, measure), form_version_id=version.id)
    edit_measure(session, measure, content, version=measure.version)


def _tell(request: Request, refused: FormFaults) -> dict[str, str]:
    """Every fault beside its row: id of the row's label → sentences."""
    return {
        f"label-{place - 1}": " ".join(say(request, one.msgid, **one.values) for one in found)
        for place, found in refused.faults.items()
    }


def _preview(sent: TypedForm) -> tuple[list[Asked], int]:
    """The rows that are right so far as a clerk will see them, and the minutes they cost."""
    fields: list[FormField] = []
    for raw in sent.raw():
        try:
            fields += check_form([raw])
        except Refusal:
            continue
    return [_blank(field) for field in fields], minutes(fields)


def _blank(field: FormField) -> Asked:
    """A question nobody has answered yet."""
    return Asked(
        id=PREFIX + field.name,
        type=field.type,
        label=field.label,
        hint=field.hint,
        required=field.required,
        multiline=field.multiline,
        choices=[(choice.value, choice.label) for choice in field.choices],
        values=[],
        fault="",
        returned=False,
        open=True,
        shown="",
    )


def _page(
    request: Request,
    measure: Measure,
    campaign: Campaign,
    form: Form | None,
    sent: TypedForm,
    faults: dict[str, str] | None = None,
    refusal: str = "",
) -> Response:
    questions, cost = _preview(sent)
    return render(
        request,
        "pages/measures/form.html",
        status=422 if faults or refusal else 200,
        measure=measure,
        campaign=campaign,
        form=form,
        new=NEW,
        sent=sent,
        questions=questions,
        minutes=cost,
        faults=faults or {},
        refusal=refusal,
        types=TYPE_NAMES,
    )
