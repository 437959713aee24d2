"""Carries forms to the database: forms that arrive while a transaction runs are sent in the next
one.

Nobody waits on purpose. A form that finds no transaction under way begins one at once, and each
form is answered after COMMIT. Of several processes one sends at a time, and takes up to then what
has arrived: two beside each other would make groups smaller and dearer
(docs/decisions/0021-group-sending.md, 0022-several-machines.md).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from adapters import database
from adapters.claims import Claim, wait_for
from models import Account, Unit
from rules.filling.answers import Typed
from rules.filling.posting import Posting
from services.accounts.accounts import list_signed_in
from services.filling.sendings import Outcome, Sending, send_each
from web.edge.requests.waiting import Crowded, Waiting
from web.edge.viewer.security import SignInNeeded

MOST = 64
"""Forms in one transaction: the others of the product wait for no more than these at a time."""

OpenTransaction = Callable[[], AbstractContextManager[Session]]


class Arrived(NamedTuple):
    """A form that has come in, and the session's token of its sender."""

    token: str
    assignment_id: int
    typed: Typed
    posting: Posting
    now: datetime


class Carried(NamedTuple):
    """What became of a form, and who sent it."""

    outcome: Outcome
    account: Account
    unit: Unit


class Carrying(Protocol):
    """Carries forms; a test has one that carries in the test's own transaction."""

    async def carry(self, arrived: Arrived) -> Carried: ...


Group = list[tuple[Arrived, "asyncio.Future[Carried]"]]
"""Forms that are sent together, and who waits for what becomes of each."""


class Carrier:
    """Carries the forms of one process to one database. At most one transaction of a carrier runs
    at any time."""

    def __init__(self, waiting: Waiting, opened: OpenTransaction = database.transaction) -> None:
        self._waiting, self._opened = waiting, opened
        self._arrived: deque[tuple[Arrived, asyncio.Future[Carried]]] = deque()
        self._work: asyncio.Task[None] | None = None
        self._thread = CapacityLimiter(1)

    async def carry(self, arrived: Arrived) -> Carried:
        """What became of the form, once it is stored. Raises `SignInNeeded`, `Crowded`, and the
        fault that the form itself has met with."""
        found: asyncio.Future[Carried] = asyncio.get_running_loop().create_future()
        self._arrived.append((arrived, found))
        if self._work is None:
            self._work = asyncio.create_task(self._carry_all())
        return await found

    async def _carry_all(self) -> None:
        try:
            while self._arrived:
                await self._carry_next()
        finally:
            self._work = None

    async def _carry_next(self) -> None:
        """Wait for the turn to write, and send all forms that have arrived by then."""
        dialect = database.get_engine().dialect.name
        try:
            async with self._waiting.turn(dialect).taken(), self._waiting.connections.taken():
                group, found = await to_thread.run_sync(self._send_next, limiter=self._thread)
        except Crowded as error:
            group = self._taken(len(self._arrived))
            found = [error] * len(group)
        for (_, future), outcome in zip(group, found, strict=True):
            _settle(future, outcome)

    def _taken(self, most: int) -> Group:
        return [self._arrived.popleft() for _ in range(min(most, len(self._arrived)))]

    def _send_next(self) -> tuple[Group, list[Carried | Exception]]:
        """The forms that have arrived by the time of this process's turn, and what became of them.

        All are sent in one transaction. Where the transaction fails, each form gets its own, so
        that a fault is met only by its form.
        """
        group: Group = []
        try:
            with self._opened() as session:
                wait_for(session, Claim.SENDING)
                group = self._taken(MOST)
                return group, send_arrived(session, _forms(group))
        except Exception as error:  # noqa: BLE001 (it is raised where the form is answered)
            group = group or self._taken(MOST)
            return group, self._sent_alone(_forms(group)) if len(group) > 1 else [error]

    def _sent_alone(self, forms: Sequence[Arrived]) -> list[Carried | Exception]:
        found: list[Carried | Exception] = []
        for place, form in enumerate(forms):
            tried = self._tried([form])
            found += tried if isinstance(tried, list) else [tried]
            if isinstance(tried, OperationalError):  # of the database, and so of all the others
                return [*found, *[tried] * (len(forms) - place - 1)]
        return found

    def _tried(self, forms: Sequence[Arrived]) -> list[Carried | Exception] | Exception:
        """What became of each form, or why the transaction has failed."""
        try:
            with self._opened() as session:
                return send_arrived(session, forms)
        except Exception as error:  # noqa: BLE001 (it is raised where the form is answered)
            return error


def send_arrived(session: Session, forms: Sequence[Arrived]) -> list[Carried | Exception]:
    """Send the forms of those who are signed in. The others get `SignInNeeded`."""
    known = list_signed_in(session, {form.token: form.now for form in forms})
    sendings = [
        Sending(form.assignment_id, form.typed, form.posting, known[form.token].account, form.now)
        for form in forms
        if form.token in known
    ]
    outcomes = iter(send_each(session, sendings) if sendings else [])
    return [
        Carried(next(outcomes), known[form.token].account, known[form.token].unit)
        if form.token in known
        else SignInNeeded()
        for form in forms
    ]


def _forms(group: Group) -> list[Arrived]:
    return [arrived for arrived, _ in group]


def _settle(future: asyncio.Future[Carried], found: Carried | Exception) -> None:
    if future.done():  # nobody waits for it any more
        return
    if isinstance(found, Exception):
        future.set_exception(found)
    else:
        future.set_result(found)


def carrier_of(request: Request) -> Carrying:
    """The carrier of this application."""
    carrier: Carrying = request.app.state.carrier
    return carrier
