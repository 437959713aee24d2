"""The form of a measure: buttons add, move and remove rows, and publish the form.

Every button keeps what is typed as a draft, and so does the page while somebody types. A button
answers with the address of the page, so that a step back in the browser loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_urlsafe

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import QueryParams

from models import Account, Campaign, Form, FormDraft, FormVersion, Measure
from queries.campaigns.campaigns import get_own_measure, lock_own_measure
from queries.forms.form_drafts import find_form_draft
from queries.forms.forms import find_latest_version, list_elements
from rules.forms.faults import FormFaults
from rules.forms.form_change import TYPE_NAMES, ChangeRefused
from rules.forms.form_check import check_form
from rules.forms.form_fields import FieldType, FormField
from rules.sentences.refusal import N_, Refusal
from services.forms.form_drafts import KeptForm, discard_form_draft, keep_form_draft
from services.forms.forms import PublishedSince, read_title
from web.edge.pages.rendering import Page, render
from web.edge.requests.posted import Posted, typed
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.language import Words
from web.edge.viewer.security import read_id
from web.edge.viewer.transactions import attempt
from web.forms.editor_faults import EditorFaults, ToldFaults, editor_faults
from web.forms.form_preview import FormPreview, preview_so_far
from web.forms.kept_form import kept_content, read_kept
from web.forms.opened_form import (
    EDITED,
    Opened,
    after_publishing,
    on_version,
    open_form,
    publish,
    require_fit,
)
from web.forms.shown_conditions import ShownConditions, shown_conditions
from web.forms.typed_conditions import unfinished
from web.forms.typed_form import OFFERED, TypedForm

NEW = "new"
NOTHING_WRONG = EditorFaults()

WHOLE = "items"
"""In the address: the row whose conditions offer everything."""
OFFERING = ("if", "against", WHOLE)
"""The buttons after which a row offers everything."""

router = APIRouter()


@router.get("/measures/{measure_id}/form")
def show_form(context: Officer, measure_id: int, new: int = 0, faults: int = 0) -> Response:
    """The form of the measure, or an empty one; a form that was begun opens as it was left."""
    measure, campaign = get_own_measure(context.session, context.actor, measure_id)
    if measure.status not in EDITED:
        return RedirectResponse(f"/measures/{measure_id}/preview", 303)
    opened = open_form(context.session, context.viewer, measure, campaign, new=bool(new))
    draft = find_form_draft(context.session, context.actor.id, measure_id, opened.target)
    sent = _begun(context.words, opened)
    if draft:
        opened = on_version(context.session, opened, draft.base_id, draft.latest)
        sent = read_kept(draft.content, {field.name: field for field in opened.fields})
    found = _faults_now(context.session, opened, sent) if faults else NOTHING_WRONG
    return _page(context, opened, sent, found)


@router.post("/measures/{measure_id}/form")
def change_form(context: Officer, measure_id: int, posted: Posted) -> Response:
    """A button of a row changes the draft; publishing makes a version, and the measure uses it."""
    opened, sent = _sent(context, measure_id, posted)
    act = str(posted.get("do", ""))
    if opened.measure.status not in EDITED:
        return RedirectResponse(f"/measures/{measure_id}/preview", 303)
    changed = sent.changed(act)
    with attempt(context.session, context.words) as outcome:
        _require_same_form(opened, posted)
        _keep(context, opened, changed, posted, going_on=False)
    if outcome.done and act == "publish":
        return _publish(context, opened, sent)
    if not outcome.done:
        form = str(posted.get("form", ""))
        return _page(context, opened, changed, refusal=outcome.refusal, form=form)
    return RedirectResponse(_address_after(opened, sent, act), 303)


def _address_after(opened: Opened, sent: TypedForm, act: str) -> str:
    """The page at the row of the button; after a button of a condition, with all that it offers."""
    what, _, row = act.partition(":")
    offering = f"{WHOLE}={row}" if what in OFFERING and row.isdecimal() else ""
    mark = ("&" if "?" in opened.address else "?") if offering else ""
    return f"{opened.address}{mark}{offering}{sent.anchor(act)}"


def _publish(context: Context, opened: Opened, sent: TypedForm) -> Response:
    """The kept form becomes a version, or the page says what is wrong with the form."""
    with attempt(context.session, context.words) as outcome:
        _checked(sent)
        version = publish(context, opened, sent.title, sent.raw())
        draft = _draft(context.session, opened, context.actor)
        if draft:
            discard_form_draft(context.session, draft, actor=context.actor)
    if outcome.done:
        return after_publishing(opened, version)
    if _faults_now(context.session, opened, sent):
        mark = "&" if "?" in opened.address else "?"
        return RedirectResponse(f"{opened.address}{mark}faults=1", 303)
    published = outcome.cause.version if isinstance(outcome.cause, PublishedSince) else None
    return _page(context, opened, sent, refusal=outcome.refusal, published=published)


@dataclass(frozen=True)
class FormPreviewPage(Page):
    """Only the form as a clerk will see it."""

    TEMPLATE = "pages/forms/preview.html"

    preview: FormPreview
    unkept: str
    """Why what was typed was not kept."""


@router.post("/measures/{measure_id}/form/preview")
def show_preview(context: Officer, measure_id: int, posted: Posted) -> Response:
    """Only the form as a clerk will see it, while an officer types; what is typed is kept, too."""
    opened, sent = _sent(context, measure_id, posted)
    editable = opened.measure.status in EDITED
    with attempt(context.session, context.words) as outcome:
        if editable:
            _require_same_form(opened, posted)
            _keep(context, opened, sent, posted, going_on=True)
    shown = preview_so_far(context.words, opened.measure, context.viewer.unit, sent, context.today)
    answer = render(context.request, FormPreviewPage(shown, outcome.refusal))
    answer.headers["X-Preview"] = "1"
    answer.headers["X-Kept"] = "1" if editable and outcome.done else "0"
    return answer


def _sent(context: Context, measure_id: int, posted: Posted) -> tuple[Opened, TypedForm]:
    """The form that was sent, and what its page was made from, as the page says."""
    session, viewer = context.session, context.viewer
    measure, campaign = lock_own_measure(session, context.actor, measure_id)
    opened = open_form(session, viewer, measure, campaign, new=posted.get("form") == NEW)
    base_id, latest = (read_id(str(posted.get(name, ""))) for name in ("base", "latest"))
    opened = on_version(session, opened, base_id, latest)
    known = {field.name: field for field in opened.fields}
    return opened, TypedForm.read(context.words, typed(posted), known)


def _begun(words: Words, opened: Opened) -> TypedForm:
    """The editor before anything was typed."""
    if opened.form is None or opened.base is None:
        return TypedForm(title=opened.measure.title[:200])
    return TypedForm.of(words, opened.form.title, opened.fields)


def _draft(session: Session, opened: Opened, actor: Account) -> FormDraft | None:
    return find_form_draft(session, actor.id, opened.measure.id, opened.target)


def _keep(
    context: Context, opened: Opened, sent: TypedForm, posted: Posted, *, going_on: bool
) -> None:
    """Keep what was sent; a form that is still as it was published needs no draft."""
    content = kept_content(sent)
    unchanged = content == kept_content(_begun(context.words, opened))
    if unchanged and not _draft(context.session, opened, context.actor):
        return
    kept = KeptForm(
        measure_id=opened.measure.id,
        target=opened.target,
        base_id=opened.base.id if opened.base else None,
        latest=opened.latest,
        content=content,
        seen=str(posted.get("draft_seen", "")),
        page=str(posted.get("draft_page", ""))[:64],
    )
    keep_form_draft(context.session, kept, going_on=going_on, actor=context.actor, now=context.now)


def _require_same_form(opened: Opened, posted: Posted) -> None:
    if str(posted.get("form", "")) != (str(opened.form.id) if opened.form else NEW):
        raise Refusal(
            N_("这条措施在您编辑期间已改用另一张表单，您的改动没有发布。请重新打开表单，再改一次。")
        )


def _checked(sent: TypedForm) -> tuple[FormField, ...]:
    """The form as it would be published. Raises `FormFaults` also for unfinished conditions."""
    found = unfinished(sent.rows)
    try:
        fields = check_form(sent.raw())
    except FormFaults as refused:
        lines = {*found, *refused.faults}
        raise FormFaults(
            {line: [*found.get(line, ()), *refused.faults.get(line, ())] for line in sorted(lines)}
        ) from refused
    if found:
        raise FormFaults(found)
    return fields


def _faults_now(session: Session, opened: Opened, sent: TypedForm) -> EditorFaults:
    """Why the draft cannot be published."""
    found = NOTHING_WRONG
    try:
        fields = _checked(sent)
        if opened.released:
            require_fit(session, opened.measure, fields)
    except (FormFaults, ChangeRefused) as refused:
        found = editor_faults(refused, sent.rows)
    except Refusal as refused:
        found = EditorFaults(refusal=refused.sentence)
    try:
        read_title(sent.title)
    except Refusal as refused:
        found = found.with_title(refused.sentence)
    return found


def _whole(query: QueryParams) -> int:
    """The row whose conditions offer everything; -1: none in particular."""
    typed = query.get(WHOLE, "")
    return int(typed) if typed.isdecimal() and len(typed) < len("1000") else -1


@dataclass(frozen=True)
class FormEditorPage(Page):
    """The form editor of a measure."""

    TEMPLATE = "pages/campaigns/measures/form.html"

    opened: Opened
    measure: Measure
    campaign: Campaign
    form: Form | None
    form_value: str
    """How the page names the form when it is sent."""
    base: FormVersion | None
    latest: int
    """The number of the latest version when the form was opened."""
    newest: int
    """The number of the latest version now."""
    draft: FormDraft | None
    page_token: str
    """Tells this page from every other one that keeps the draft."""
    sent: TypedForm
    conditions: Sequence[ShownConditions]
    """Of every row."""
    preview: FormPreview
    elements: Sequence[str]
    """The shared data elements that may be chosen."""
    faults: ToldFaults
    refusal: str
    published: FormVersion | None
    """The version that somebody else has published meanwhile."""
    unsaved: bool
    """What stands in the inputs was not kept."""
    types: Mapping[FieldType, str]
    """The types that can be made here."""
    type_names: Mapping[FieldType, str]


def _page(
    context: Context,
    opened: Opened,
    sent: TypedForm,
    faults: EditorFaults = NOTHING_WRONG,
    refusal: str = "",
    form: str = "",
    published: FormVersion | None = None,
) -> Response:
    """The page. After a refusal the page goes on from what is there by now, to be sent again."""
    session, words, unit = context.session, context.words, context.viewer.unit
    refused = context.request.method == "POST"
    latest = find_latest_version(session, opened.form.id) if opened.form else None
    newest = latest.number if latest else 0
    told = faults.said(words)
    page = FormEditorPage(
        opened=opened,
        measure=opened.measure,
        campaign=opened.campaign,
        form=opened.form,
        form_value=form or (str(opened.form.id) if opened.form else NEW),
        base=opened.base,
        latest=newest if refused else opened.latest,
        newest=newest,
        draft=_draft(session, opened, context.actor),
        page_token=token_urlsafe(9),
        sent=sent,
        conditions=shown_conditions(words, sent.rows, _whole(context.query)),
        preview=preview_so_far(words, opened.measure, unit, sent, context.today),
        elements=list_elements(session, unit),
        faults=told,
        refusal=refusal or told.refusal,
        published=published,
        unsaved=refused,
        types={kind: TYPE_NAMES[kind] for kind in OFFERED},
        type_names=TYPE_NAMES,
    )
    return render(context.request, page, status=422 if refused else 200)
