"""What a form sent: read once, and cleared of what nobody is to see (`rules.sentences.held`)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Annotated, BinaryIO, cast

from fastapi import Depends, HTTPException, Request
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from adapters.settings import get_settings
from rules.forms.form_inputs import MOST_INPUTS
from rules.sentences.held import held, storable
from web.edge.requests.body_head import HEAD_BYTES, typed_in_head
from web.edge.requests.secret_fields import is_secret
from web.edge.requests.urlencoded import read_fields
from web.edge.requests.waiting import RETRY_SECONDS, waiting_of

MOST_FIELDS = MOST_INPUTS + 1_000
"""How many fields a posted form may have: the most that a form can ask, and our own fields."""
SMALL = PIECE = 64 * 1024
"""Bytes of a body that is kept in memory and parsed where it arrives, within thirty milliseconds. A
larger body lies on disk until it is whole, and is parsed in a thread."""
PARSED_TOGETHER = 2
"""How many large bodies are parsed at once; parsing computes all the time, so more gain nothing."""
Pieces = AsyncGenerator[bytes, None]
Field = tuple[str, str | UploadFile]
Parser = Callable[[Headers, Pieces], Awaitable[Sequence[Field]]]


async def read_form(request: Request) -> FormData:
    """The posted fields. A form editor of 300 rows has 3,900, the largest form that can be
    published `MOST_INPUTS`, and as many inputs for files, mostly empty; a field may be as long as
    a body.

    A body that is no form raises `HTTPException` 400, and one there is no room for 503.
    """
    if not hasattr(request.state, "posted"):
        kind, _ = parse_options_header(request.headers.get("content-type"))
        request.state.posted = (
            await _read(request, PARSERS[kind]) if kind in PARSERS else FormData()
        )
    return cast(FormData, request.state.posted)


async def _read(request: Request, parser: Parser) -> FormData:
    """A body that is announced as small is read where it arrives; any other is kept first."""
    if _announced(request) <= SMALL:
        body = BytesIO(await request.body())
        async with _told_as_far(request, body):
            return await _fields(request.headers, parser, body)
    async with _kept(request) as (kept, whole), _told_as_far(request, kept.file):
        if not whole:
            raise HTTPException(503, headers={"Retry-After": str(RETRY_SECONDS)})
        return await _parsed(request, parser, kept)


def _announced(request: Request) -> int:
    """The bytes of the body, as far as the request says; else more than is small."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else SMALL + 1


@asynccontextmanager
async def _kept(request: Request) -> AsyncIterator[tuple[UploadFile, bool]]:
    """The body, in memory or on disk, and whether the body is whole; it may take minutes.

    Of a body without room the head is kept, and the rest is read away: a browser shows an answer
    only when the browser has sent everything.
    """
    whole = True
    with SpooledTemporaryFile(SMALL) as file, waiting_of(request).bodies.part() as take:
        body = UploadFile(cast(BinaryIO, file), size=0)
        async with aclosing(request.stream()) as stream:
            async for piece in stream:
                size = body.size or 0
                if whole and size + len(piece) > SMALL and not take(len(piece)):
                    whole = False
                    file.truncate(min(size, HEAD_BYTES))
                await body.write(piece if whole else piece[: max(0, HEAD_BYTES - size)])
        await body.seek(0)
        yield body, whole


@asynccontextmanager
async def _told_as_far(request: Request, body: BinaryIO) -> AsyncIterator[None]:
    """What can be read of a body that is not taken is kept in `request.state.typed`."""
    try:
        yield
    except HTTPException:
        body.seek(0)
        kind, head = request.headers.get("content-type", ""), body.read(HEAD_BYTES)
        request.state.typed = await run_in_threadpool(typed_in_head, kind, head)
        raise


async def _parsed(request: Request, parser: Parser, body: UploadFile) -> FormData:
    """The fields of a whole body. A large one takes a second of computing, which is done in a
    thread, two at a time: everybody else is answered meanwhile."""
    if (body.size or 0) <= SMALL:
        return await _fields(request.headers, parser, body.file)
    async with request.app.state.parsing:
        return await run_in_threadpool(
            lambda: asyncio.run(_fields(request.headers, parser, body.file))
        )


async def _fields(headers: Headers, parser: Parser, body: BinaryIO) -> FormData:
    try:
        fields = await parser(headers, _pieces(body))
    except (ValueError, MultiPartException) as error:  # an encoding may fail in its own way
        raise HTTPException(400) from error
    return FormData([(held(name), _held(name, value)) for name, value in fields])


def _held(name: str, value: str | UploadFile) -> str | UploadFile:
    if not isinstance(value, str):
        return value
    return storable(value) if is_secret(name) else held(value)


async def _pieces(body: BinaryIO) -> Pieces:
    while piece := body.read(PIECE):
        yield piece


async def _urlencoded(_headers: Headers, pieces: Pieces) -> Sequence[Field]:
    return read_fields(b"".join([piece async for piece in pieces]), MOST_FIELDS)


class _WholeMultipart(MultiPartParser):
    """Refuses a body that ends before the closing boundary: fields would be missing."""

    ended = False

    def on_end(self) -> None:
        self.ended = True

    async def parse(self) -> FormData:
        form = await super().parse()
        if not self.ended:
            await form.close()
            raise MultiPartException("The closing boundary is missing.")
        return form


async def _multipart(headers: Headers, pieces: Pieces) -> Sequence[Field]:
    limit = get_settings().upload_limit
    parser = _WholeMultipart(
        headers, pieces, max_files=MOST_FIELDS, max_fields=MOST_FIELDS, max_part_size=limit
    )
    return (await parser.parse()).multi_items()


PARSERS: dict[bytes, Parser] = {
    b"application/x-www-form-urlencoded": _urlencoded,
    b"multipart/form-data": _multipart,
}


async def get_posted(request: Request) -> FormData:
    """The fields of a posted form, as they came."""
    return await read_form(request)


Posted = Annotated[FormData, Depends(get_posted)]


def typed(posted: FormData) -> dict[str, list[str]]:
    """The text fields of a posted form by name.

    Without our own, which begin with `_`, and without passwords: this is what is shown again.
    """
    fields: dict[str, list[str]] = {}
    for name, value in posted.multi_items():
        if isinstance(value, str) and not name.startswith("_") and not is_secret(name):
            fields.setdefault(name, []).append(value)
    return fields
