"""Several dispatchers on one PostgreSQL database: each wish is handed down once, by one of them."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.states import Running
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from adapters.claims import Claim, claiming
from adapters.database import get_engine, make_engine, transaction
from adapters.settings import get_settings
from flows.connect import connected
from flows.dispatch import TAG, Dispatcher
from flows.hand_down import hand_down
from models import HandDown
from services.assignments import hand_down as service
from services.campaigns.measures import release_measure
from tests.building import REGION, URGENT, make_account, make_measure
from tests.databases import fresh_database
from tests.flows.dispatched import states_since
from tests.live import until
from tests.sample_tree import make_tree


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of the PostgreSQL database of an installation with the small tree."""
    with fresh_database("postgresql", tmp_path, f"jieli_several_{os.getpid()}") as url:
        monkeypatch.setenv("JIELI_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("JIELI_DATABASE_URL", url)
        get_settings.cache_clear()
        get_engine.cache_clear()
        with transaction() as session:
            make_tree(session)
        yield url
        get_engine().dispose()
        get_engine.cache_clear()
        get_settings.cache_clear()


def release(count: int) -> list[HandDown]:
    """The wishes of measures that the region has just released."""
    now = datetime.now(UTC)
    with transaction() as session:
        office = make_account(session, REGION)
        wishes = [
            release_measure(
                session, make_measure(session, office), reason=URGENT, actor=office, now=now
            )
            for _ in range(count)
        ]
        return list(session.exec(select(HandDown).where(col(HandDown.id).in_(wishes))))


@pytest.fixture
def wish(installation: str) -> HandDown:
    """The wish of a measure that the region has just released."""
    return release(1)[0]


@contextmanager
def another(measure_id: int) -> Iterator[None]:
    """Another dispatcher, which has the measure in hand until the block ends or it is killed."""
    engine = make_engine(get_settings().engine_url)
    with (
        suppress(OperationalError),  # nobody frees what a killed one had claimed
        claiming(engine) as claims,
        claims.taken(Claim.MEASURE, measure_id) as got,
    ):
        assert got
        claims.join()
        yield
    engine.dispose()


def kill_another() -> None:
    """End the session of the other dispatcher, as PostgreSQL does when a process is killed."""
    ended = text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE classid = :measure"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with transaction() as session:
        assert session.scalars(ended, {"measure": int(Claim.MEASURE)}).all() == [True]


def is_done(wish: HandDown) -> bool:
    with transaction(readonly=True) as session:
        return session.get_one(HandDown, wish.id).done_at is not None


def test_what_another_has_in_hand_is_left_to_it_and_taken_up_as_soon_as_it_is_killed(
    client: SyncPrefectClient, wish: HandDown
) -> None:
    with another(wish.measure_id), claiming(get_engine()) as claims:
        begun = client.create_flow_run(
            hand_down, parameters={"measure_id": wish.measure_id}, tags=[TAG], state=Running()
        )
        with transaction() as session:
            service.start(session, [wish.id], str(begun.id))
        dispatcher = Dispatcher(client, claims)
        assert not dispatcher.turn()
        assert client.read_flow_run(begun.id).state_type == StateType.RUNNING
        kill_another()
        until(dispatcher.turn)
    assert is_done(wish)
    assert client.read_flow_run(begun.id).state_type == StateType.CRASHED
    assert set(states_since(client, wish.requested_at)) == {StateType.COMPLETED, StateType.CRASHED}


def test_a_dispatcher_that_starts_ends_the_flow_runs_of_the_killed_and_of_nobody_else(
    client: SyncPrefectClient, wish: HandDown
) -> None:
    at_work, left = (
        client.create_flow_run(
            hand_down, parameters={"measure_id": number}, tags=[TAG], state=Running()
        )
        for number in (wish.measure_id, wish.measure_id + 1)
    )
    with another(wish.measure_id), claiming(get_engine()) as claims:
        Dispatcher(client, claims)
        assert client.read_flow_run(at_work.id).state_type == StateType.RUNNING
        assert client.read_flow_run(left.id).state_type == StateType.CRASHED
    with claiming(get_engine()) as claims:
        Dispatcher(client, claims)
    assert client.read_flow_run(at_work.id).state_type == StateType.CRASHED


def test_two_dispatchers_share_the_wishes_and_make_one_flow_run_for_each(
    client: SyncPrefectClient, installation: str
) -> None:
    wishes = release(4)
    begin, turns = threading.Barrier(2), [0, 0]

    def work(number: int) -> None:
        with claiming(get_engine()) as claims, connected() as own:
            dispatcher = Dispatcher(own, claims)
            begin.wait(60)
            while dispatcher.turn():
                turns[number] += 1

    threads = [
        threading.Thread(target=copy_context().run, args=(work, number)) for number in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert all(map(is_done, wishes))
    assert sum(turns) == 4
    assert min(turns) >= 1
    assert states_since(client, wishes[0].requested_at) == [StateType.COMPLETED] * 4


def test_one_dispatcher_keeps_the_timetable_until_it_ends(installation: str) -> None:
    with claiming(get_engine()) as second:
        with claiming(get_engine()) as first:
            assert first.keep(Claim.TIMETABLE)
            assert not second.keep(Claim.TIMETABLE)
            assert first.keep(Claim.TIMETABLE)
        until(lambda: second.keep(Claim.TIMETABLE))
