"""Files of a notice that an office uploads: checked and stored before the transaction that writes.

A file that is not taken is told in a sentence, and the others are taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from adapters.attachment_store import AttachmentStore
from adapters.checked_files import Prepared, identify, identify_original
from models import AttachmentKind
from queries.campaigns.campaigns import get_own_campaign
from rules.campaigns.notice_files import MOST_FILES
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import Sentence
from web.edge.pages.stored_files import Files
from web.edge.requests.posted import Posted
from web.edge.requests.waiting import Crowded, waiting_of
from web.edge.viewer.security import which_office
from web.edge.viewer.transactions import Look, Now

ORIGINAL, ANNEXES = "original", "annexes"
"""The names of the inputs for files."""
NOT_CHOSEN = N_("请先选择文件。")
NOT_TAKEN = N_("“%(name)s”没有收下：%(why)s")
Identify = Callable[[str, bytes], tuple[Prepared, bytes]]


@dataclass(frozen=True)
class SentNoticeFiles:
    """The files that came with a form: those that are stored, and why others are not taken."""

    original: Prepared | None = None
    annexes: tuple[Prepared, ...] = ()
    faults: tuple[Sentence, ...] = ()


NO_FILES = SentNoticeFiles()


async def store_files(
    request: Request, store: AttachmentStore, posted: FormData, *, original: str = ORIGINAL
) -> SentNoticeFiles:
    """Check and store what was sent. `original` is the name of the input for the original."""
    faults: list[Sentence] = []
    first = await _stored(request, store, _uploads(posted, original)[:1], faults, _as_original)
    annexes = _uploads(posted, ANNEXES)
    faults += [_fault(upload, _too_many()) for upload in annexes[MOST_FILES:]]
    kept = await _stored(request, store, annexes[:MOST_FILES], faults, _as_annex)
    return SentNoticeFiles(first[0] if first else None, tuple(kept), tuple(faults))


async def _stored(
    request: Request,
    store: AttachmentStore,
    uploads: Sequence[UploadFile],
    faults: list[Sentence],
    identified: Identify,
) -> list[Prepared]:
    """The files that are taken, stored; `faults` gets a sentence for each of the others."""
    kept = []
    for upload in uploads:
        work = partial(_identify, upload, identified)
        try:
            file, content = await waiting_of(request).offices.run(work)
        except Refusal as refusal:
            faults.append(_fault(upload, refusal.sentence))
        except Crowded as crowded:
            faults.append(_fault(upload, Sentence(crowded.sentence)))
        else:
            await run_in_threadpool(store.put, content)
            kept.append(file)
    return kept


def _identify(upload: UploadFile, identified: Identify) -> tuple[Prepared, bytes]:
    upload.file.seek(0)
    return identified(upload.filename or "", upload.file.read())


def _as_annex(name: str, content: bytes) -> tuple[Prepared, bytes]:
    return identify(name, content, AttachmentKind.FILE)


def _as_original(name: str, content: bytes) -> tuple[Prepared, bytes]:
    return identify_original(name, content)


def _too_many() -> Sentence:
    return Sentence(N_("一次最多上传 %(most)s 个文件。"), {"most": MOST_FILES})


def _fault(upload: UploadFile, why: Sentence) -> Sentence:
    return Sentence(NOT_TAKEN, {"name": upload.filename or "", "why": why})


def _uploads(posted: FormData, name: str) -> list[UploadFile]:
    return [
        value for value in posted.getlist(name) if isinstance(value, UploadFile) and value.filename
    ]


async def take_notice_files(
    request: Request, posted: Posted, look: Look, store: Files, now: Now, campaign_id: int
) -> SentNoticeFiles:
    """The files for a campaign of the office. Everybody else is sent away before anything is
    stored."""

    def check(session: Session) -> None:
        get_own_campaign(session, which_office(request, session, now).account, campaign_id)

    await look(check)
    sent = await store_files(request, store, posted)
    if sent == NO_FILES:
        return SentNoticeFiles(faults=(Sentence(NOT_CHOSEN),))
    return sent


TakenNoticeFiles = Annotated[SentNoticeFiles, Depends(take_notice_files)]
