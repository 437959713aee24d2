"""What a request is given: the clock, and one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from adapters import clock
from adapters.database import transaction
from adapters.language import tell
from rules.refusal import Refusal
from web.language import language_of

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def get_now() -> datetime:
    """The time of the request, UTC-aware. The only clock of the web application."""
    return clock.now()


def get_session(request: Request) -> Iterator[Session]:
    """One transaction per request, kept before the answer leaves; GET takes no write lock."""
    with transaction(readonly=request.method in READING) as session:
        yield session


def get_reading_session() -> Iterator[Session]:
    """A transaction that only reads, for a POST with slow work to do before it writes."""
    with transaction(readonly=True) as session:
        yield session


Now = Annotated[datetime, Depends(get_now)]
OpenSession = Annotated[Session, Depends(get_session, scope="function")]
ReadingSession = Annotated[Session, Depends(get_reading_session, scope="function")]


class Attempt:
    """How an act went: `refusal` is the translated sentence when it was refused."""

    refusal: str = ""

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
