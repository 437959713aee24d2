"""The migrations give what the models say, on both databases."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from multiprocessing.synchronize import Event as Signal
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import CheckConstraint, Connection, Engine, MetaData, insert, inspect
from sqlmodel import Session, SQLModel, col, select

from adapters.database import make_engine
from adapters.migrations import alone, make_config, migrate
from models import (
    Assignment,
    Draft,
    Event,
    FormVersion,
    Occurrence,
    Review,
    Schedule,
    Submission,
)
from tests.databases import BACKENDS, fresh_database, fresh_engine

FORK = get_context("fork")
PAST = datetime(2026, 11, 19, tzinfo=UTC)
FUTURE = datetime(2126, 11, 20, tzinfo=UTC)
STORED: list[tuple[str, dict[str, Any]]] = [
    ("level", {"code": "village"}),
    ("unit", {"level": "village"}),
    ("account", {"role": "clerk"}),
    ("campaign", {}),
    ("form", {}),
    ("form_version", {"fields": [{"name": "checked"}]}),
    ("measure", {"kind": "figures", "status": "released", "form_version_id": 1}),
    ("hand_down", {}),
    ("assignment", {"level": "village", "status": "returned", "version": 3}),
    ("draft", {"answers": {"checked": ["7"]}}),
    ("event", {"act": "submit", "to_status": "submitted"}),
    ("submission", {"id": 1, "revision": 1, "answers": {"checked": 4}, "send_key": "a",
                    "receipt": "a"}),
    ("submission", {"id": 2, "revision": 2, "answers": {"checked": 5}, "send_key": "b",
                    "receipt": "b"}),
    ("review", {"decision": "return", "fields": ["checked"]}),
    ("measure", {"id": 2, "kind": "figures", "status": "confirmed"}),
    ("schedule", {"id": 1, "work": "hand_down", "measure_id": 1, "cron": "", "once_at": PAST}),
    ("schedule", {"id": 2, "work": "hand_down", "measure_id": 2, "cron": "", "once_at": PAST}),
    ("schedule", {"id": 3, "work": "hand_down", "measure_id": 2, "cron": "", "once_at": FUTURE}),
    ("schedule", {"id": 4, "work": "report", "cron": "", "once_at": PAST}),
    ("schedule", {"id": 5, "work": "report", "cron": "0 9 25 * *"}),
    ("schedule", {"id": 6, "work": "report", "cron": "0 9 25 * *", "active": False}),
    ("snapshot", {}),
]  # fmt: skip
"""Table → what of a row matters; everything else that must be there is filled in."""
FILLED = {str: "-", int: 1, bool: True, date: date(2026, 11, 20), dict: {},
          datetime: datetime(2026, 11, 20, tzinfo=UTC)}  # fmt: skip


@pytest.mark.parametrize("backend", BACKENDS)
def test_migrating_an_empty_database_twice_gives_what_the_models_say(
    backend: str, tmp_path: Path
) -> None:
    with fresh_engine(backend, tmp_path, f"jieli_test_migrations_{os.getpid()}") as engine:
        migrate(engine)
        migrate(engine)
        with engine.connect() as connection:
            config = make_config()
            config.attributes["connection"] = connection
            command.check(config)  # raises when a table or column differs


@pytest.mark.parametrize("backend", BACKENDS)
def test_migrating_keeps_every_check_of_the_models(backend: str, tmp_path: Path) -> None:
    """Alembic does not compare checks, and SQLite forgets them when a table is made anew."""
    with fresh_engine(backend, tmp_path, f"jieli_test_migrations_{os.getpid()}") as engine:
        migrate(engine)
        stored = inspect(engine)
        for table in SQLModel.metadata.sorted_tables:
            named = {
                constraint.name
                for constraint in table.constraints
                if isinstance(constraint, CheckConstraint) and constraint.name
            }
            found = {constraint["name"] for constraint in stored.get_check_constraints(table.name)}
            assert named <= found, table.name


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_was_stored_before_reads_the_same_after(backend: str, tmp_path: Path) -> None:
    with fresh_engine(backend, tmp_path, f"jieli_test_migrations_{os.getpid()}") as engine:
        _upgrade(engine, "988a06c8e92e")
        with engine.begin() as connection:
            _store(connection)
        migrate(engine)
        with Session(engine) as session:
            assignment = session.get_one(Assignment, 1)
            assert (assignment.revision, assignment.version) == (2, 3)
            assert assignment.review_due_on == date(2026, 11, 23)  # a working day after a Friday
            draft = session.get_one(Draft, 1)
            assert (draft.answers, draft.version, draft.page) == ({"checked": ["7"]}, 1, "")
            last = session.get_one(Submission, 2)
            assert (last.answers, last.flags, last.flag_count) == ({"checked": 5}, (), 0)
            assert session.get_one(FormVersion, 1).settings == {}
            assert session.get_one(Review, 1).notes == {}
            assert session.get_one(Event, 1).act == "submit"
            told = select(Occurrence.schedule_id, Occurrence.outcome, Occurrence.hand_down_id)
            assert session.exec(told.order_by(col(Occurrence.schedule_id))).all() == [
                (1, "done", 1), (2, "passed_over", None), (4, "done", None),
            ]  # fmt: skip
            coming = {schedule.id: schedule.next_at for schedule in session.exec(select(Schedule))}
            assert coming[3] == FUTURE
            assert coming[5] is not None
            assert coming[1] is coming[2] is coming[4] is coming[6] is None


def _upgrade(engine: Engine, revision: str) -> None:
    with engine.connect() as connection:
        config = make_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _store(connection: Connection) -> None:
    """One row of everything an answered assignment needs, as version 0.1.0 stored it."""
    tables = MetaData()
    tables.reflect(connection)
    for name, given in STORED:
        table = tables.tables[name]
        needed = {
            column.name: _filled(column)
            for column in table.columns
            if not column.nullable and column.name not in given
        }
        connection.execute(insert(table).values({**needed, **given}))


def _filled(column: Any) -> Any:
    try:
        return FILLED[column.type.python_type]
    except NotImplementedError:
        return {}


def _migrate(url: str, begun: Signal) -> None:
    begun.set()
    migrate(make_engine(url))


def _hold(url: str, begun: Signal) -> None:
    with alone(make_engine(url)):
        begun.set()
        signal.pause()


def _work_and_end(work: Callable[[str, Signal], None], url: str, begun: Signal) -> None:
    """The fork ends by itself: what its parent has begun, such as Prefect's threads, is the
    parent's to end, and fails here."""
    try:
        work(url, begun)
        os._exit(0)
    finally:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        os._exit(1)


def started(work: Callable[[str, Signal], None], url: str) -> ForkProcess:
    """A process that has begun its work. A fork, which spares it loading what this one has."""
    begun = FORK.Event()
    process = FORK.Process(target=_work_and_end, args=(work, url, begun), daemon=True)
    process.start()
    assert begun.wait(60)
    return process


@pytest.mark.parametrize("backend", BACKENDS)
def test_two_that_migrate_at_once_wait_for_each_other(backend: str, tmp_path: Path) -> None:
    with fresh_database(backend, tmp_path, f"jieli_test_both_{os.getpid()}") as url:
        both = [started(_migrate, url) for _ in range(2)]
        for process in both:
            process.join()
        assert [process.exitcode for process in both] == [0, 0]


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_that_is_killed_while_it_migrates_keeps_nobody_waiting(
    backend: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with fresh_database(backend, tmp_path, f"jieli_test_held_{os.getpid()}") as url:
        holder = started(_hold, url)
        waiting = started(_migrate, url)
        engine = make_engine(url)
        try:
            waiting.join(1)
            assert waiting.is_alive()  # it waits, however long that takes
            assert not inspect(engine).get_table_names()
            holder.kill()
            holder.join()
            waiting.join()
            assert capfd.readouterr().err == ""
            assert waiting.exitcode == 0
            assert "assignment" in inspect(engine).get_table_names()
        finally:
            engine.dispose()
