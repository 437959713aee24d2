"""What a request is given: the clock, and one transaction."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from adapters import clock, database
from adapters.database import transaction
from adapters.language import tell
from rules.refusal import Refusal
from web.language import language_of
from web.posted import read_form

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def get_now() -> datetime:
    """The time of the request, UTC-aware. The only clock of the web application."""
    return clock.now()


async def take_turn(request: Request) -> AsyncIterator[None]:
    """On SQLite, whoever writes waits here, first come first served, and holds no thread.

    There is one writer at a time. Left to SQLite, which asks for its lock now and then, some wait
    for half a minute and fail; and forty that wait in their threads leave none for the request
    that has the lock. The whole body has come in before: a slow sender keeps nobody waiting.
    """
    if request.method in READING or database.get_engine().dialect.name != "sqlite":
        yield
        return
    await read_form(request)
    async with request.app.state.writing:
        yield


Turn = Annotated[None, Depends(take_turn, scope="function")]


def get_session(request: Request, _turn: Turn) -> Iterator[Session]:
    """One transaction per request, kept before the answer leaves; GET takes no write lock."""
    with transaction(readonly=request.method in READING) as session:
        yield session


def get_reading_session() -> Iterator[Session]:
    """A transaction that only reads, for a POST with slow work to do before it writes."""
    with transaction(readonly=True) as session:
        yield session


def get_reader() -> Callable[[], AbstractContextManager[Session]]:
    """Opens a transaction that only reads, for a POST that seldom has slow work to do first.

    `ReadingSession` holds a second connection through the whole request; where most requests do
    not need it, this one is opened for a moment only.
    """
    return partial(transaction, readonly=True)


Reader = Annotated[Callable[[], AbstractContextManager[Session]], Depends(get_reader)]
Now = Annotated[datetime, Depends(get_now)]
OpenSession = Annotated[Session, Depends(get_session, scope="function")]
ReadingSession = Annotated[Session, Depends(get_reading_session, scope="function")]


class Attempt:
    """How an act went: `refusal` is the translated sentence when it was refused."""

    refusal: str = ""
    cause: Refusal | None = None
    """The refusal itself."""

    @property
    def done(self) -> bool:
        return not self.refusal


@contextmanager
def attempt(session: Session, request: Request) -> Iterator[Attempt]:
    """Run an act so that a refusal drops what it wrote and the page can be shown again."""
    outcome = Attempt()
    try:
        with session.begin_nested():
            yield outcome
    except Refusal as refusal:
        outcome.refusal = tell(refusal, language_of(request))
        outcome.cause = refusal
