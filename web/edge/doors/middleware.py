"""What surrounds every answer: security headers, and the limit of what may be sent."""

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.edge.requests.body_head import HEAD_BYTES, typed_in_head

CONTENT_SECURITY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "worker-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
MOST_TYPED = 4 * 1024 * 1024
"""Bytes of a body without files. Unpacking a body of `%E5…` costs eighty times its size in memory.
The longest form of ours, a draft of 200,000 characters, has 2 MB."""
LONGEST_LENGTH = 18
"""Digits of an announced length; Python refuses to read a number of more than 4,300."""
DRAINED = 20
"""How many times the limit is read and thrown away, so that the sender gets to see the answer."""


class SecurityHeaders:
    """Adds the headers that keep foreign pages and scripts out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class HeadAsGet:
    """Answers HEAD as GET, without the body: same status, same headers, for every page there is.

    Routes know GET only, and so do the answers; the server sends no body after HEAD.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, send_without_body)


class BodyLimit:
    """Answers a body above its limit with `refuse`, without keeping more than its head.

    `limit`: bytes of a form with files; a form without files may have `MOST_TYPED`. The limit that
    was exceeded stands in `request.state.limit`.
    """

    def __init__(
        self, app: ASGIApp, limit: int, refuse: Callable[[Request], Awaitable[Response]]
    ) -> None:
        self.app = app
        self.limit = limit
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit_of(scope) if scope["type"] == "http" else 0
        if scope["type"] != "http" or not self._announces_more(scope, limit):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.limit = limit
        head = await self._drain(receive)
        kind = request.headers.get("content-type", "")
        request.state.typed = await run_in_threadpool(typed_in_head, kind, head)
        answer = await self.refuse(request)
        await answer(scope, receive, send)

    def _limit_of(self, scope: Scope) -> int:
        kind = Headers(scope=scope).get("content-type", "").lower()
        return self.limit if kind.startswith("multipart/") else min(self.limit, MOST_TYPED)

    def _announces_more(self, scope: Scope, limit: int) -> bool:
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers:
            return True  # browsers announce the length; what does not is not a form of ours
        length = headers.get("content-length", "0")
        known = length.isascii() and length.isdigit()  # "²" is a digit, and no number
        return not known or len(length) > LONGEST_LENGTH or int(length) > limit

    async def _drain(self, receive: Receive) -> bytes:
        """Read the whole body away, and return its first `HEAD_BYTES`: they hold the typed text."""
        seen, head = 0, bytearray()
        while seen <= self.limit * DRAINED:
            message = await receive()
            body = message.get("body", b"")
            seen += len(body)
            head += body[: HEAD_BYTES - len(head)]
            if message["type"] != "http.request" or not message.get("more_body", False):
                break
        return bytes(head)
