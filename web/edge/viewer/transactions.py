"""What a request is given: the clock, and one transaction.

No request holds two connections, and no waiting request holds one. What takes long happens between
a short look (`Look`) and the transaction that writes (`OpenSession`).
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Protocol, TypeVar

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session

from adapters import clock, database
from adapters.database import transaction
from rules.sentences.refusal import Refusal
from web.edge.requests.posted import read_form
from web.edge.requests.waiting import waiting_of
from web.edge.viewer.language import Words

READING = frozenset({"GET", "HEAD", "OPTIONS"})
T = TypeVar("T")


async def get_now() -> datetime:
    """The time of the request, UTC-aware. The only clock of the web application."""
    return clock.now()


async def take_turn(request: Request) -> AsyncIterator[None]:
    """The line of requests that write: first come, first served, without a thread or a connection.

    On SQLite there is one writer at a time. SQLite itself asks for its lock now and then, so that
    some requests would wait for half a minute and fail. On PostgreSQL there are so many writers
    that connections are left for readers. The whole body has come in before: a slow sender keeps
    nobody waiting.
    """
    if request.method in READING:
        yield
        return
    await read_form(request)
    async with waiting_of(request).turn(database.get_engine().dialect.name).taken():
        yield


Turn = Annotated[None, Depends(take_turn, scope="function")]


async def take_connection(request: Request, _turn: Turn) -> AsyncIterator[None]:
    """One of the connections, for a request that has waited without a thread."""
    async with waiting_of(request).connections.taken():
        yield


Connected = Annotated[None, Depends(take_connection, scope="function")]


def get_session(request: Request, _connected: Connected) -> Iterator[Session]:
    """One transaction per request, kept before the answer leaves; GET takes no write lock."""
    with transaction(readonly=request.method in READING) as session:
        yield session


class Looking(Protocol):
    """Asks the database something before the slow work of a POST begins."""

    async def __call__(self, read: Callable[[Session], T]) -> T:
        """What `read` finds in a transaction that only reads and is closed when this returns."""
        ...


async def get_look(request: Request) -> Looking:
    """For a POST with slow work before the writing: nothing is held while the work is done."""
    return looking_of(request)


def looking_of(request: Request) -> Looking:
    """The same for a route that does without the dependency."""
    connections = waiting_of(request).connections

    async def look(read: Callable[[Session], T]) -> T:
        async with connections.taken():
            return await run_in_threadpool(_look, read)

    return look


class Writing(Protocol):
    """Writes for a request that may have no transaction of its own."""

    async def __call__(self, work: Callable[[Session], T]) -> T:
        """What `work` returns in a transaction that is kept when it returns."""
        ...


def writing_of(request: Request) -> Writing:
    """For a POST of which only the body says whether it needs a transaction of its own."""
    waiting = waiting_of(request)

    async def write(work: Callable[[Session], T]) -> T:
        turn = waiting.turn(database.get_engine().dialect.name)
        async with turn.taken(), waiting.connections.taken():
            return await run_in_threadpool(_write, work)

    return write


def _write(work: Callable[[Session], T]) -> T:
    with transaction() as session:
        return work(session)


def _look(read: Callable[[Session], T]) -> T:
    with transaction(readonly=True) as session:
        return read(session)


Look = Annotated[Looking, Depends(get_look)]
Now = Annotated[datetime, Depends(get_now)]
OpenSession = Annotated[Session, Depends(get_session, scope="function")]


class Attempt:
    """How an act went: `refusal` is the finished sentence where the act was refused."""

    refusal: str = ""
    cause: Refusal | None = None
    """The refusal itself."""

    @property
    def done(self) -> bool:
        return not self.refusal


@contextmanager
def attempt(session: Session, words: Words) -> Iterator[Attempt]:
    """Run an act. A refusal drops what the act wrote, and the page can be shown again."""
    outcome = Attempt()
    try:
        with session.begin_nested():
            yield outcome
    except Refusal as refusal:
        outcome.refusal = words.say(refusal)
        outcome.cause = refusal
