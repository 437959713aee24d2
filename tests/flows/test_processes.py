"""All processes of an installation together: a click is handed down, whatever is killed."""

import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import Session, SQLModel, select

from adapters.database import make_engine
from adapters.settings import Settings
from cli.prefect_sign_in import read_sign_in, sign_in_file
from cli.run import DISPATCHER, SERVER, WORKER, Processes
from models import HandDown
from services.measures import release_measure
from tests.building import REGION, make_account, make_measure
from tests.flows.conftest import free_port, until
from tests.sample_tree import fill_tree
from tests.second_try import REAL

pytestmark = [pytest.mark.long, REAL]

PATIENCE = 120.0
"""Seconds; the tests share the machine. `make bench` measures the three a person waits."""


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("installation"),
        database_url="",
        web_port=free_port(),
        prefect_port=free_port(),
    )
    with Processes(settings, say=lambda *_: None) as running:
        engine = make_engine(settings.engine_url)
        SQLModel.metadata.create_all(engine)
        with Session(engine) as session:
            fill_tree(session)
            session.commit()
        engine.dispose()
        running.wait_ready()
        yield running


def click(processes: Processes) -> None:
    """Release a measure to the whole tree; returns when all of it has it."""
    engine = make_engine(processes.settings.engine_url)
    with Session(engine) as session:
        account = make_account(session, REGION, login=f"office-{time.monotonic_ns()}")
        measure = make_measure(session, account)
        release_measure(session, measure, actor=account, now=account.created_at)
        session.commit()

        def is_done() -> bool:
            open_wishes = session.exec(select(HandDown).where(HandDown.done_at == None)).all()  # noqa: E711
            session.rollback()
            return not open_wishes

        until(is_done, PATIENCE)
    engine.dispose()


def kill(processes: Processes, name: str) -> None:
    child = next(each for each in processes.supervisor.children if each.program.name == name)
    assert child.process is not None
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: child.process is not None and child.process.pid != first, PATIENCE)


def test_a_click_is_handed_down(processes: Processes) -> None:
    click(processes)


@pytest.mark.parametrize("name", [DISPATCHER, SERVER, WORKER])
def test_a_click_is_handed_down_after_a_process_was_killed(processes: Processes, name: str) -> None:
    kill(processes, name)
    click(processes)
    processes.wait_ready()
    click(processes)


def test_the_logs_of_all_processes_are_in_the_data_folder(processes: Processes) -> None:
    logs = Path(processes.settings.data_dir) / "logs"
    names = {"prefect.log", "web.log", "dispatcher.log", "worker.log"}
    assert names <= {each.name for each in logs.iterdir()}


def test_prefects_sign_in_stands_in_its_own_file_and_in_no_command_line(
    processes: Processes,
) -> None:
    folder = Path(processes.settings.data_dir)
    secret = read_sign_in(folder).partition(":")[2].encode()
    assert [each for each in folder.rglob("*") if _holds(each, secret)] == [sign_in_file(folder)]
    running = list(Path("/proc").glob("[0-9]*/environ"))
    assert len([each for each in running if _holds(each, secret)]) >= 3
    assert not [each for each in running if _holds(each.with_name("cmdline"), secret)]


def _holds(file: Path, secret: bytes) -> bool:
    """Whether the bytes are in the file; a process that has ended holds nothing."""
    try:
        return file.is_file() and secret in file.read_bytes()
    except OSError:
        return False


def test_nothing_an_installation_stores_can_be_read_by_others(processes: Processes) -> None:
    stored = [*processes.settings.data_dir.rglob("*")]
    assert {"jieli.db", "jieli.db-wal", "web.log", "prefect.db"} <= {one.name for one in stored}
    assert [one for one in stored if one.stat().st_mode & 0o077 and not one.is_symlink()] == []


def test_after_a_stop_the_database_alone_holds_everything(processes: Processes) -> None:
    """The last one of this file: the processes stay stopped."""
    click(processes)
    database = processes.settings.data_dir / "jieli.db"
    handed_down = _assignments_in(database)
    processes.__exit__(None, None, None)
    assert handed_down > 0
    assert not database.with_name("jieli.db-wal").exists()
    alone = database.with_name("alone.db")
    shutil.copy(database, alone)
    assert _assignments_in(alone) == handed_down


def _assignments_in(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT count(*) FROM assignment").fetchone()[0]
