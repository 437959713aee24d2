"""Files that people uploaded, handed out so that no content of a file runs in this site's name."""

import logging
from typing import Annotated, Protocol

from fastapi import Depends, Path, Response

from adapters.attachment_store import AttachmentStore, get_store
from rules.filling.attachments.kinds import FILE_TYPES
from rules.sentences.refusal import N_
from web.edge.pages.downloads import saved_as
from web.edge.pages.error_page import ErrorPage
from web.edge.pages.rendering import render
from web.edge.viewer.context import Context

BYTES = "application/octet-stream"
GONE = N_("这个文件在服务器上找不到了，或者已经损坏。请联系管理员从备份恢复。")

log = logging.getLogger(__name__)


async def get_files() -> AttachmentStore:
    """The store of this installation; `async`, so that no thread is taken for it."""
    return get_store()


Files = Annotated[AttachmentStore, Depends(get_files)]
"""Where the bytes of attachments lie."""
Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class Stored(Protocol):
    """The row of a stored file."""

    id: int
    name: str
    content_type: str
    digest: str


def hand_out(context: Context, store: AttachmentStore, found: Stored) -> Response:
    """The bytes of a file that the viewer may see, or a page that says that they are lost."""
    headers = _headers(found)
    if context.request.headers.get("if-none-match") == headers["ETag"]:
        return Response(None, 304, headers)
    content = store.read(found.digest)
    if content is None:
        kind = type(found).__name__
        log.error("%s %s: the file %s is missing or damaged", kind, found.id, found.digest)
        page = ErrorPage(context.words.say(N_("文件打不开")), context.words.say(GONE))
        return render(context.request, page, status=404)
    return Response(content, 200, headers)


def _headers(found: Stored) -> dict[str, str]:
    known = FILE_TYPES.get(found.content_type)
    how = "inline" if known and known.shown else "attachment"
    ending = known.endings[0] if known else "bin"
    return {
        "Content-Type": known.media if known else BYTES,
        "Content-Disposition": saved_as(found.name, f"file.{ending}", how),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
        "ETag": f'"{found.digest}"',
    }
