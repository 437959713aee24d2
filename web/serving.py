"""Serving the web application to strangers: `python -m web.serving`, as `jieli run` starts it."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from adapters.listening import BACKLOG, listening
from adapters.open_files import raise_limit
from adapters.private import make_folder
from adapters.settings import Settings, get_settings
from web.edge.doors.connections import Connection, Connections

MOST_CONNECTIONS = 2_048
"""At once; a browser has six at most. Each costs up to 150 KB while a body comes in."""
YOUNG_OBJECTS = 20_000
"""Objects that may be made before the youngest are looked through; a sending makes some thousand
that hang together in no circle."""
GRACE_SECONDS = 5
"""For requests in work when the application is stopped."""


def connections_for(files: int, processes: int = 1) -> int:
    """How many connections fit well under `files`, the limit of open files of this process, which
    is one of `processes`.

    The other half is for the database, attachments and the processes that read documents.
    """
    return max(1, min(MOST_CONNECTIONS // processes, files // 2))


class Server(uvicorn.Server):
    """uvicorn with bounds on its connections, on one listening socket."""

    def __init__(
        self,
        app: FastAPI,
        connections: Connections,
        *,
        proxies: Sequence[str] = (),
        log_level: str = "info",
        ready: Path | None = None,
    ) -> None:
        self.connections, self.ready = connections, ready
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
        if self.ready:
            self.ready.write_text(str(os.getpid()))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.watching.cancel()
        await super().shutdown(sockets)


def serve(
    app: FastAPI,
    settings: Settings,
    listener: socket.socket | None = None,
    ready: Path | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C.

    With a `listener` this process is one of several, which take newcomers from the same socket.
    Once it does, the file `ready` holds the id of the process.
    """
    spare_memory_walks()
    processes = settings.web_processes if listener else 1
    connections = Connections(connections_for(raise_limit(), processes))
    server = Server(app, connections, proxies=settings.proxies, ready=ready)
    if listener:
        server.at_once = 1  # Who wakes first would take in everybody, and the others nobody.
    server.run([listener or listening(settings.host, settings.web_port)])


def spare_memory_walks() -> None:
    """Let the garbage collector look at what requests leave behind, and not at the product itself.

    What is loaded at the start stays to the end. Walking through all of it takes a third of a
    second, in which nobody is answered, and a twentieth of the time of a sending.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)


def main(arguments: Sequence[str]) -> None:
    """Without arguments this is the only process. `cli.programs` gives each of several the number
    of the open socket, and the file that says when the process is ready."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        make_folder(Path(folder))
    from web.app import app

    listener = socket.socket(fileno=int(arguments[0])) if arguments else None
    ready = Path(arguments[1]) if arguments else None
    serve(app, get_settings(), listener, ready)


if __name__ == "__main__":
    main(sys.argv[1:])
