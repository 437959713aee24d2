"""Serving the web application to strangers: `python -m web.serving`, as `jieli run` starts it."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Sequence
from functools import partial

import uvicorn
from fastapi import FastAPI

from adapters.open_files import raise_limit
from adapters.settings import Settings, get_settings
from web.edge.connections import Connection, Connections

MOST_CONNECTIONS = 2_048
"""At once; a browser has six at most. Each costs up to 150 KB while a body comes in."""
BACKLOG = 2_048
"""Connections that wait in the kernel until they are taken in."""
YOUNG_OBJECTS = 20_000
"""Objects that may be made before the youngest are looked through; a sending makes some thousand
that hang together in no circle."""
GRACE_SECONDS = 5
"""For requests in work when the application is stopped."""


def connections_for(files: int) -> int:
    """How many connections fit well under `files`, the limit of open files of this process.

    The other half is for the database, attachments and the processes that read documents.
    """
    return max(1, min(MOST_CONNECTIONS, files // 2))


class Server(uvicorn.Server):
    """uvicorn with bounds on its connections, on one listening socket."""

    def __init__(
        self,
        app: FastAPI,
        connections: Connections,
        *,
        proxies: Sequence[str] = (),
        log_level: str = "info",
    ) -> None:
        self.connections = connections
        # asyncio takes in that many in one go before anyone of them is admitted or refused.
        self.at_once = max(1, min(64, connections.most // 8))
        super().__init__(
            uvicorn.Config(
                app,
                http=partial(Connection, connections),  # type: ignore[arg-type]
                ws="none",
                access_log=False,
                log_level=log_level,
                backlog=self.at_once,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
                timeout_keep_alive=connections.patience.idle,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self.connections.on_trouble)
        await super().startup(sockets)
        for listener in sockets or []:
            listener.listen(BACKLOG)
        self.watching = loop.create_task(self.connections.watch())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.watching.cancel()
        await super().shutdown(sockets)


def listening(host: str, port: int) -> socket.socket:
    """The socket on which newcomers arrive."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def spare_memory_walks() -> None:
    """Let the garbage collector look at what requests leave behind, and not at the product itself.

    What is loaded at the start stays to the end. Walking through all of it takes a third of a
    second, in which nobody is answered, and a twentieth of the time of a sending.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    spare_memory_walks()
    connections = Connections(connections_for(raise_limit()))
    server = Server(app, connections, proxies=settings.proxies)
    server.run([listening(settings.host, settings.web_port)])


if __name__ == "__main__":
    from web.app import app

    serve(app, get_settings())
