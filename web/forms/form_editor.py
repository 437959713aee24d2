"""The form of a measure: rows added, moved and taken away by buttons, then published.

What is typed is kept as a draft by every button, and while somebody types; a button answers with
the address of the page, so that a step back in the browser loses nothing.
"""

from __future__ import annotations

from datetime import datetime
from secrets import token_urlsafe

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import FormDraft, FormVersion
from queries.campaigns.campaigns import get_own_measure, lock_own_measure
from queries.forms.form_drafts import find_form_draft
from queries.forms.forms import find_latest_version, list_elements
from rules.dates.calendar import local_date
from rules.forms.faults import FormFaults
from rules.forms.form_change import TYPE_NAMES, ChangeRefused
from rules.forms.form_check import check_form
from rules.sentences.refusal import N_, Refusal
from services.forms.form_drafts import KeptForm, discard_form_draft, keep_form_draft
from services.forms.forms import PublishedSince, read_title
from web.edge.language import Words, words_of
from web.edge.posted import Posted, typed
from web.edge.rendering import render
from web.edge.security import Officer, Viewer, read_id
from web.edge.transactions import Now, OpenSession, attempt
from web.forms.editor_faults import EditorFaults, editor_faults
from web.forms.form_preview import preview_so_far
from web.forms.kept_form import kept_content, read_kept
from web.forms.opened_form import (
    EDITED,
    Opened,
    next_page,
    on_version,
    open_form,
    publish,
    require_fit,
)
from web.forms.typed_form import OFFERED, TypedForm

NEW = "new"
NOTHING_WRONG = EditorFaults()

router = APIRouter()


@router.get("/measures/{measure_id}/form")
def show_form(
    request: Request,
    session: OpenSession,
    viewer: Officer,
    now: Now,
    measure_id: int,
    new: int = 0,
    faults: int = 0,
) -> Response:
    """The measure's form, or an empty one; as it was left, if it was begun and not published."""
    measure, campaign = get_own_measure(session, viewer.account, measure_id)
    if measure.status not in EDITED:
        return RedirectResponse(f"/measures/{measure_id}/preview", 303)
    opened = open_form(session, viewer, measure, campaign, new=bool(new))
    draft = find_form_draft(session, viewer.account.id, measure_id, opened.target)
    sent = _begun(opened)
    if draft:
        opened = on_version(session, opened, draft.base_id, draft.latest)
        sent = read_kept(draft.content, {field.name: field for field in opened.fields})
    told, refusal = (
        _faults_now(words_of(request), session, opened, sent) if faults else (NOTHING_WRONG, "")
    )
    return _page(request, session, viewer, opened, sent, now, told, refusal)


@router.post("/measures/{measure_id}/form")
def change_form(
    request: Request,
    session: OpenSession,
    now: Now,
    viewer: Officer,
    measure_id: int,
    posted: Posted,
) -> Response:
    """A button of a row changes the draft; publishing makes a version of it and chooses that."""
    opened, sent = _sent(session, viewer, measure_id, posted)
    act = str(posted.get("do", ""))
    if opened.measure.status not in EDITED:
        return RedirectResponse(f"/measures/{measure_id}/preview", 303)
    changed = sent.changed(act)
    with attempt(session, request) as outcome:
        _require_same_form(opened, posted)
        _keep(session, opened, changed, posted, viewer, now, going_on=False)
    if outcome.done and act == "publish":
        return _publish(request, session, opened, sent, viewer, now)
    if not outcome.done:
        form = str(posted.get("form", ""))
        return _page(
            request, session, viewer, opened, changed, now, refusal=outcome.refusal, form=form
        )
    return RedirectResponse(opened.address + sent.anchor(act), 303)


def _publish(
    request: Request,
    session: Session,
    opened: Opened,
    sent: TypedForm,
    viewer: Viewer,
    now: datetime,
) -> Response:
    """What was kept becomes a version, or the page says what is wrong with it."""
    with attempt(session, request) as outcome:
        check_form(sent.raw())
        version = publish(session, opened, sent.title, sent.raw(), viewer=viewer, now=now)
        draft = _draft(session, opened, viewer)
        if draft:
            discard_form_draft(session, draft, actor=viewer.account)
    if outcome.done:
        return RedirectResponse(next_page(opened, version), 303)
    if any(_faults_now(words_of(request), session, opened, sent)):
        mark = "&" if "?" in opened.address else "?"
        return RedirectResponse(f"{opened.address}{mark}faults=1", 303)
    published = outcome.cause.version if isinstance(outcome.cause, PublishedSince) else None
    return _page(
        request, session, viewer, opened, sent, now, refusal=outcome.refusal, published=published
    )


@router.post("/measures/{measure_id}/form/preview")
def show_preview(
    request: Request,
    session: OpenSession,
    now: Now,
    viewer: Officer,
    measure_id: int,
    posted: Posted,
) -> Response:
    """Only the form as a clerk will see it, while it is being typed, which is kept as well."""
    opened, sent = _sent(session, viewer, measure_id, posted)
    editable = opened.measure.status in EDITED
    with attempt(session, request) as outcome:
        if editable:
            _require_same_form(opened, posted)
            _keep(session, opened, sent, posted, viewer, now, going_on=True)
    shown = preview_so_far(
        words_of(request), opened.measure, viewer.unit, sent.raw(), local_date(now)
    )
    answer = render(request, "pages/forms/preview.html", preview=shown, unkept=outcome.refusal)
    answer.headers["X-Preview"] = "1"
    answer.headers["X-Kept"] = "1" if editable and outcome.done else "0"
    return answer


def _sent(
    session: Session, viewer: Viewer, measure_id: int, posted: Posted
) -> tuple[Opened, TypedForm]:
    """What was sent, and what it was made from: the version and the number the page carries."""
    measure, campaign = lock_own_measure(session, viewer.account, measure_id)
    opened = open_form(session, viewer, measure, campaign, new=posted.get("form") == NEW)
    base_id, latest = (read_id(str(posted.get(name, ""))) for name in ("base", "latest"))
    opened = on_version(session, opened, base_id, latest)
    return opened, TypedForm.read(typed(posted), {field.name: field for field in opened.fields})


def _begun(opened: Opened) -> TypedForm:
    """The editor before anything was typed."""
    if opened.form is None or opened.base is None:
        return TypedForm(title=opened.measure.title[:200])
    return TypedForm.of(opened.form.title, opened.fields)


def _draft(session: Session, opened: Opened, viewer: Viewer) -> FormDraft | None:
    account_id, measure_id = viewer.account.id, opened.measure.id
    return find_form_draft(session, account_id, measure_id, opened.target)


def _keep(
    session: Session,
    opened: Opened,
    sent: TypedForm,
    posted: Posted,
    viewer: Viewer,
    now: datetime,
    *,
    going_on: bool,
) -> None:
    """Keep what was sent; what is still as it was published needs no draft."""
    content = kept_content(sent)
    if content == kept_content(_begun(opened)) and not _draft(session, opened, viewer):
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
    keep_form_draft(session, kept, going_on=going_on, actor=viewer.account, now=now)


def _require_same_form(opened: Opened, posted: Posted) -> None:
    if str(posted.get("form", "")) != (str(opened.form.id) if opened.form else NEW):
        raise Refusal(
            N_("这条措施在您编辑期间已改用另一张表单，您的改动没有发布。请重新打开表单，再改一次。")
        )


def _faults_now(
    words: Words, session: Session, opened: Opened, sent: TypedForm
) -> tuple[EditorFaults, str]:
    """What keeps the draft from being published, at its inputs or as a sentence."""
    told, refusal = NOTHING_WRONG, ""
    try:
        fields = check_form(sent.raw())
        if opened.released:
            require_fit(session, opened.measure, fields)
    except (FormFaults, ChangeRefused) as refused:
        told = editor_faults(words, refused, sent.rows)
    except Refusal as refused:
        refusal = words.say(refused)
    try:
        read_title(sent.title)
    except Refusal as refused:
        told = told.with_title(words.say(refused))
    return told, refusal


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
    published: FormVersion | None = None,
) -> Response:
    """After a refusal the page goes on from what is there by now: the second time it is taken."""
    refused = request.method == "POST"
    latest = find_latest_version(session, opened.form.id) if opened.form else None
    newest = latest.number if latest else 0
    return render(
        request,
        "pages/campaigns/measures/form.html",
        status=422 if refused else 200,
        opened=opened,
        measure=opened.measure,
        campaign=opened.campaign,
        form=opened.form,
        form_value=form or (str(opened.form.id) if opened.form else NEW),
        base=opened.base,
        latest=newest if refused else opened.latest,
        newest=newest,
        draft=_draft(session, opened, viewer),
        page_token=token_urlsafe(9),
        sent=sent,
        preview=preview_so_far(
            words_of(request), opened.measure, viewer.unit, sent.raw(), local_date(now)
        ),
        elements=list_elements(session, viewer.unit),
        faults=faults,
        refusal=refusal,
        published=published,
        unsaved=refused,
        types={kind: TYPE_NAMES[kind] for kind in OFFERED},
        type_names=TYPE_NAMES,
    )
