"""What a route knows about the request of somebody who is signed in."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.datastructures import QueryParams

from models import Account
from queries.units.calendars import get_calendar_of
from rules.dates.calendar import Calendar, local_date
from web.edge.viewer.language import Words, words_of
from web.edge.viewer.security import Viewer, get_viewer, require_office
from web.edge.viewer.transactions import Now, OpenSession


@dataclass(frozen=True)
class Context:
    """One request of a signed-in account: who asks, when, in which language.

    A route takes the context. A function that needs one field of the context takes that field.
    """

    request: Request
    """For what only the request has: cookies, headers, the state of the application."""
    session: Session
    """The one transaction of the request."""
    viewer: Viewer
    now: datetime
    """The time of the request, UTC-aware."""
    words: Words

    @property
    def actor(self) -> Account:
        """The account in whose name services act."""
        return self.viewer.account

    @property
    def today(self) -> date:
        """The day in Hohhot."""
        return local_date(self.now)

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar by which the viewer's unit works."""
        return get_calendar_of(self.session, self.viewer.unit_id)

    @property
    def query(self) -> QueryParams:
        """What stands behind the `?` of the address."""
        return self.request.query_params


def get_context(
    request: Request,
    session: OpenSession,
    viewer: Annotated[Viewer, Depends(get_viewer)],
    now: Now,
) -> Context:
    """The context of whoever is signed in. Raises `SignInNeeded`."""
    request.state.today = local_date(now)
    return Context(request, session, viewer, now, words_of(request))


SignedIn = Annotated[Context, Depends(get_context)]


def get_office_context(context: SignedIn) -> Context:
    """The same for a coordinating office; 404 for everyone else."""
    require_office(context.viewer)
    return context


Officer = Annotated[Context, Depends(get_office_context)]
