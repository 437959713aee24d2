"""What arrives while a transaction runs goes into the next one; a fault is met by its own form."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, func, select

from adapters.claims import Claim, claiming
from models import Submission
from rules.filling.posting import Posting
from services.filling import sendings
from services.filling.sendings import Outcome, Sending, Sent
from tests.building import VILLAGE
from tests.conftest import NOW
from tests.databases import BOTH
from tests.live import until
from tests.web.conftest import World, account_of
from tests.web.signed_in import open_session
from web.edge.requests.waiting import Waiting
from web.edge.viewer.security import SignInNeeded
from web.filling import carrier
from web.filling.carrier import Arrived, Carried, Carrier

CODES = (VILLAGE, "150402005003", "150402005004", "150402102200", "150402102201")


class Opened:
    """Transactions within the test's own; how many there were, and what their end waits for."""

    def __init__(self, session: Session) -> None:
        self.session, self.count = session, 0
        self.begun, self.go_on = Event(), Event()
        self.go_on.set()

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        self.count += 1
        with self.session.begin_nested():
            yield self.session
            self.begun.set()
            assert self.go_on.wait(60)


@pytest.fixture
def opened(session: Session) -> Opened:
    return Opened(session)


@pytest.fixture
def forms(world: World, session: Session) -> list[Arrived]:
    """A form of each of five villages."""
    return [
        Arrived(
            open_session(session, account_of(session, code)),
            world.id(code),
            {"checked": ["12"]},
            Posting(f"form-of-{code}", seen_revision=0),
            NOW,
        )
        for code in CODES
    ]


def carry(opened: Opened, *forms: Arrived) -> list[Any]:
    """What became of forms that arrive at the same moment: what was carried, or the fault."""

    async def all_at_once() -> list[Any]:
        sender = Carrier(Waiting(), opened)
        return await asyncio.gather(*map(sender.carry, forms), return_exceptions=True)

    return asyncio.run(all_at_once())


def is_sent(found: Any) -> bool:
    return isinstance(found, Carried) and isinstance(found.outcome, Sent)


def test_forms_that_are_there_together_share_a_transaction(
    opened: Opened, forms: list[Arrived], session: Session
) -> None:
    found = carry(opened, *forms)
    assert all(map(is_sent, found))
    assert [carried.outcome.submission.assignment_id for carried in found] == [
        form.assignment_id for form in forms
    ]
    assert opened.count == 1
    assert session.exec(select(func.count()).select_from(Submission)).one() == len(forms)


def test_what_arrives_while_a_transaction_runs_goes_into_the_next_one(
    opened: Opened, forms: list[Arrived]
) -> None:
    async def one_then_the_others() -> list[Any]:
        sender = Carrier(Waiting(), opened)
        opened.go_on.clear()
        first = asyncio.create_task(sender.carry(forms[0]))
        await asyncio.to_thread(opened.begun.wait, 60)
        others = [asyncio.create_task(sender.carry(form)) for form in forms[1:]]
        await asyncio.sleep(0)
        opened.go_on.set()
        return await asyncio.gather(first, *others)

    assert all(map(is_sent, asyncio.run(one_then_the_others())))
    assert opened.count == 2


@pytest.mark.parametrize("scenes", ["postgresql"], indirect=True)
@BOTH
def test_while_another_process_sends_what_arrives_is_gathered_for_one_transaction(
    opened: Opened, forms: list[Arrived], session: Session
) -> None:
    async def all_while_another_sends() -> list[Any]:
        sender = Carrier(Waiting(), opened)
        with claiming(session.connection().engine) as other:
            with other.taken(Claim.SENDING, 0):
                first = asyncio.create_task(sender.carry(forms[0]))
                await asyncio.to_thread(until, lambda: opened.count)
                others = [asyncio.create_task(sender.carry(form)) for form in forms[1:]]
                await asyncio.sleep(0)
            return await asyncio.gather(first, *others)

    assert all(map(is_sent, asyncio.run(all_while_another_sends())))
    assert opened.count == 1


def failing(
    monkeypatch: pytest.MonkeyPatch, assignment_id: int, error: Callable[[], Exception]
) -> None:
    """Sending for this assignment fails with a fault of ours, after the others are written."""

    def send_each(session: Session, wanted: Sequence[Sending]) -> list[Outcome]:
        outcomes = sendings.send_each(session, wanted)
        if any(sending.assignment_id == assignment_id for sending in wanted):
            raise error()
        return outcomes

    monkeypatch.setattr(carrier, "send_each", send_each)


def test_a_fault_is_met_by_its_own_form_and_the_others_are_stored(
    opened: Opened, forms: list[Arrived], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, forms[2].assignment_id, lambda: ZeroDivisionError("ours"))
    found = carry(opened, *forms)
    assert [is_sent(carried) for carried in found] == [True, True, False, True, True]
    assert isinstance(found[2], ZeroDivisionError)
    assert opened.count == 1 + len(forms)
    stored = set(session.exec(select(Submission.assignment_id)))
    assert stored == {form.assignment_id for form in forms} - {forms[2].assignment_id}


def test_a_fault_of_the_database_is_told_to_those_behind_it_and_not_tried_with_each(
    opened: Opened, forms: list[Arrived], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = OperationalError("COMMIT", None, Exception("the database is gone"))
    failing(monkeypatch, forms[1].assignment_id, lambda: gone)
    found = carry(opened, *forms)
    assert [is_sent(carried) for carried in found] == [True, False, False, False, False]
    assert opened.count == 3


def test_who_is_not_signed_in_is_asked_to_and_keeps_nobody_from_sending(
    opened: Opened, forms: list[Arrived]
) -> None:
    found = carry(opened, forms[0], forms[1]._replace(token="unknown"), forms[2])
    assert [is_sent(carried) for carried in found] == [True, False, True]
    assert isinstance(found[1], SignInNeeded)


def test_after_a_fault_the_next_form_is_carried(
    opened: Opened, forms: list[Arrived], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def one_after_the_other() -> list[Any]:
        sender = Carrier(Waiting(), opened)
        return [
            (await asyncio.gather(sender.carry(form), return_exceptions=True))[0]
            for form in forms[:2]
        ]

    failing(monkeypatch, forms[0].assignment_id, lambda: ZeroDivisionError("ours"))
    found = asyncio.run(one_after_the_other())
    assert [is_sent(carried) for carried in found] == [False, True]
