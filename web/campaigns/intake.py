"""Taking a notice in: a file or pasted text becomes a campaign with draft measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from adapters.document_process import document_apart
from adapters.documents.documents import pasted_text
from adapters.language import tell
from adapters.settings import get_settings
from models import Campaign
from queries.campaigns.measures import list_measures
from rules.campaigns.notice.notice import ReadNotice, read_notice
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import ENDED, Joined, Sentence
from services.campaigns.campaigns import LONGEST_TEXT, take_in
from services.campaigns.notice_files import add_annexes, keep_original
from web.campaigns.notice_uploads import NO_FILES, SentNoticeFiles, store_files
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.pages.stored_files import Files
from web.edge.requests.posted import Posted
from web.edge.requests.waiting import Crowded, waiting_of
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.language import language_of, say
from web.edge.viewer.security import which_office
from web.edge.viewer.transactions import Look, Now, attempt

ACCEPTED = ".docx,.pdf,.txt,.html,.htm"
FAULTS_TOLD = 3
"""How many files that were not taken are told one by one."""

router = APIRouter()


@dataclass(frozen=True)
class Intake:
    """What was sent and what was read from the document; `refusal` is a finished sentence."""

    pasted: str
    file_name: str
    notice: ReadNotice | None
    refusal: str = ""
    status: int = 200
    left_out: tuple[Sentence, ...] = ()
    """What the file holds and the text that was read does not."""
    files: SentNoticeFiles = NO_FILES


async def read_intake(
    request: Request, look: Look, now: Now, store: Files, posted: Posted
) -> Intake:
    """Read the document before the request's transaction begins.

    A long or hostile file takes seconds to read. A transaction or a connection that is held
    meanwhile is missing elsewhere. Strangers and clerks are sent away before anything is read.
    """
    await look(lambda session: which_office(request, session, now))
    pasted = str(posted.get("text", ""))
    upload = posted.get("file")
    name = upload.filename or "" if isinstance(upload, UploadFile) else ""
    try:
        read = await waiting_of(request).offices.run(partial(_read_document, posted, pasted))
    except Crowded as crowded:
        return Intake(pasted, name, None, say(request, crowded.sentence), 503)
    except Refusal as refusal:
        return Intake(pasted, name, None, tell(refusal, language_of(request)), 422)
    files = await store_files(request, store, posted, original="file")
    return Intake(pasted, name, read[0], left_out=read[1], files=files)


def _read_document(posted: FormData, pasted: str) -> tuple[ReadNotice, tuple[Sentence, ...]]:
    upload = posted.get("file")
    content = upload.file.read() if isinstance(upload, UploadFile) else b""
    if isinstance(upload, UploadFile) and upload.filename:
        text, left_out = document_apart(content, upload.filename)
    elif pasted.strip():
        text, left_out = pasted_text(pasted), ()
    else:
        raise Refusal(N_("请选择通知文件，或者把通知的文字粘贴进来。"))
    if len(text) > LONGEST_TEXT:
        raise Refusal(
            N_("通知有%(count)d个字，最多%(most)d个字。请只交通知正文。"),
            count=len(text),
            most=LONGEST_TEXT,
        )
    return read_notice(text), left_out


@router.get("/campaigns/new")
def show_intake(context: Officer) -> Response:
    """Upload a file or paste text."""
    return _page(context.request)


@router.post("/campaigns/new")
def take_in_notice(intake: Annotated[Intake, Depends(read_intake)], context: Officer) -> Response:
    """Store the notice that was read, or show the page again with what was pasted."""
    if intake.notice is None:
        return _page(context.request, intake.pasted, intake.refusal, status=intake.status)
    with attempt(context.session, context.words) as outcome:
        campaign = take_in(
            context.session,
            intake.notice,
            context.viewer.unit,
            file_name=intake.file_name,
            left_out=intake.left_out,
            actor=context.actor,
            now=context.now,
        )
        _keep_files(context, campaign, intake.files)
    if not outcome.done:
        return _page(context.request, intake.pasted, outcome.refusal, status=422)
    return _taken_in(context.session, campaign, intake.files.faults)


def _keep_files(context: Context, campaign: Campaign, files: SentNoticeFiles) -> None:
    """The document itself, and the annexes that came with it."""
    session, actor, now = context.session, context.actor, context.now
    if files.original:
        keep_original(session, campaign, files.original, actor=actor, now=now)
    if files.annexes:
        add_annexes(session, campaign, files.annexes, actor=actor, now=now)


def _taken_in(session: Session, campaign: Campaign, faults: Sequence[Sentence]) -> Response:
    """On to the campaign, with what was found, and with the files that were not taken."""
    here = f"/campaigns/{campaign.id}"
    count = len(list_measures(session, campaign.id))
    if not faults:
        said = N_("已收录通知，找到 %(count)s 条措施。请逐条核对，确认以后才能下发。")
        return back_to(here, said, count=count)
    said = N_(
        "已收录通知，找到 %(count)s 条措施。有 %(lost)s 个文件没有收下，"
        "请在下面的“通知原件和附件”里重新上传。%(why)s"
    )
    why = Joined(faults[:FAULTS_TOLD], ENDED)
    return back_to(here, said, count=count, lost=len(faults), why=why)


@dataclass(frozen=True)
class IntakePage(Page):
    """Where a notice is uploaded or pasted."""

    TEMPLATE = "pages/campaigns/new.html"

    pasted: str
    refusal: str
    accepted: str
    """The endings of files that can be read."""
    limit: int
    """Megabytes of the largest file."""


def _page(request: Request, pasted: str = "", refusal: str = "", *, status: int = 200) -> Response:
    limit = get_settings().upload_limit // (1024 * 1024)
    return render(request, IntakePage(pasted, refusal, ACCEPTED, limit), status=status)
