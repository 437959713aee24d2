"""The form of a measure: rows added, moved and taken away by buttons, then published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Campaign, Form, FormVersion, Measure, MeasureStatus
from queries.campaigns import get_own_measure
from queries.form_changes import find_clashes
from queries.forms import (
    find_equal_form,
    find_latest_version,
    get_form,
    get_version,
    list_elements,
)
from queries.not_found import NotFound
from rules.dates.calendar import local_date
from rules.forms.faults import FormFaults
from rules.forms.form_change import TYPE_NAMES, ChangeRefused
from rules.forms.form_check import check_form
from rules.forms.form_fields import FormField, dump_form, read_form
from rules.forms.form_settings import FormSettings
from rules.refusal import N_, Refusal
from services.forms import create_form, publish_version, rename_form
from services.measure_content import content_of
from services.measures import edit_measure
from web.editor_faults import EditorFaults, editor_faults
from web.form_preview import preview_so_far
from web.measures import OPEN
from web.posted import Posted, typed
from web.rendering import render
from web.security import Officer, Viewer, read_id
from web.transactions import Now, OpenSession, attempt
from web.typed_form import OFFERED, TypedForm

NEW = "new"
NOTHING_WRONG = EditorFaults()
EDITED = (*OPEN, MeasureStatus.RELEASED)

router = APIRouter()


@dataclass(frozen=True)
class Opened:
    """What the editor of a measure works on."""

    measure: Measure
    campaign: Campaign
    form: Form | None
    """The form that gets another version; None: a new one is made."""
    base: FormVersion | None
    """The version it was opened on."""
    latest: int
    """The number of the form's latest version when it was opened; 0: none."""

    @property
    def fields(self) -> tuple[FormField, ...]:
        return read_form(self.base.fields) if self.base else ()

    @property
    def released(self) -> bool:
        return self.measure.status == MeasureStatus.RELEASED


@router.get("/measures/{measure_id}/form")
def show_form(
    request: Request,
    session: OpenSession,
    viewer: Officer,
    now: Now,
    measure_id: int,
    new: int = 0,
) -> Response:
    """The measure's form, or an empty one."""
    measure, campaign = get_own_measure(session, viewer.account, measure_id)
    if measure.status not in EDITED:
        return RedirectResponse(f"/measures/{measure_id}/preview", 303)
    opened = open_form(session, viewer, measure, campaign, new=bool(new))
    if opened.form is None or opened.base is None:
        sent = TypedForm(title=measure.title[:200])
    else:
        sent = TypedForm.of(opened.form.title, opened.fields)
    return _page(request, session, viewer, opened, sent, now)


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
    opened = _reopened(session, viewer, measure_id, posted)
    known = {field.name: field for field in opened.fields}
    sent = TypedForm.read(typed(posted), known)
    act = str(posted.get("do", ""))
    if opened.measure.status not in EDITED:
        return RedirectResponse(f"/measures/{measure_id}/preview", 303)
    if act != "publish":
        return _page(request, session, viewer, opened, sent.changed(act), now)
    faults = EditorFaults()
    with attempt(session, request) as outcome:
        try:
            _require_same_form(opened, str(posted.get("form", "")))
            check_form(sent.raw())
            version = publish(session, opened, sent.title, sent.raw(), viewer=viewer, now=now)
        except (FormFaults, ChangeRefused) as refused:
            faults = editor_faults(request, refused, sent.rows)
            raise
    if not outcome.done:
        refusal = "" if faults else outcome.refusal
        form = str(posted.get("form", ""))
        return _page(request, session, viewer, opened, sent, now, faults, refusal, form)
    return RedirectResponse(next_page(opened, version), 303)


@router.post("/measures/{measure_id}/form/preview")
def show_preview(
    request: Request,
    session: OpenSession,
    now: Now,
    viewer: Officer,
    measure_id: int,
    posted: Posted,
) -> Response:
    """Only the form as a clerk will see it, while it is being typed; nothing is kept."""
    opened = _reopened(session, viewer, measure_id, posted)
    sent = TypedForm.read(typed(posted), {field.name: field for field in opened.fields})
    shown = preview_so_far(request, opened.measure, viewer.unit, sent.raw(), local_date(now))
    answer = render(request, "pages/forms/preview.html", preview=shown)
    answer.headers["X-Preview"] = "1"
    return answer


def open_form(
    session: Session, viewer: Viewer, measure: Measure, campaign: Campaign, *, new: bool = False
) -> Opened:
    """The form the measure uses, if it belongs to the office. A released measure keeps its form:
    for it there is none to make anew."""
    used = measure.form_version_id
    if used is None or (new and measure.status in OPEN):
        return Opened(measure, campaign, None, None, 0)
    base = get_version(session, used)
    form = get_form(session, base.form_id)
    if form.unit_id != viewer.account.unit_id:
        return Opened(measure, campaign, None, None, 0)
    latest = find_latest_version(session, base.form_id)
    return Opened(measure, campaign, form, base, latest.number if latest else 0)


def _reopened(session: Session, viewer: Viewer, measure_id: int, posted: Posted) -> Opened:
    """As it was when the page was made: on the version and the number the page carries."""
    measure, campaign = get_own_measure(session, viewer.account, measure_id)
    opened = open_form(session, viewer, measure, campaign, new=posted.get("form") == NEW)
    base_id = read_id(str(posted.get("base", "")))
    if opened.form is None or not base_id:
        return opened
    try:
        base = get_version(session, base_id)
    except NotFound:
        return opened
    if base.form_id != opened.form.id:
        return opened
    return replace(opened, base=base, latest=read_id(str(posted.get("latest", ""))))


def _require_same_form(opened: Opened, form: str) -> None:
    if form != (str(opened.form.id) if opened.form else NEW):
        raise Refusal(
            N_("这条措施在您编辑期间已改用另一张表单，您的改动没有发布。请重新打开表单，再改一次。")
        )


def publish(
    session: Session,
    opened: Opened,
    title: str,
    raw: Sequence[dict],
    *,
    settings: FormSettings | None = None,
    viewer: Viewer,
    now: datetime,
) -> FormVersion:
    """Freeze the form's next version, and let the measure use it if it is still a draft.

    Raises `Refusal`: `FormFaults`, and for a released measure `ChangeRefused`.
    """
    measure, form = opened.measure, opened.form
    if opened.released:
        _require_fit(session, measure, check_form(raw))
    if form is None:
        form = find_equal_form(session, measure.unit_id, title, dump_form(check_form(raw)))
    if form is None:
        form = create_form(session, measure.unit_id, title, actor=viewer.account, now=now)
    elif form.title != title:
        rename_form(session, form, title)
    version = publish_version(
        session,
        form,
        raw,
        settings=settings,
        after=opened.latest if opened.form else None,
        actor=viewer.account,
        now=now,
    )
    if not opened.released and measure.form_version_id != version.id:
        content = replace(content_of(session, measure), form_version_id=version.id)
        edit_measure(session, measure, content, version=measure.version)
    return version


def _require_fit(session: Session, measure: Measure, fields: Sequence[FormField]) -> None:
    faults = find_clashes(session, measure, fields)
    if faults:
        raise ChangeRefused(faults)


def next_page(opened: Opened, version: FormVersion) -> str:
    """A draft measure uses the version by now; for a released one the office looks first."""
    address = f"/measures/{opened.measure.id}"
    return f"{address}/form/change?version={version.id}" if opened.released else f"{address}/edit"


def _page(
    request: Request,
    session: Session,
    viewer: Viewer,
    opened: Opened,
    sent: TypedForm,
    now: datetime,
    faults: EditorFaults = NOTHING_WRONG,
    refusal: str = "",
    form: str = "",
) -> Response:
    shown = preview_so_far(request, opened.measure, viewer.unit, sent.raw(), local_date(now))
    latest = find_latest_version(session, opened.form.id or 0) if opened.form else None
    return render(
        request,
        "pages/measures/form.html",
        status=422 if faults or refusal else 200,
        opened=opened,
        measure=opened.measure,
        campaign=opened.campaign,
        form=opened.form,
        form_value=form or (str(opened.form.id) if opened.form else NEW),
        base=opened.base,
        latest=latest.number if latest else 0,
        sent=sent,
        preview=shown,
        elements=list_elements(session, viewer.unit),
        faults=faults,
        refusal=refusal,
        unsaved=request.method == "POST",
        types={kind: TYPE_NAMES[kind] for kind in OFFERED},
        type_names=TYPE_NAMES,
    )
