"""The databases tests run on, and what must be there.

Outside CI a missing PostgreSQL or Chromium skips its tests and says so; with `JIELI_REQUIRE`
(as `.ci/run` sets it: `postgresql,chromium`) its absence is a failure.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from adapters.database import make_engine

POSTGRES_URL = os.environ.get(
    "JIELI_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
BACKENDS = ("sqlite", "postgresql")


def required(name: str) -> bool:
    """Whether the absence of `name` must fail instead of skip."""
    return name in os.environ.get("JIELI_REQUIRE", "").split(",")


def absent(name: str, why: str) -> None:
    """Skip the test for want of `name`, or fail where it is required."""
    if required(name):
        pytest.fail(f"{name} is required here and is missing: {why}", pytrace=False)
    pytest.skip(f"{name} is not here: {why}")


@contextmanager
def fresh_database(backend: str, folder, name: str) -> Iterator[str]:
    """The URL of an empty database, dropped afterwards."""
    if backend == "sqlite":
        yield f"sqlite:///{folder / name}.db"
        return
    admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{name}"'))
            # Tests kill our processes, never the database's: waiting for its disk proves nothing.
            connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    except OperationalError as error:
        absent("postgresql", str(error.orig))
    try:
        yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        admin.dispose()


@contextmanager
def fresh_engine(backend: str, folder, name: str) -> Iterator[Engine]:
    """An engine on an empty database."""
    with fresh_database(backend, folder, name) as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()
