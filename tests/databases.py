"""The databases tests run on, and what must be there.

Outside CI a missing PostgreSQL or Chromium skips its tests and says so; with `JIELI_REQUIRE`
(as `.ci/run` sets it: `postgresql,chromium`) its absence is a failure.
"""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

import pytest
from sqlalchemy import Connection, Engine, create_engine, make_url, text
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


SHOWS = ("tests/web/", "tests/adapters/")
"""Where what is stored is shown."""
BOTH = pytest.mark.both
"""For a file or test of pages in which the kind of database matters."""


def one_of_both(items: list[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """`(kept, left)`: a test of pages or files is kept on one kind of database, every other test on
    both.

    What differs by database is in queries and services, whose tests run on both. The test of a page
    or of a report's file runs on the one its name falls on, so that half of them try each; `BOTH`
    has it run on both, and so does `JIELI_BOTH=1`, for all.
    """
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        (kept if _is_kept(item) else left).append(item)
    return kept, left


def _is_kept(item: pytest.Item) -> bool:
    backend = getattr(item, "callspec", None) and item.callspec.params.get("scenes")  # type: ignore[attr-defined]
    shows = item.nodeid.startswith(SHOWS)
    if backend is None or not shows or item.get_closest_marker("both"):
        return True
    if os.environ.get("JIELI_BOTH"):
        return True
    name = f"{item.nodeid.partition('[')[0]}"
    wanted: bool = backend == BACKENDS[crc32(name.encode()) % len(BACKENDS)]
    return wanted


@contextmanager
def administrator() -> Iterator[Connection]:
    """A connection to PostgreSQL on which databases are made and dropped."""
    admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            yield connection
    finally:
        admin.dispose()


def make_database(backend: str, folder: Path, name: str, copied: str = "") -> str:
    """The URL of a new database: empty, or a copy of that URL's."""
    if backend == "sqlite":
        if copied:
            shutil.copyfile(make_url(copied).database or "", folder / f"{name}.db")
        return f"sqlite:///{folder / name}.db"
    source = f' TEMPLATE "{make_url(copied).database}"' if copied else ""
    with administrator() as admin:
        admin.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        admin.execute(text(f'CREATE DATABASE "{name}"{source}'))
        # Tests kill our processes, never the database's: waiting for its disk proves nothing.
        admin.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    return make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)


@contextmanager
def fresh_database(backend: str, folder: Path, name: str) -> Iterator[str]:
    """The URL of an empty database; dropped afterwards."""
    try:
        url = make_database(backend, folder, name)
    except OperationalError as error:
        absent("postgresql", str(error.orig))
    try:
        yield url
    finally:
        if backend != "sqlite":
            drop_database(name)


@contextmanager
def fresh_engine(backend: str, folder: Path, name: str) -> Iterator[Engine]:
    """An engine on an empty database."""
    with fresh_database(backend, folder, name) as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


def drop_database(name: str) -> None:
    """Drop a database of PostgreSQL, whoever is connected to it."""
    with administrator() as admin:
        admin.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def drop_databases(beginning: str, end: str) -> None:
    """Drop every database of PostgreSQL whose name begins and ends so.

    The server writes everything to disk for each; for those dropped at the same time, once.
    """
    known = text("SELECT datname FROM pg_database WHERE starts_with(datname, :beginning)")
    with administrator() as admin:
        found = admin.scalars(known, {"beginning": beginning}).all()
    with ThreadPoolExecutor() as pool:
        list(pool.map(drop_database, [name for name in found if name.endswith(end)]))
