"""One Prefect server for all tests of flows, started by the product's own supervisor."""

import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import mkdtemp

# Before anything imports Prefect: it reads its settings then, and looks into its home.
os.environ["PREFECT_HOME"] = mkdtemp(prefix="prefect-tests-")
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_LOGGING_LEVEL"] = "ERROR"

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_HOME,
    temporary_settings,
)
from sqlmodel import Session

from adapters.database import get_engine, transaction
from adapters.settings import Settings, get_settings
from cli.prefect_sign_in import keep_sign_in
from cli.programs import SERVER, programs
from cli.supervisor import Supervisor
from flows.connect import connected
from tests.conftest import shared_folder
from tests.live import free_port
from tests.sample_tree import make_tree
from tests.scenes import locked

FLOWS = ("carry_out_due", "hand_down", "render_reports", "sweep")
"""The modules whose lines are the product's own."""


@pytest.fixture(scope="package")
def prefect_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A real server with a database of its own; flows called in the tests talk to it."""
    shared = shared_folder(request.config, tmp_path_factory.getbasetemp())
    folder = tmp_path_factory.mktemp("prefect")
    settings = Settings(data_dir=folder, prefect_port=free_port())
    sign_in = keep_sign_in(folder, lambda *_: None)
    server = [program for program in programs(settings, sign_in) if program.name == SERVER]
    supervisor = Supervisor(server, folder=folder, data_dir=folder, say=lambda *_: None)
    with ExitStack() as running:
        with with_tables(folder / "prefect" / "prefect.db", shared):
            running.enter_context(supervisor).wait_ready()
        changed = {
            PREFECT_API_URL: f"{settings.prefect_url}/api",
            PREFECT_API_AUTH_STRING: sign_in,
            PREFECT_HOME: folder / "home",
        }
        with temporary_settings(changed):
            yield settings


@contextmanager
def with_tables(database: Path, shared: Path) -> Iterator[None]:
    """The server that becomes ready in this block has Prefect's tables.

    Making them takes five seconds of processor time: the first server of the run does, the others
    begin with a copy.
    """
    original = shared / "prefect.db"
    with locked(shared / "prefect.lock"):
        first = not original.exists()
        if first:
            yield
            with closing(sqlite3.connect(database)) as made:
                made.execute("VACUUM INTO ?", [str(original)])
    if not first:
        copy_tables(database, shared)
        yield


def copy_tables(database: Path, shared: Path) -> None:
    """Where a server of this run has made Prefect's tables, another one may begin with a copy."""
    original = shared / "prefect.db"
    with locked(shared / "prefect.lock"):
        if original.exists():
            database.parent.mkdir(mode=0o700)
            shutil.copy(original, database)
            database.chmod(0o600)


class Listening(logging.Handler):
    """Keeps what flow runs say, which Prefect's page shows as their log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def said_lines() -> Iterator[list[str]]:
    """The lines that the product's flows write into the logs of their runs."""
    listening = Listening()
    listening.addFilter(lambda record: record.module in FLOWS)
    loggers = [logging.getLogger(f"prefect.{kind}_runs") for kind in ("flow", "task")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.INFO)
        logger.addHandler(listening)
    yield listening.lines
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(listening)
        logger.setLevel(level)


@pytest.fixture
def client(prefect_server: Settings) -> Iterator[SyncPrefectClient]:
    """The connection the dispatcher uses."""
    with connected() as client:
        yield client


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of an installation with the small tree; `transaction()` works on it."""
    monkeypatch.setenv("JIELI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("JIELI_DATABASE_URL", "")
    get_settings.cache_clear()
    get_engine.cache_clear()
    with transaction() as session:
        make_tree(session)
    yield tmp_path
    get_engine().dispose()
    get_engine.cache_clear()
    get_settings.cache_clear()


@pytest.fixture
def session(installation: Path) -> Iterator[Session]:
    """A session on that installation. Commit, or roll back, before a flow works: on SQLite an
    open transaction keeps it out, and keeps this session from seeing what it did."""
    with Session(get_engine(), expire_on_commit=False) as session:
        yield session
