"""Taking a notice in: a file or pasted text becomes a campaign with draft measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from adapters.document_process import text_apart
from adapters.documents.documents import pasted_text
from adapters.language import tell
from adapters.settings import get_settings
from rules.notice.notice import Notice, read_notice
from rules.refusal import N_, Refusal
from services.campaigns import LONGEST_TEXT, take_in
from web.language import language_of
from web.posted import Posted
from web.rendering import render
from web.security import Officer, SignInNeeded, find_viewer
from web.transactions import Now, OpenSession, ReadingSession, attempt

ACCEPTED = ".docx,.pdf,.txt,.html,.htm"

router = APIRouter()


@dataclass(frozen=True)
class Intake:
    """What was sent and what was read from it; `refusal` is the finished sentence."""

    pasted: str
    file_name: str
    notice: Notice | None
    refusal: str = ""


def read_intake(request: Request, session: ReadingSession, now: Now, posted: Posted) -> Intake:
    """Read the document before the request's transaction begins.

    A long or hostile file takes seconds to read, and on SQLite a transaction that writes would
    hold everyone else up meanwhile. Strangers and clerks are sent away before anything is read.
    """
    viewer = find_viewer(request, session, now)
    if viewer is None:
        raise SignInNeeded
    if not viewer.is_office:
        raise HTTPException(404)
    pasted = str(posted.get("text", ""))
    upload = posted.get("file")
    name = upload.filename or "" if isinstance(upload, UploadFile) else ""
    try:
        return Intake(pasted, name, read_notice(_text_of(posted, pasted)))
    except Refusal as refusal:
        return Intake(pasted, name, None, tell(refusal, language_of(request)))


def _text_of(posted: FormData, pasted: str) -> str:
    upload = posted.get("file")
    content = upload.file.read() if isinstance(upload, UploadFile) else b""
    if isinstance(upload, UploadFile) and upload.filename:
        text = text_apart(content, upload.filename)
    elif pasted.strip():
        text = pasted_text(pasted)
    else:
        raise Refusal(N_("请选择通知文件，或者把通知的文字粘贴进来。"))
    if len(text) > LONGEST_TEXT:
        raise Refusal(
            N_("通知有%(count)d个字，最多%(most)d个字。请只交通知正文。"),
            count=len(text),
            most=LONGEST_TEXT,
        )
    return text


@router.get("/campaigns/new")
def show_intake(request: Request, viewer: Officer) -> Response:
    """Upload a file or paste text."""
    return _page(request, "", "")


@router.post("/campaigns/new")
def take_in_notice(
    request: Request,
    intake: Annotated[Intake, Depends(read_intake)],
    viewer: Officer,
    session: OpenSession,
    now: Now,
) -> Response:
    """Store the notice that was read, or show the page again with what was pasted."""
    if intake.notice is None:
        return _page(request, intake.pasted, intake.refusal)
    with attempt(session, request) as outcome:
        campaign = take_in(
            session,
            intake.notice,
            viewer.unit,
            file_name=intake.file_name,
            actor=viewer.account,
            now=now,
        )
    if not outcome.done:
        return _page(request, intake.pasted, outcome.refusal)
    return RedirectResponse(f"/campaigns/{campaign.id}", 303)


def _page(request: Request, pasted: str, refusal: str) -> Response:
    return render(
        request,
        "pages/campaigns/new.html",
        status=422 if refusal else 200,
        pasted=pasted,
        refusal=refusal,
        accepted=ACCEPTED,
        limit=get_settings().upload_limit // (1024 * 1024),
    )
