"""How many connections the web application holds, and how long a stranger may keep one.

The server has no time-out for a head or a body and no bound on connections; this module adds them
(docs/decisions/0015-connections.md).
"""

from __future__ import annotations

import asyncio
import errno
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BESIDE = 64 * 1024
"""Bytes of a request that are no body: its head, and what frames a body in pieces. The parser has
no bound of its own."""
ROOM = 16
"""When all places are taken, one in `ROOM` is made free, so that choosing is seldom needed."""
FRESH_SECONDS = 5.0
"""How long a phone's first packet may take, or a person's next click."""
RETRY_SECONDS, TELL_SECONDS = 1.0, 60.0
"""Without a file for newcomers room is made once a second, and a line is written once a minute."""

log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True)
class Patience:
    """How long a connection may take, in seconds. The reasons stand in decision 0015."""

    head: float = 20.0
    """For a whole request head, however many bytes come in meanwhile."""
    idle: int = 75
    """Between two requests; longer than the 60 seconds a proxy keeps its own side. uvicorn's."""
    silence: float = 60.0
    """Without one byte of a body coming in, or of an answer going out."""
    least_rate: int = 500
    """Bytes a second of a body, over all of it but the first `silence` seconds. The slowest mode of
    a 2G phone sends 1,130; 2 MB may take seventy minutes."""
    look: float = 1.0
    """Between two looks at all connections."""


class Phase(Enum):
    """What a connection waits for."""

    WAITING = 0
    """For the first byte or the rest of a head: the stranger has asked for nothing yet."""
    BODY = 1
    """For the rest of a body."""
    ANSWERING = 2
    """For a reader who is slower than the answer."""
    WORKING = 3
    """For us. Such a connection is never closed."""


class Connection(HttpToolsProtocol):
    """One connection of uvicorn; the connection knows what it waits for, and since when."""

    def __init__(self, among: Connections, **given: Any) -> None:
        super().__init__(**given)
        self.among = among
        self.waits_for = Phase.WAITING
        self.idle = False
        self.since = self.heard = self.moved = self.looked = among.clock()
        self.received = self.unsent = self.beside = 0
        self.in_body = False

    @property
    def address(self) -> str:
        return self.client[0] if self.client else ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.among.admit(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.among.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.heard = self.among.clock()
        self.received += len(data)
        self.beside += len(data)
        super().data_received(data)
        if self.beside > MOST_BESIDE:
            self.drop()
        else:
            self._enter(idle=False)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.in_body:  # what stands behind a body is nothing that we ask for
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self.parser.should_upgrade():  # the parser reads no request behind this one
            self.cycle.keep_alive = False
        self.in_body = True  # until the end, which is told at once where there is no body

    def on_body(self, body: bytes) -> None:
        self.beside -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.in_body, self.beside = False, 0

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._enter(idle=True)

    def resume_writing(self) -> None:
        self.moved = self.among.clock()
        super().resume_writing()

    def _enter(self, *, idle: bool) -> None:
        """Note what is waited for now; `idle`: no byte of the next head has come."""
        waits_for = self._needs()
        idle = idle and waits_for is Phase.WAITING
        if (waits_for, idle) != (self.waits_for, self.idle):
            self.waits_for, self.idle = waits_for, idle
            self.since, self.received = self.among.clock(), 0

    def _needs(self) -> Phase:
        """What the next step needs: the rest of a request, or the answer to one that has come."""
        in_work = self.cycle is not None and not self.cycle.response_complete
        if self.in_body and not self.pipeline:
            return Phase.BODY
        return Phase.WORKING if in_work else Phase.WAITING

    @property
    def phase(self) -> Phase:
        """What the connection waits for; a slow reader goes before our own work."""
        reading = self.waits_for is Phase.WORKING or self.idle
        return Phase.ANSWERING if reading and self.unsent else self.waits_for

    def is_fresh(self, now: float) -> bool:
        """Whether a request may still be on its way, or has come in part."""
        return self.phase is not Phase.WAITING or now - self.since < FRESH_SECONDS

    def look(self, now: float) -> bool:
        """Whether the connection has taken too long."""
        unsent = self.transport.get_write_buffer_size()
        if not unsent or unsent != self.unsent:
            self.unsent, self.moved = unsent, now
        if self.flow.read_paused:  # we do not take what has come: no fault of the sender
            self.heard, self.since = now, self.since + now - self.looked
        self.looked = now
        return self._is_late(now, self.among.patience)

    def _is_late(self, now: float, patience: Patience) -> bool:
        if self.unsent:
            return now - self.moved > patience.silence
        if self.waits_for is Phase.WAITING:
            return not self.idle and now - self.since > patience.head
        if self.waits_for is Phase.BODY:
            due = (now - self.since - patience.silence) * patience.least_rate
            return now - self.heard > patience.silence or self.received < due
        return False

    def drop(self) -> None:
        """Close the connection at once; what was not sent is thrown away."""
        self.among.forget(self)
        self.transport.abort()


class Connections:
    """All connections of one server, `most` at a time, the oldest first."""

    def __init__(
        self,
        most: int,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most = most
        self.patience = patience or Patience()
        self.clock = clock
        self.open: dict[Connection, None] = {}
        self.made_room_at = self.told_at = float("-inf")

    def admit(self, connection: Connection) -> None:
        """Take a connection in; without room, close some connections that wait for a stranger."""
        self.open[connection] = None
        if len(self.open) > self.most:
            self.make_room()

    def forget(self, connection: Connection) -> None:
        """A connection is closed, or will be in a moment."""
        self.open.pop(connection, None)

    def make_room(self) -> None:
        """Close some connections: first those that keep others out at the least cost.

        The first to go are strangers who have asked for nothing for a while. Then the largest
        crowd loses its oldest members; a crowd are the connections of one address that wait for
        the same. So neither many heads nor many bodies of one stranger cost another stranger a
        place. No connection is closed that waits for us.
        """
        now = self.clock()
        found = [connection for connection in self.open if connection.phase is not Phase.WORKING]
        crowd = Counter((connection.address, connection.phase) for connection in found)
        found.sort(
            key=lambda connection: (
                connection.is_fresh(now),
                -crowd[connection.address, connection.phase],
                connection.since,
            )
        )
        for connection in found[: max(1, self.most // ROOM)]:
            connection.drop()

    def look(self) -> None:
        """Close what has taken too long."""
        now = self.clock()
        for connection in [connection for connection in self.open if connection.look(now)]:
            connection.drop()

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(self.patience.look)
            self.look()

    def on_trouble(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """The exception handler of the loop.

        Without files asyncio writes a trace for each connection, megabytes a second. This handler
        makes room instead, and writes one line a minute.
        """
        error = context.get("exception")
        if not isinstance(error, OSError) or error.errno not in (errno.EMFILE, errno.ENFILE):
            loop.default_exception_handler(context)
            return
        now = self.clock()
        if now - self.made_room_at >= RETRY_SECONDS:
            self.made_room_at = now
            self.make_room()
        if now - self.told_at >= TELL_SECONDS:
            self.told_at = now
            log.error("No file left for a new connection (%d are open): %s", len(self.open), error)
