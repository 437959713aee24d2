"""Fixtures of the whole suite: scenes on both databases, and a session on the test's own."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from sqlmodel import Session

from queries.units.calendars import note_digest
from tests.databases import BACKENDS, one_of_both
from tests.scenes import Scenes, forget_originals, opened

os.environ.setdefault("JIELI_PASSWORD_MEMORY", "64")
os.environ.setdefault("JIELI_PASSWORD_PASSES", "1")
# Thousands of passwords of the suite guard nothing: hashing one takes no time.
pytest_plugins = [
    "pytester",
    "tests.answering",
    "tests.declining",
    "tests.attachments",
    "tests.garbage",
    "tests.killing",
    "tests.reports_building",
    "tests.scheduling",
    "tests.second_try",
    "tests.web.full_world",
    "tests.web.phones",
]
"""Modules whose scenes and other fixtures every test may ask for."""
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""A Monday morning in Hohhot, the time tests give unless they need another."""
settings.register_profile("jieli", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("jieli")  # no test says how long something may take


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Contents of files go by the name of their argument and a number, not by their bytes.

    A zip holds the time it was packed at, and processes that name a test differently run none.
    """
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of pages keep one kind of database. Files that take long begin first: at the end one
    of them would be waited for alone."""
    items[:], left = one_of_both(items)
    if left:
        config.hook.pytest_deselected(items=left)
    items.sort(key=lambda item: not _begins_first(item))


def _begins_first(item: pytest.Item) -> bool:
    """Prefect's server starts once a process: where it is needed, one file comes after another."""
    uses_server = "prefect_server" in getattr(item, "fixturenames", ())
    return uses_server or item.get_closest_marker("long") is not None


def shared_folder(config: pytest.Config, own: Path) -> Path:
    """The folder all processes of this run share; `own` is that of this process."""
    return own.parent if hasattr(config, "workerinput") else own


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The process that started the others tidies up behind all of them."""
    if not hasattr(session.config, "workerinput"):
        forget_originals(session.config._tmp_path_factory.getbasetemp())  # type: ignore[attr-defined]


@pytest.fixture(scope="session", params=BACKENDS)
def scenes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scenes]:
    """The scenes of one kind of database."""
    shared = shared_folder(request.config, tmp_path_factory.getbasetemp())
    with opened(request.param, tmp_path_factory.mktemp("scenes"), shared) as scenes:
        yield scenes


@pytest.fixture
def engine(request: pytest.FixtureRequest, scenes: Scenes) -> Engine:
    """The database of the test's scene: of the sample tree alone, if it asks for no other."""
    return scenes.of(request.fixturenames).engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is rolled back after the test.

    It knows that the calendars are the published ones, as a request learns with who is signed in.
    """
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            note_digest(session, None)
            yield session
        outer.rollback()


@pytest.fixture
def now() -> datetime:
    return NOW
