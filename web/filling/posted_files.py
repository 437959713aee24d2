"""Photos and files that come with the form itself, where JavaScript did not send them before.

Checking and cleaning a photo takes up to seconds, and comes before the transaction that writes.
Nothing is stored for a form that takes no answer or has no room.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from adapters.attachment_store import AttachmentStore
from adapters.checked_files import Prepared, identify
from models import Account, AttachmentKind
from queries.filling.attachments import find_kind, list_known_files, question_of
from queries.filling.submissions import list_same_files
from rules.filling.attachments.kinds import MOST_FILES, TOO_MANY
from rules.sentences.refusal import N_, Refusal
from services.filling import attachments
from web.edge.requests.waiting import Crowded, waiting_of
from web.edge.viewer.context import Context
from web.edge.viewer.language import words_of
from web.edge.viewer.own import get_to_answer
from web.edge.viewer.security import who_asks
from web.edge.viewer.transactions import Looking, attempt
from web.filling.asked import PREFIX

REMOVED = "_remove"
"""The box that takes an attached file away; the value of the box is the name of the question."""


@dataclass(frozen=True)
class SentFiles:
    """What came with a form, by key: a checked and stored file, or a finished sentence."""

    store: AttachmentStore | None = None

    prepared: Mapping[str, tuple[AttachmentKind, Prepared]] = field(default_factory=dict)
    """Key → what the field takes, and the file."""
    faults: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, int] = field(default_factory=dict)
    """Digest → what `put_marked` said of the file."""

    def take_back(self, session: Session, digest: str) -> None:
        """Remove a file that got no row, unless the same file has a row of another answer."""
        if self.store and digest in self.marks and not list_known_files(session, [digest]):
            self.store.take_back(digest, self.marks[digest])


async def take_files(
    request: Request,
    posted: FormData,
    look: Looking,
    store: AttachmentStore,
    now: datetime,
    assignment_id: int,
) -> SentFiles:
    """Check what was sent, before the request's transaction begins. Strangers are sent away."""
    uploads = _uploads_in(posted)
    if not uploads:
        return SentFiles()
    actor, wanted = await look(partial(_wanted, request, now, assignment_id, [*uploads]))
    found, faults = await _identify_all(request, wanted, uploads)
    files = {key: file for key, (file, _) in found.items()}
    refused = await look(lambda session: _list_refused(session, assignment_id, files, actor))
    faults |= words_of(request).say_each(refused)
    taken = {key: file for key, file in found.items() if key not in refused}
    contents = {file.digest: content for file, content in taken.values()}
    marks = await run_in_threadpool(_store_all, store, contents)
    prepared = {key: (wanted[key], file) for key, (file, _) in taken.items()}
    return SentFiles(store, prepared, faults, marks)


def _wanted(
    request: Request, now: datetime, assignment_id: int, keys: Iterable[str], session: Session
) -> tuple[Account, dict[str, AttachmentKind]]:
    """Who sends, and key → kind for the questions that take a file."""
    viewer = who_asks(request, session, now)
    get_to_answer(session, viewer, assignment_id)
    kinds = {key: find_kind(session, assignment_id, key) for key in keys}
    return viewer.account, {key: kind for key, kind in kinds.items() if kind}


def _store_all(store: AttachmentStore, contents: Mapping[str, bytes]) -> dict[str, int]:
    return {digest: store.put_marked(content) for digest, content in contents.items()}


async def _identify_all(
    request: Request, wanted: Mapping[str, AttachmentKind], uploads: Mapping[str, UploadFile]
) -> tuple[dict[str, tuple[Prepared, bytes]], dict[str, str]]:
    """Key → the file and its bytes; and key → why a file is not taken."""
    words = words_of(request)
    found: dict[str, tuple[Prepared, bytes]] = {}
    faults = {key: words.say(TOO_MANY, most=MOST_FILES) for key in [*wanted][MOST_FILES:]}
    for key in [*wanted][:MOST_FILES]:
        work = partial(_identify, uploads[key], wanted[key])
        try:
            found[key] = await waiting_of(request).clerks.run(work)
        except Refusal as refusal:
            faults[key] = words.say(refusal)
        except Crowded:
            faults[key] = words.say(N_("现在上传的人较多，这个文件没有收下，请再选一次。"))
    return found, faults


def _identify(upload: UploadFile, kind: AttachmentKind) -> tuple[Prepared, bytes]:
    """Read and identify one file; the files of those who wait stay on the disk."""
    return identify(upload.filename or "", upload.file.read(), kind)


def _list_refused(
    session: Session, assignment_id: int, files: Mapping[str, Prepared], actor: Account
) -> dict[str, Refusal]:
    """The files that are not taken now; a file that is here already is always taken."""
    known = _tokens_of(session, assignment_id, files.values())
    fresh = {
        key: file.size
        for key, file in files.items()
        if (question_of(key), file.digest) not in known
    }
    return attachments.list_refused(session, assignment_id, fresh, actor=actor)


def _tokens_of(
    session: Session, assignment_id: int, files: Iterable[Prepared]
) -> dict[tuple[str, str], str]:
    """Question and digest → the token of the file that is here already."""
    same = list_same_files(session, assignment_id, [file.digest for file in files])
    return {(question_of(file.field), file.digest): file.token for file in same}


def has_files(posted: FormData) -> bool:
    """Whether files came with the form, or are to be taken away."""
    return REMOVED in posted or bool(_uploads_in(posted))


def _uploads_in(posted: FormData) -> dict[str, UploadFile]:
    return {
        name.removeprefix(PREFIX): value
        for name, value in posted.multi_items()
        if isinstance(value, UploadFile) and value.filename and name.startswith(PREFIX)
    }


def attach(
    context: Context,
    assignment_id: int,
    answers: dict[str, list[str]],
    files: SentFiles,
    posted: FormData,
) -> dict[str, str]:
    """Put the files that came with the form into `answers`; returns key → what is wrong.

    A file that has arrived before for the same question is used again, so that sending twice is
    the same as sending once. Ticked boxes take files away.
    """
    session, actor, now = context.session, context.actor, context.now
    for name in posted.getlist(REMOVED):
        answers[str(name).removeprefix(PREFIX)] = [""]
    known = _tokens_of(session, assignment_id, [file for _, file in files.prepared.values()])
    faults = dict(files.faults)
    for key, (kind, file) in files.prepared.items():
        token = known.get((question_of(key), file.digest))
        if token is None:
            with attempt(session, context.words) as outcome:
                added = attachments.add(
                    session, assignment_id, key, file, kind, actor=actor, now=now
                )
                token = added.token
            if outcome.refusal:
                faults[key] = outcome.refusal
                files.take_back(session, file.digest)
        if token:
            answers[key] = [token]
    return faults
