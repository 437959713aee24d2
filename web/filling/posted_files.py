"""Photos and files that come with the form itself, where JavaScript did not send them before.

Checking and cleaning a photo takes up to seconds: it happens before the transaction that writes.
Nothing is stored for a form that takes no answer or has no room.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from adapters.attachment_store import AttachmentStore
from models import Account, AttachmentKind
from queries.filling.attachments import find_kind, list_known_attachments, question_of
from queries.filling.submissions import list_same_files
from rules.filling.attachments.kinds import MOST_FILES, TOO_MANY
from rules.sentences.refusal import N_, Refusal
from services.filling import attachments
from services.filling.attachments import Prepared
from web.edge.language import say, words_of
from web.edge.own import get_own
from web.edge.posted import Posted
from web.edge.security import who_asks
from web.edge.transactions import Look, Now, attempt
from web.edge.waiting import Crowded, waiting_of
from web.filling.asked import PREFIX
from web.filling.attachments import Files

REMOVED = "_remove"
"""The box that takes an attached file away; its value is the name of the question."""


@dataclass(frozen=True)
class SentFiles:
    """What came with a form, by key: checked and stored, or a finished sentence."""

    store: AttachmentStore | None = None

    prepared: Mapping[str, tuple[AttachmentKind, Prepared]] = field(default_factory=dict)
    """Key → what the field takes, and the file."""
    faults: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, int] = field(default_factory=dict)
    """Digest → what `put_marked` said of the file."""

    def take_back(self, session: Session, digest: str) -> None:
        """Remove the file that no row is made for, unless there is one."""
        if self.store and digest in self.marks and not list_known_attachments(session, [digest]):
            self.store.take_back(digest, self.marks[digest])


async def take_files(
    request: Request, posted: Posted, look: Look, store: Files, now: Now, assignment_id: int
) -> SentFiles:
    """Check what was sent, before the request's transaction begins. Strangers are sent away."""
    uploads = _uploads_in(posted)
    if not uploads:
        return SentFiles()
    actor, wanted = await look(partial(_wanted, request, now, assignment_id, [*uploads]))
    found, faults = await _identify_all(request, wanted, uploads)
    files = {key: one for key, (one, _) in found.items()}
    refused = await look(lambda session: _list_refused(session, assignment_id, files, actor))
    faults |= words_of(request).say_each(refused)
    taken = {key: one for key, one in found.items() if key not in refused}
    contents = {one.digest: content for one, content in taken.values()}
    marks = await run_in_threadpool(_store_all, store, contents)
    prepared = {key: (wanted[key], one) for key, (one, _) in taken.items()}
    return SentFiles(store, prepared, faults, marks)


def _wanted(
    request: Request, now: datetime, assignment_id: int, keys: Iterable[str], session: Session
) -> tuple[Account, dict[str, AttachmentKind]]:
    """Who sends, and key → its kind for the questions that take one."""
    viewer = who_asks(request, session, now)
    get_own(session, viewer, assignment_id)
    kinds = {key: find_kind(session, assignment_id, key) for key in keys}
    return viewer.account, {key: kind for key, kind in kinds.items() if kind}


def _store_all(store: AttachmentStore, contents: Mapping[str, bytes]) -> dict[str, int]:
    return {digest: store.put_marked(content) for digest, content in contents.items()}


async def _identify_all(
    request: Request, wanted: Mapping[str, AttachmentKind], uploads: Mapping[str, UploadFile]
) -> tuple[dict[str, tuple[Prepared, bytes]], dict[str, str]]:
    """Key → what the file is and its bytes, and key → why it is not taken."""
    found: dict[str, tuple[Prepared, bytes]] = {}
    faults = {key: say(request, TOO_MANY, most=MOST_FILES) for key in [*wanted][MOST_FILES:]}
    for key in [*wanted][:MOST_FILES]:
        identify = partial(_identify, uploads[key], wanted[key])
        try:
            found[key] = await waiting_of(request).clerks.run(identify)
        except Refusal as refusal:
            faults[key] = say(request, refusal)
        except Crowded:
            faults[key] = say(request, N_("现在上传的人较多，这个文件没有收下，请再选一次。"))
    return found, faults


def _identify(upload: UploadFile, kind: AttachmentKind) -> tuple[Prepared, bytes]:
    """The file is read here: those who wait keep theirs on the disk."""
    return attachments.identify(upload.filename or "", upload.file.read(), kind)


def _list_refused(
    session: Session, assignment_id: int, files: Mapping[str, Prepared], actor: Account
) -> dict[str, Refusal]:
    """Those that are not taken now. What is here already is: its form was sent once before."""
    known = _tokens_of(session, assignment_id, files.values())
    fresh = {
        key: one.size for key, one in files.items() if (question_of(key), one.digest) not in known
    }
    return attachments.list_refused(session, assignment_id, fresh, actor=actor)


def _tokens_of(
    session: Session, assignment_id: int, files: Iterable[Prepared]
) -> dict[tuple[str, str], str]:
    """Question and digest → the token of the file that is here already."""
    same = list_same_files(session, assignment_id, [one.digest for one in files])
    return {(question_of(one.field), one.digest): one.token for one in same}


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
    known = _tokens_of(session, assignment_id, [one for _, one in files.prepared.values()])
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
                files.take_back(session, prepared.digest)
        if token:
            answers[key] = [token]
    return faults
