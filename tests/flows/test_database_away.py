"""A database that is away for a moment during a hand-down: the wish is taken up as soon as it is
back, not when a stranger's flow run would be given up."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from adapters import clock
from adapters.database import get_engine, transaction
from adapters.settings import get_settings
from flows.dispatch import Dispatcher
from models import HandDown
from services.assignments import hand_down as service
from services.campaigns.measures import release_measure
from tests.building import REGION, URGENT, make_account, make_measure
from tests.databases import BACKENDS, POSTGRES_URL, fresh_database
from tests.live import until
from tests.sample_tree import make_tree


@pytest.fixture(params=BACKENDS)
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The URL of the database of an installation with the small tree."""
    with fresh_database(request.param, tmp_path, f"jieli_away_{os.getpid()}") as url:
        monkeypatch.setenv("JIELI_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("JIELI_DATABASE_URL", url)
        monkeypatch.setattr("adapters.database.BUSY_SECONDS", 0.1)
        get_settings.cache_clear()
        get_engine.cache_clear()
        with transaction() as session:
            make_tree(session)
        yield url
        get_engine().dispose()
        get_engine.cache_clear()
        get_settings.cache_clear()


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Nobody else may write to an SQLite database."""
    holder = sqlite3.connect(make_url(url).database or "", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield
    holder.close()


@contextmanager
def shut(url: str) -> Iterator[None]:
    """Nobody may come into a PostgreSQL database, and who is in is thrown out."""
    name = make_url(url).database
    admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        inside = text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                      "WHERE datname = :name")  # fmt: skip
        until(lambda: connection.execute(inside, {"name": name}).scalar() == 0)
        yield
        connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
    admin.dispose()


AWAY = {"sqlite": locked, "postgresql": shut}


@pytest.fixture
def wish(installation: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """A measure that was just released; time stands still from then on."""
    now = datetime.now(UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    with transaction() as session:
        office = make_account(session, REGION)
        return release_measure(
            session, make_measure(session, office), reason=URGENT, actor=office, now=now
        )


def test_a_wish_is_taken_up_at_the_first_turn_after_the_database_is_back(
    client: SyncPrefectClient, installation: str, wish: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatcher, real = Dispatcher(client), service.hand_down_part
    away = ExitStack()

    def lose_it(session: Session, *given: Any, **named: Any) -> service.LevelPart:
        """In the middle of the first level; on SQLite whoever holds the lock begins before."""
        session.rollback()
        away.enter_context(AWAY[make_url(installation).get_backend_name()](installation))
        return real(session, *given, **named)

    with away:
        monkeypatch.setattr(service, "hand_down_part", lose_it)
        assert dispatcher.turn()
        monkeypatch.setattr(service, "hand_down_part", real)
        with pytest.raises(OperationalError):  # the loop begins anew, and remembers nothing
            dispatcher.tidy()
    assert Dispatcher(client).turn()
    with transaction(readonly=True) as session:
        assert session.get_one(HandDown, wish).done_at is not None
