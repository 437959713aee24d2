"""A form as one Excel file for many units: handed out, taken in, looked through, sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from adapters.workbooks.reading import read_workbook
from adapters.workbooks.sheet_process import LIMIT
from adapters.workbooks.writing import write_workbook
from models import ONCE, Assignment, Measure, WorkbookUpload
from queries.assignments.visible_assignments import Seen, get_visible_assignment
from queries.workbooks.workbooks import SentRow, count_rows, get_workbook_upload, list_sent_uploads
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from rules.workbooks.reading import ReadSheet
from services.workbooks.workbooks import (
    get_layout,
    keep_upload,
    preview,
    send_key,
    send_upload,
)
from web.edge.pages.downloads import saved_as
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.requests.waiting import Crowded, waiting_of
from web.edge.viewer.context import Context, SignedIn
from web.edge.viewer.language import say
from web.edge.viewer.security import Viewer, who_asks
from web.edge.viewer.transactions import Look, Now, attempt
from web.workbooks.workbook_preview import upload_page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REPLACED = N_(
    "这次上传的内容已经不在了：后来又上传过文件，或者已经超过 7 天。"
    "这里没有报送任何内容，请重新上传要报送的文件。"
)

router = APIRouter()


@dataclass(frozen=True)
class SentBook:
    """An uploaded workbook that was read, or the finished sentence why it was not."""

    ticket: dict[str, Any] | None
    tables: list[ReadSheet]
    refusal: str = ""
    status: int = 422


async def read_sent(
    request: Request, look: Look, now: Now, posted: Posted, assignment_id: int
) -> SentBook:
    """Read the workbook before the transaction begins; see `web.campaigns.intake.read_intake`."""
    await look(lambda session: _get_own(session, who_asks(request, session, now), assignment_id))
    try:
        ticket, tables = await waiting_of(request).clerks.run(
            lambda: read_workbook(_content_of(posted))
        )
    except Crowded as crowded:
        return SentBook(None, [], say(request, crowded.sentence), 503)
    except Refusal as refusal:
        return SentBook(None, [], say(request, refusal))
    return SentBook(ticket, tables)


def _content_of(posted: FormData) -> bytes:
    upload = posted.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise Refusal(N_("请选择填好的 Excel 文件。"))
    return upload.file.read(LIMIT + 1)


@router.get("/assignments/{assignment_id}/workbook")
def show_workbook(context: SignedIn, assignment_id: int) -> Response:
    """Where the workbook is downloaded and uploaded."""
    return _page(context, _get_own(context.session, context.viewer, assignment_id))


@router.get("/assignments/{assignment_id}/workbook.xlsx")
def download(context: SignedIn, assignment_id: int) -> Response:
    """The workbook with what is answered by now."""
    seen = _get_own(context.session, context.viewer, assignment_id)
    content = write_workbook(get_layout(context.session, seen.assignment, seen.unit))
    period = "" if seen.assignment.period == ONCE else f"-{seen.assignment.period}"
    day = context.today.strftime("%m%d")
    name = f"{seen.measure.title[:60]}{period}-{seen.unit.name}-{day}.xlsx"
    headers = {
        "Content-Disposition": saved_as(name, "form.xlsx"),
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=XLSX, headers=headers)


@router.post("/assignments/{assignment_id}/workbook")
def upload_workbook(
    sent: Annotated[SentBook, Depends(read_sent)], context: SignedIn, assignment_id: int
) -> Response:
    """Keep what the workbook says, and show what sending it would do. Nothing is sent."""
    seen = _get_own(context.session, context.viewer, assignment_id)
    if sent.ticket is None:
        return _page(context, seen, sent.refusal, status=sent.status)
    with attempt(context.session, context.words) as outcome:
        upload = keep_upload(
            context.session,
            seen.assignment,
            sent.ticket,
            sent.tables,
            actor=context.actor,
            now=context.now,
        )
    if not outcome.done:
        return _page(context, seen, outcome.refusal)
    return RedirectResponse(_address(upload), 303)


@router.get("/assignments/{assignment_id}/workbook/{token}")
def show_upload(context: SignedIn, assignment_id: int, token: str) -> Response:
    """What sending the workbook would do; of a sent workbook, the receipts."""
    seen = _get_own(context.session, context.viewer, assignment_id)
    try:
        upload = get_workbook_upload(context.session, assignment_id, token)
    except NotFound:
        return _page(context, seen, context.words.say(REPLACED), status=404)
    if upload.sent_at is not None:
        return _sent_page(context, seen, upload)
    return _preview_page(context, seen, upload)


@router.post("/assignments/{assignment_id}/workbook/{token}")
def confirm(context: SignedIn, posted: Posted, assignment_id: int, token: str) -> Response:
    """Send all rows; or send none, and show what has changed meanwhile."""
    seen = _get_own(context.session, context.viewer, assignment_id)
    try:
        upload = get_workbook_upload(context.session, assignment_id, token)
        with attempt(context.session, context.words) as outcome:
            send_upload(
                context.session,
                assignment_id,
                token,
                seen=str(posted.get("_seen", "")),
                actor=context.actor,
                now=context.now,
            )
    except NotFound:
        return _page(context, seen, context.words.say(REPLACED), status=404)
    if outcome.done:
        said = N_("已报送 %(count)s 个单位的填报，每个单位一份回执。")
        return back_to(_address(upload), said, count=len(upload.rows))
    context.session.expire_all()
    seen = _get_own(context.session, context.viewer, assignment_id)
    return _preview_page(context, seen, upload, outcome.refusal)


def _preview_page(
    context: Context, seen: Seen, upload: WorkbookUpload, refused: str = ""
) -> Response:
    """What sending the upload would do; `refused`: why nothing was sent just now."""
    try:
        found = preview(context.session, seen.assignment, upload, context.now)
    except Refusal as refusal:
        return _page(context, seen, context.words.say(refusal))
    page = upload_page(context.words, seen, upload, found, refused)
    return render(context.request, page, status=409 if refused else 200)


def _get_own(session: Session, viewer: Viewer, assignment_id: int) -> Seen:
    """An assignment of the viewer's own unit, if a workbook has rows for it. Raises NotFound."""
    seen = get_visible_assignment(session, viewer.unit, assignment_id)
    own = viewer.may(Right.KEEP_WORKBOOK, Subject.of(seen.unit))
    if not own or not count_rows(session, seen.assignment):
        raise NotFound
    return seen


def _address(upload: WorkbookUpload) -> str:
    return f"/assignments/{upload.assignment_id}/workbook/{upload.token}"


@dataclass(frozen=True)
class WorkbookPage(Page):
    """Where a workbook is downloaded and uploaded."""

    TEMPLATE = "pages/workbooks/show.html"

    assignment: Assignment
    measure: Measure
    refusal: str
    unfit: str
    """Why the form does not fit into a workbook."""
    count: int
    """How many rows the workbook has."""
    limit: int
    """Megabytes of the largest file."""


def _page(context: Context, seen: Seen, refusal: str = "", *, status: int = 422) -> Response:
    """The page of the download; `refusal`: what is wrong with an upload."""
    unfit = ""
    try:
        get_layout(context.session, seen.assignment, seen.unit)
    except Refusal as reason:
        unfit = context.words.say(reason)
    page = WorkbookPage(
        assignment=seen.assignment,
        measure=seen.measure,
        refusal=refusal,
        unfit=unfit,
        count=count_rows(context.session, seen.assignment),
        limit=LIMIT // (1024 * 1024),
    )
    return render(context.request, page, status=status if refusal else 200)


@dataclass(frozen=True)
class SentWorkbookPage(Page):
    """What was sent with a workbook."""

    TEMPLATE = "pages/workbooks/sent.html"

    upload: WorkbookUpload
    sent: Sequence[SentRow]
    assignment: Assignment
    measure: Measure


def _sent_page(context: Context, seen: Seen, upload: WorkbookUpload) -> Response:
    keys = [send_key(upload, row["assignment_id"]) for row in upload.rows]
    sent = list_sent_uploads(context.session, keys)
    page = SentWorkbookPage(upload, sent, seen.assignment, seen.measure)
    return render(context.request, page)
