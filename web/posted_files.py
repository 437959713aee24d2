"""Photos and files that come with the form itself, where JavaScript did not send them before.

Checking and cleaning a photo takes up to seconds: it happens before the transaction that writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from adapters.attachment_store import AttachmentStore
from adapters.language import tell
from adapters.photo_process import Busy
from models import Account
from queries.attachments import find_kind, question_of
from queries.submissions import list_same_files
from rules.attachments.kinds import MOST_FILES, TOO_MANY
from rules.refusal import N_, Refusal
from services import attachments
from services.attachments import Prepared
from web.asked import PREFIX
from web.assignments import get_own
from web.attachments import Files
from web.language import language_of, say
from web.posted import Posted
from web.security import SignInNeeded, find_viewer
from web.transactions import Now, Reader, attempt

REMOVED = "_remove"
"""The box that takes an attached file away; its value is the name of the question."""


@dataclass(frozen=True)
class SentFiles:
    """What came with a form, by key: checked and stored, or a finished sentence."""

    prepared: Mapping[str, tuple[str, Prepared]] = field(default_factory=dict)
    """Key → `image` or `file`, and the file."""
    faults: Mapping[str, str] = field(default_factory=dict)


def take_files(
    request: Request, posted: Posted, open_reader: Reader, store: Files, now: Now,
    assignment_id: int,
) -> SentFiles:  # fmt: skip
    """Check what was sent, before the request's transaction begins. Strangers are sent away."""
    uploads = _uploads_in(posted)
    if not uploads:
        return SentFiles()
    with open_reader() as session:
        viewer = find_viewer(request, session, now)
        if viewer is None:
            raise SignInNeeded
        get_own(session, viewer, assignment_id)
        kinds = {key: find_kind(session, assignment_id, key) for key in uploads}
    prepared: dict[str, tuple[str, Prepared]] = {}
    faults: dict[str, str] = {}
    wanted = [key for key, kind in kinds.items() if kind]
    for key in wanted[MOST_FILES:]:
        faults[key] = say(request, TOO_MANY, most=MOST_FILES)
    for key in wanted[:MOST_FILES]:
        kind, upload = str(kinds[key]), uploads[key]
        try:
            prepared[key] = kind, _prepare(store, upload, kind)
        except Refusal as refusal:
            faults[key] = tell(refusal, language_of(request))
        except Busy:
            faults[key] = say(request, N_("现在上传的人较多，这个文件没有收下，请再选一次。"))
    return SentFiles(prepared, faults)


def _prepare(store: AttachmentStore, upload: UploadFile, kind: str) -> Prepared:
    return attachments.prepare(store, upload.filename or "", upload.file.read(), kind)


def _uploads_in(posted: FormData) -> dict[str, UploadFile]:
    return {
        name.removeprefix(PREFIX): value
        for name, value in posted.multi_items()
        if isinstance(value, UploadFile) and value.filename and name.startswith(PREFIX)
    }


TakenFiles = Annotated[SentFiles, Depends(take_files)]


def attach(
    request: Request,
    session: Session,
    assignment_id: int,
    answers: dict[str, list[str]],
    files: SentFiles,
    posted: FormData,
    *,
    actor: Account,
    now: datetime,
) -> dict[str, str]:
    """Put the files that came with the form into `answers`; returns key → what is wrong.

    A file that has arrived before for the same question is that one, so that sending twice is
    the same thing. Ticked boxes take files away.
    """
    for name in posted.getlist(REMOVED):
        answers[str(name).removeprefix(PREFIX)] = [""]
    digests = [prepared.digest for _, prepared in files.prepared.values()]
    known = {
        (question_of(one.field), one.digest): one.token
        for one in list_same_files(session, assignment_id, digests)
    }
    faults = dict(files.faults)
    for key, (kind, prepared) in files.prepared.items():
        token = known.get((question_of(key), prepared.digest))
        if token is None:
            with attempt(session, request) as outcome:
                token = attachments.add(
                    session, assignment_id, key, prepared, kind, actor=actor, now=now
                ).token
            if outcome.refusal:
                faults[key] = outcome.refusal
        if token:
            answers[key] = [token]
    return faults
