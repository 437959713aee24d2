"""All processes of an installation together: a click is handed down, whatever is killed."""

import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from adapters import clock
from adapters.database import make_engine
from adapters.settings import Settings
from cli.prefect_sign_in import read_sign_in, sign_in_file
from cli.programs import DISPATCHER, SERVER, WORKER
from cli.run import Processes
from models import HandDown, Occurrence, Outcome, Schedule
from services.campaigns.measures import release_measure
from services.campaigns.occurrences import LEASE
from services.campaigns.schedules import order_reports, schedule_release
from tests.building import REGION, URGENT, make_account, make_campaign, make_measure, release_down
from tests.conftest import shared_folder
from tests.flows.conftest import copy_tables
from tests.live import free_port, until
from tests.sample_tree import make_tree
from tests.second_try import REAL

pytestmark = [pytest.mark.long, REAL]

PATIENCE = 120.0
"""Seconds; the tests share the machine. `make bench` measures the three a person waits."""


@pytest.fixture(scope="module")
def processes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Processes]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("installation"),
        database_url="",
        web_port=free_port(),
        prefect_port=free_port(),
        clock_file=tmp_path_factory.mktemp("clock") / "clock.json",
    )
    shared = shared_folder(request.config, tmp_path_factory.getbasetemp())
    copy_tables(settings.data_dir / "prefect" / "prefect.db", shared)
    with Processes(settings, say=lambda *_: None) as running:
        engine = make_engine(settings.engine_url)
        with Session(engine) as session:
            make_tree(session)
            session.commit()
        engine.dispose()
        running.wait_ready()
        yield running


def click(processes: Processes) -> None:
    """Release a measure to the whole tree; returns when all of it has it."""
    with disposed(make_engine(processes.settings.engine_url)) as engine, Session(engine) as session:
        account = make_account(session, REGION, login=f"office-{time.monotonic_ns()}")
        measure = make_measure(session, account)
        release_measure(session, measure, reason=URGENT, actor=account, now=account.created_at)
        session.commit()

        def is_done() -> bool:
            open_wishes = session.exec(select(HandDown).where(HandDown.done_at == None)).all()  # noqa: E711
            session.rollback()
            return not open_wishes

        until(is_done, PATIENCE)


@contextmanager
def disposed(engine: Engine) -> Iterator[Engine]:
    """The engine; a failing test, too, lets go of the database, or the next would find it open."""
    try:
        yield engine
    finally:
        engine.dispose()


def kill(processes: Processes, name: str) -> None:
    child = next(child for child in processes.supervisor.children if child.program.name == name)
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
    assert names <= {path.name for path in logs.iterdir()}


def test_prefects_sign_in_stands_in_its_own_file_and_in_no_command_line(
    processes: Processes,
) -> None:
    folder = Path(processes.settings.data_dir)
    secret = read_sign_in(folder).partition(":")[2].encode()
    assert [path for path in folder.rglob("*") if _holds(path, secret)] == [sign_in_file(folder)]
    running = list(Path("/proc").glob("[0-9]*/environ"))
    assert len([process for process in running if _holds(process, secret)]) >= 3
    assert not [process for process in running if _holds(process.with_name("cmdline"), secret)]


def _holds(file: Path, secret: bytes) -> bool:
    """Whether the bytes are in the file; a process that has ended holds nothing."""
    try:
        return file.is_file() and secret in file.read_bytes()
    except OSError:
        return False


def test_nothing_an_installation_stores_can_be_read_by_others(processes: Processes) -> None:
    stored = [*processes.settings.data_dir.rglob("*")]
    assert {"jieli.db", "jieli.db-wal", "web.log", "prefect.db"} <= {path.name for path in stored}
    assert [path for path in stored if path.stat().st_mode & 0o077 and not path.is_symlink()] == []


@contextmanager
def tables(processes: Processes) -> Iterator[Session]:
    """The installation's database; commit before another process is to write."""
    with (
        disposed(make_engine(processes.settings.engine_url)) as engine,
        Session(engine, expire_on_commit=False) as session,
    ):
        yield session


def occurrence_of(session: Session, schedule: Schedule) -> Occurrence | None:
    """As it is stored now."""
    session.rollback()
    wanted = select(Occurrence).where(Occurrence.schedule_id == schedule.id)
    found = session.exec(wanted.execution_options(populate_existing=True)).one_or_none()
    if found is not None:
        session.expunge(found)  # read again, it would begin a transaction and keep others waiting
    session.rollback()
    return found


def outcome_of(session: Session, schedule: Schedule) -> str | None:
    found = occurrence_of(session, schedule)
    return found.outcome if found else None


def worker_of(processes: Processes) -> tuple[int, list[int]]:
    """The worker, and the processes in which it executes flow runs; 0 while it is down."""
    child = next(child for child in processes.supervisor.children if child.program.name == WORKER)
    if child.process is None:
        return 0, []
    pid = child.process.pid
    return pid, [
        int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    ]


def test_a_release_is_done_though_worker_and_dispatcher_are_killed_at_its_moment(
    processes: Processes,
) -> None:
    with tables(processes) as session:
        office = make_account(session, REGION, login=f"office-{time.monotonic_ns()}")
        measure, now = make_measure(session, office), datetime.now(UTC)
        at = now + timedelta(seconds=3)
        schedule = schedule_release(session, measure, at, actor=office, now=now)
        session.commit()
        until(lambda: datetime.now(UTC) >= at)
        for name in (WORKER, DISPATCHER):
            kill(processes, name)
        until(lambda: outcome_of(session, schedule) == Outcome.DONE, PATIENCE)
        wishes = select(HandDown).where(HandDown.measure_id == measure.id)

        def is_handed_down() -> bool:
            session.expire_all()
            done = [wish.done_at is not None for wish in session.exec(wishes)]
            session.rollback()
            return done == [True]

        until(is_handed_down, PATIENCE)
    processes.wait_ready()


def test_reports_are_made_though_the_worker_is_killed_while_it_renders(
    processes: Processes,
) -> None:
    file = processes.settings.clock_file
    assert file is not None
    with tables(processes) as session:
        office = make_account(session, REGION, login=f"office-{time.monotonic_ns()}")
        campaign = make_campaign(session, office)
        release_down(session, make_measure(session, office, campaign), office)
        order = order_reports(session, campaign, actor=office, now=datetime.now(UTC))
        assert order is not None
        session.commit()
        folder = processes.settings.data_dir / "reports" / str(campaign.id)
        until(lambda: (found := occurrence_of(session, order)) and found.begun_at, PATIENCE)
        pid, renderers = worker_of(processes)
        assert pid, "nobody is there to be killed"
        for process in (pid, *renderers):
            os.kill(process, signal.SIGKILL)
        until(lambda: worker_of(processes)[0] not in (0, pid), PATIENCE)
        assert outcome_of(session, order) is None, "killed too late"
        clock.set_clock(file, datetime.now(UTC) + LEASE)
        until(lambda: outcome_of(session, order) == Outcome.DONE, PATIENCE)
        found = occurrence_of(session, order)
        assert found is not None
        assert found.attempts > 1  # on a busy machine the second one may come too late as well
        assert found.rendered == 18
    assert len([path for path in folder.rglob("*.docx") if path.name[0] != "."]) == 18


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
        (count,) = connection.execute("SELECT count(*) FROM assignment").fetchone()
        return int(count)
