"""The migrations give what the models say, on both databases."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import CheckConstraint, Connection, Engine, MetaData, insert, inspect
from sqlmodel import Session, SQLModel

from adapters.migrations import make_config, migrate
from models import Assignment, Draft, Event, FormVersion, Review, Submission
from tests.databases import BACKENDS, fresh_engine

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
                one.name
                for one in table.constraints
                if isinstance(one, CheckConstraint) and one.name
            }
            found = {one["name"] for one in stored.get_check_constraints(table.name)}
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
            assert (last.answers, last.flags, last.flag_count) == ({"checked": 5}, [], 0)
            assert session.get_one(FormVersion, 1).settings == {}
            assert session.get_one(Review, 1).notes == {}
            assert session.get_one(Event, 1).act == "submit"


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
            one.name: _filled(one)
            for one in table.columns
            if not one.nullable and one.name not in given
        }
        connection.execute(insert(table).values({**needed, **given}))


def _filled(column: Any) -> Any:
    try:
        return FILLED[column.type.python_type]
    except NotImplementedError:
        return {}
