"""Photos and files of a form: sent piece by piece with JavaScript, and handed out again.

Without JavaScript the files come with the form itself (`web.filling.posted_files`).
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlmodel import Session
from starlette.background import BackgroundTask

from adapters.attachment_store import AttachmentStore, WrongOffset
from adapters.checked_files import Prepared
from models import Attachment
from queries.filling.attachments import get_attachment_upload, get_visible_attachment
from rules.filling.attachments.kinds import LARGEST, LARGEST_PIECE
from rules.sentences.refusal import Refusal
from services.filling import attachments
from web.edge.pages.stored_files import BYTES, Files, Token, hand_out
from web.edge.requests.posted import Posted
from web.edge.requests.waiting import Crowded, waiting_of
from web.edge.viewer.context import SignedIn
from web.edge.viewer.language import say
from web.edge.viewer.own import get_to_answer
from web.edge.viewer.security import read_id, who_asks
from web.edge.viewer.transactions import Look, Now, attempt

NO_STORE = {"Cache-Control": "no-store"}

router = APIRouter()
Offset = Annotated[int, Query(ge=0, le=max(LARGEST.values()))]


async def read_piece(request: Request) -> bytes:
    """The raw body of one piece, wholly read before any transaction begins."""
    if request.headers.get("content-type", "") != BYTES:
        raise HTTPException(415)
    piece = b""
    async for part in request.stream():
        piece += part
        if len(piece) > LARGEST_PIECE:
            raise HTTPException(413)
    return piece


Piece = Annotated[bytes, Depends(read_piece)]


@dataclass(frozen=True)
class Taken:
    """What became of one piece."""

    received: int = 0
    """Bytes that are here, where the upload is not complete."""
    prepared: Prepared | None = None
    """The file, where it is complete."""
    refusal: str = ""
    """The finished sentence, where the file is not taken."""
    status: int = 200


async def take_piece(
    request: Request,
    piece: Piece,
    look: Look,
    store: Files,
    now: Now,
    assignment_id: int,
    token: Token,
    offset: Offset,
) -> Taken:
    """Put the piece on the disk, and clean the file after its last piece.

    All this comes before the transaction that writes: cleaning a photo takes a while, and a file
    that has not arrived whole writes nothing. Strangers are sent away before anything is stored.
    """
    upload = await look(partial(_find_upload, request, now, assignment_id, token))
    received = offset
    try:
        received = await run_in_threadpool(attachments.add_piece, store, upload, offset, piece)
        if received < upload.size:
            return Taken(received)
        done = await waiting_of(request).clerks.run(partial(attachments.complete, store, upload))
    except WrongOffset as wrong:
        return Taken(wrong.received, status=409)
    except Crowded:
        return Taken(received, status=503)
    except Refusal as refusal:
        return Taken(refusal=say(request, refusal), status=422)
    return Taken(prepared=done)


def _find_upload(
    request: Request, now: datetime, assignment_id: int, token: str, session: Session
) -> Attachment:
    get_to_answer(session, who_asks(request, session, now), assignment_id)
    return get_attachment_upload(session, assignment_id, token)


@router.post("/assignments/{assignment_id}/uploads")
def start_upload(context: SignedIn, store: Files, posted: Posted, assignment_id: int) -> Response:
    """Begin an upload (`name`, `size`, `field`, `key`), or find the one begun with that key."""
    get_to_answer(context.session, context.viewer, assignment_id)
    with attempt(context.session, context.words) as outcome:
        upload = attachments.start(
            context.session,
            assignment_id,
            str(posted.get("field", "")),
            str(posted.get("name", "")),
            read_id(str(posted.get("size", ""))),
            client_key=str(posted.get("key", "")),
            actor=context.actor,
            now=context.now,
        )
    if not outcome.done:
        return JSONResponse({"sentence": outcome.refusal}, 422, NO_STORE)
    return _progress(store, upload)


@router.get("/assignments/{assignment_id}/uploads/{token}")
def show_progress(context: SignedIn, store: Files, assignment_id: int, token: Token) -> Response:
    """How much of an upload is here: where to go on."""
    get_to_answer(context.session, context.viewer, assignment_id)
    return _progress(store, get_attachment_upload(context.session, assignment_id, token))


@router.post("/assignments/{assignment_id}/uploads/{token}")
def add_piece(
    taken: Annotated[Taken, Depends(take_piece)],
    context: SignedIn,
    store: Files,
    assignment_id: int,
    token: Token,
) -> Response:
    """One piece; the last piece makes the attachment ready. 409 says which piece is wanted.

    503: the file is complete, but its turn for cleaning has not come. An empty piece at the end
    asks again.
    """
    get_to_answer(context.session, context.viewer, assignment_id)
    if taken.refusal:
        attachments.give_up(context.session, assignment_id, token, actor=context.actor)
        gone = BackgroundTask(store.forget, token)
        return JSONResponse({"sentence": taken.refusal}, 422, NO_STORE, background=gone)
    if taken.prepared is None:
        return JSONResponse({"received": taken.received}, taken.status, NO_STORE)
    done = attachments.finish(
        context.session, assignment_id, token, taken.prepared, actor=context.actor, now=context.now
    )
    return _progress(store, done)


def _progress(store: AttachmentStore, upload: Attachment) -> Response:
    """How far an upload has got. The pieces of a whole file go after the answer and the commit."""
    answer = {"token": upload.token, "name": upload.name, "size": upload.size}
    if upload.done_at is None:
        received = store.received(upload.token)
        return JSONResponse({**answer, "received": received, "done": False}, 200, NO_STORE)
    answer |= {"received": upload.size, "done": True, "type": upload.content_type}
    gone = BackgroundTask(store.forget, upload.token)
    return JSONResponse(answer, 200, NO_STORE, background=gone)


@router.get("/attachments/{token}")
def show_attachment(context: SignedIn, store: Files, token: Token) -> Response:
    """The photo or file, for everybody who may see its answer."""
    found = get_visible_attachment(context.session, context.viewer.unit, token)
    return hand_out(context, store, found)
