"""Where requests wait: first come, first served, without a thread and without a connection.

The pages of the web application are made in forty threads, with `CONNECTIONS` to the database. A
request that waits in a thread or with a connection keeps out another whose page could be made at
once. With enough such requests nothing moves any more (docs/decisions/0013).
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from anyio import CapacityLimiter, fail_after, to_thread
from fastapi import Request

from adapters.database import BUSY_SECONDS, CONNECTIONS
from adapters.settings import get_settings
from rules.sentences.refusal import N_

PROCESSORS = len(os.sched_getaffinity(0))
SEAT_SECONDS = 8
"""How long a request waits for a connection. A page needs a connection for some 30 ms, so that
hundreds of requests are served in this time. A request that has waited longer stands behind
something that is stuck, and people give up on a page after ten seconds."""
BODIES = 1024 * 1024 * 1024
"""Bytes of large bodies on the disk at once: fifty of the largest, three hundred photos. A sender
may take an hour for one, and somebody with many connections would fill the disk."""
WRITERS = 12
"""Requests that write at once on PostgreSQL; the other connections are left to pages."""
RETRY_SECONDS = 30
"""When a program may ask again where too many were here at once."""
SIGNING_IN = N_("现在登录的人很多，请过一分钟再试。密码要重新输入，其他内容都还在。")
READING_FILES = N_("正在读取别人上传的文件，这次没有轮到您。请过一分钟再试，文件要重新选择。")
BUSY = N_("现在办理的人很多，这次没有办成。请过一分钟再试。")

T = TypeVar("T")


class Crowded(Exception):
    """Too many wait already, or the wait was too long; `sentence` (a msgid) says what to do."""

    def __init__(self, sentence: str = BUSY) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class WaitingLine:
    """Slow work, `at_once` at the same time; `most` may wait, and the next one is `Crowded`.

    The work has its own threads, besides the threads in which pages are made.
    """

    def __init__(self, at_once: int, most: int, sentence: str) -> None:
        self.limiter, self.most, self.sentence = CapacityLimiter(at_once), most, sentence

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns, once its turn has come. Raises `Crowded`, and what `work` raises."""
        self._require_room()
        return await to_thread.run_sync(work, limiter=self.limiter)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The block, once its turn has come. Raises `Crowded`."""
        self._require_room()
        async with self.limiter:
            yield

    def _require_room(self) -> None:
        if self.limiter.statistics().tasks_waiting >= self.most:
            raise Crowded(self.sentence)


class Places:
    """Places, of which a request holds one; a request that has waited `seconds` is `Crowded`."""

    def __init__(self, count: int, seconds: float) -> None:
        self.limiter, self.seconds = CapacityLimiter(count), seconds

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Hold a place. A request that already holds a place gets `RuntimeError`, because it would
        wait for itself."""
        try:
            with fail_after(self.seconds):
                await self.limiter.acquire()
        except TimeoutError as error:
            raise Crowded from error
        try:
            yield
        finally:
            self.limiter.release()


class Room:
    """Room on the disk for `most` bytes of bodies that come in or are being read."""

    def __init__(self, most: int) -> None:
        self.most, self.taken = most, 0

    @contextmanager
    def part(self) -> Iterator[Callable[[int], bool]]:
        """The part of one body: a function that takes so many bytes more.

        The function says whether there was room. Without room all bytes of the body are free again.
        """
        held = 0

        def take(size: int) -> bool:
            nonlocal held
            found = self.taken + size <= self.most
            more = size if found else -held
            self.taken, held = self.taken + more, held + more
            return found

        try:
            yield take
        finally:
            self.taken -= held


def _share(count: int) -> int:
    """What one of the web processes of this machine has of `count` processors or bytes."""
    return max(1, count // get_settings().web_processes)


@dataclass(frozen=True)
class Waiting:
    """Everything a request of one application may wait for. Several web processes of a machine
    share its processors and its disk."""

    passwords: WaitingLine = field(
        default_factory=lambda: WaitingLine(_share(PROCESSORS - 1), 400, SIGNING_IN)
    )
    """Hashing passwords, 50 ms each: one processor is left for pages. 400 wait twenty seconds."""
    strangers: WaitingLine = field(
        default_factory=lambda: WaitingLine(_share(PROCESSORS - 1), 400, SIGNING_IN)
    )
    """Where browsers that have not signed in before wait for `passwords`, so that a flood of
    sign-ins keeps no clerk's own phone waiting."""
    offices: WaitingLine = field(
        default_factory=lambda: WaitingLine(_share(PROCESSORS - 1), 60, READING_FILES)
    )
    """Reading notices, forms and lists of units, up to 60 s each."""
    clerks: WaitingLine = field(
        default_factory=lambda: WaitingLine(_share(max(2, PROCESSORS)), 60, READING_FILES)
    )
    """Reading workbooks and cleaning photos, half a second each; offices wait elsewhere."""
    connections: Places = field(default_factory=lambda: Places(CONNECTIONS, SEAT_SECONDS))
    """The connections to the database, as many as the pool has: nobody waits in the pool."""
    bodies: Room = field(default_factory=lambda: Room(_share(BODIES)))
    """Large bodies, until they are parsed. A request without room is told at once."""
    sqlite_writer: Places = field(default_factory=lambda: Places(1, BUSY_SECONDS))
    writers: Places = field(default_factory=lambda: Places(WRITERS, BUSY_SECONDS))

    def turn(self, dialect: str) -> Places:
        """The places of requests that write at the same time on this database."""
        return self.sqlite_writer if dialect == "sqlite" else self.writers


def waiting_of(request: Request) -> Waiting:
    """What requests of this application wait for."""
    found: Waiting = request.app.state.waiting
    return found
