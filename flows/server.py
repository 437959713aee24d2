"""Prefect's server behind a door that refuses requests from foreign web pages.

The server is the one of `prefect server start`, which does not check under which name it is asked
(docs/decisions/0012).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
"""The names of this machine. The port is not checked, because a tunnel may have another one."""
CLOSED = ("/docs", "/redoc", "/openapi.json")
"""Paths where Prefect describes its API without a sign-in, which blocks it for ten seconds."""


def create_app() -> App:
    """The application for uvicorn. Prefect's settings come from the environment."""
    from prefect.server.api import server

    return Door(server.create_app(final=True))


class Door:
    """Refuses HTTP requests and WebSockets that a browser sends for a foreign page.

    Host must name this machine. Otherwise a foreign name that was made to point here (DNS
    rebinding) would be an origin of its own. Origin must be the page's own. Browsers send Origin
    with every WebSocket and every request that changes something; programs send none.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = refused(scope) if scope["type"] in ("http", "websocket") else None
        if status is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await send({"type": "http.response.start", "status": status, "headers": []})
            await send({"type": "http.response.body", "body": b""})


def refused(scope: Scope) -> int | None:
    """The HTTP status with which a request is refused; None: the request goes on to Prefect."""
    hosts, origins = _values(scope, b"host"), _values(scope, b"origin")
    if len(hosts) != 1 or _name(hosts[0]) not in OWN_NAMES:
        return 421
    if any(origin != f"http://{hosts[0]}" for origin in origins):
        return 403
    return 404 if scope["path"].startswith(CLOSED) else None


def _values(scope: Scope, name: bytes) -> list[str]:
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    return [value.decode("latin-1").lower() for key, value in headers if key == name]


def _name(host: str) -> str | None:
    """The name in a Host header without the port; None for a header that is no host."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
