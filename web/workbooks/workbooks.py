"""A form as one Excel file for many units: handed out, taken in, looked through, sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from adapters.workbooks.reading import read_workbook
from adapters.workbooks.sheet_process import LIMIT
from adapters.workbooks.writing import write_workbook
from models import ONCE, WorkbookUpload
from queries.assignments.visible_assignments import Seen, get_visible_assignment
from queries.workbooks.workbooks import count_rows, get_workbook_upload, list_sent_uploads
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.dates.calendar import local_date
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
from web.edge.downloads import saved_as
from web.edge.language import say
from web.edge.posted import Posted
from web.edge.rendering import render
from web.edge.security import SignedIn, Viewer, who_asks
from web.edge.transactions import Look, Now, OpenSession, attempt
from web.edge.waiting import Crowded, waiting_of
from web.workbooks.workbook_preview import preview_page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REPLACED = N_(
    "这次上传的内容已经不在了：后来又上传过文件，或者已经超过 7 天。"
    "这里没有报送任何内容，请重新上传要报送的文件。"
)

router = APIRouter()


@dataclass(frozen=True)
class SentBook:
    """What was uploaded, read; or the finished sentence why it was not."""

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
def show_workbook(
    request: Request, session: OpenSession, viewer: SignedIn, assignment_id: int
) -> Response:
    """Where the workbook is downloaded and uploaded."""
    return _page(request, session, _get_own(session, viewer, assignment_id))


@router.get("/assignments/{assignment_id}/workbook.xlsx")
def download(session: OpenSession, viewer: SignedIn, now: Now, assignment_id: int) -> Response:
    """The workbook as it stands now."""
    seen = _get_own(session, viewer, assignment_id)
    content = write_workbook(get_layout(session, seen.assignment, seen.unit))
    period = "" if seen.assignment.period == ONCE else f"-{seen.assignment.period}"
    day = local_date(now).strftime("%m%d")
    name = f"{seen.measure.title[:60]}{period}-{seen.unit.name}-{day}.xlsx"
    headers = {
        "Content-Disposition": saved_as(name, "form.xlsx"),
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=XLSX, headers=headers)


@router.post("/assignments/{assignment_id}/workbook")
def upload_workbook(
    request: Request,
    sent: Annotated[SentBook, Depends(read_sent)],
    session: OpenSession,
    viewer: SignedIn,
    now: Now,
    assignment_id: int,
) -> Response:
    """Keep what it says and show what sending it would do. Nothing is sent."""
    seen = _get_own(session, viewer, assignment_id)
    if sent.ticket is None:
        return _page(request, session, seen, sent.refusal, status=sent.status)
    with attempt(session, request) as outcome:
        upload = keep_upload(
            session, seen.assignment, sent.ticket, sent.tables, actor=viewer.account, now=now
        )
    if not outcome.done:
        return _page(request, session, seen, outcome.refusal)
    return RedirectResponse(_address(upload), 303)


@router.get("/assignments/{assignment_id}/workbook/{token}")
def show_upload(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    now: Now,
    assignment_id: int,
    token: str,
) -> Response:
    """What sending it would do; once it was sent, the receipts."""
    seen = _get_own(session, viewer, assignment_id)
    try:
        upload = get_workbook_upload(session, assignment_id, token)
    except NotFound:
        return _page(request, session, seen, say(request, REPLACED), status=404)
    if upload.sent_at is not None:
        return _sent_page(request, session, seen, upload)
    try:
        found = preview(session, seen.assignment, upload, now)
    except Refusal as refusal:
        return _page(request, session, seen, say(request, refusal))
    return preview_page(request, seen, upload, found)


@router.post("/assignments/{assignment_id}/workbook/{token}")
def confirm(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    now: Now,
    posted: Posted,
    assignment_id: int,
    token: str,
) -> Response:
    """Send all of it, or none and show what has changed."""
    seen = _get_own(session, viewer, assignment_id)
    try:
        upload = get_workbook_upload(session, assignment_id, token)
        with attempt(session, request) as outcome:
            send_upload(
                session,
                assignment_id,
                token,
                seen=str(posted.get("_seen", "")),
                actor=viewer.account,
                now=now,
            )
    except NotFound:
        return _page(request, session, seen, say(request, REPLACED), status=404)
    if outcome.done:
        return RedirectResponse(_address(upload), 303)
    session.expire_all()
    seen = _get_own(session, viewer, assignment_id)
    try:
        found = preview(session, seen.assignment, upload, now)
    except Refusal as refusal:
        return _page(request, session, seen, say(request, refusal))
    return preview_page(request, seen, upload, found, outcome.refusal)


def _get_own(session: Session, viewer: Viewer, assignment_id: int) -> Seen:
    """An assignment of the viewer's own unit with units to fill in for. Raises NotFound."""
    seen = get_visible_assignment(session, viewer.unit, assignment_id)
    own = viewer.may(Right.KEEP_WORKBOOK, Subject.of(seen.unit))
    if not own or not count_rows(session, seen.assignment):
        raise NotFound
    return seen


def _address(upload: WorkbookUpload) -> str:
    return f"/assignments/{upload.assignment_id}/workbook/{upload.token}"


def _shared(seen: Seen) -> dict[str, Any]:
    return {"one": seen.assignment, "measure": seen.measure, "unit": seen.unit}


def _page(
    request: Request, session: Session, seen: Seen, refusal: str = "", *, status: int = 422
) -> Response:
    """The page of the download; with what is wrong with what was uploaded."""
    unfit = ""
    try:
        get_layout(session, seen.assignment, seen.unit)
    except Refusal as reason:
        unfit = say(request, reason)
    return render(
        request,
        "pages/workbooks/show.html",
        status=status if refusal else 200,
        refusal=refusal,
        unfit=unfit,
        count=count_rows(session, seen.assignment),
        limit=LIMIT // (1024 * 1024),
        **_shared(seen),
    )


def _sent_page(request: Request, session: Session, seen: Seen, upload: WorkbookUpload) -> Response:
    keys = [send_key(upload, row["assignment_id"]) for row in upload.rows]
    return render(
        request,
        "pages/workbooks/sent.html",
        upload=upload,
        sent=list_sent_uploads(session, keys),
        **_shared(seen),
    )
