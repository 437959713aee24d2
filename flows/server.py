"""Prefect's server behind a door that lets no web page of elsewhere in.

The same as `prefect server start`, which knows no names it is asked by (docs/decisions/0012).
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
"""What this machine calls itself; the port may be that of a tunnel."""
CLOSED = ("/docs", "/redoc", "/openapi.json")
"""Prefect describes its API there without a sign-in, and answers nobody else for ten seconds."""


def create_app() -> App:
    """The application for uvicorn; Prefect's settings come from the environment."""
    from prefect.server.api import server

    return Door(server.create_app(final=True))


class Door:
    """Refuses what a browser sends for another page, HTTP and WebSocket, before Prefect sees it.

    Host must be this machine, or a foreign name that was made to point here (DNS rebinding) would
    be an origin of its own. Origin, which browsers send with every WebSocket and every request
    that changes something, must be the page's own. Programs send none.
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
    """The status a request is refused with; None: it goes on to Prefect."""
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
    """The name in a Host header, without port; None when it is no host."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
