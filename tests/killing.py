"""Processes to kill, and what is stored afterwards in a form that can be compared."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Row
from sqlmodel import Session, col, select

from adapters.root import ROOT
from models import (
    AnswerNumber,
    Assignment,
    Draft,
    Event,
    HandDown,
    HandDownStep,
    Submission,
    Tally,
    Total,
    Unit,
)
from tests.building import BANNER, LEAGUE, REGION, TOWNSHIP, make_account, make_campaign, make_form
from tests.conftest import NOW
from tests.databases import BACKENDS, fresh_engine
from tests.sample_tree import make_tree

BY_MEASURE = (Assignment, HandDown, Tally, Total)
BY_ASSIGNMENT = (Event, Submission, AnswerNumber, Draft)
CHANCE = frozenset({"id", "measure_id", "flow_run_id", "send_key", "receipt", "checksum"})
"""Columns that differ between two measures that went the same way."""

Stored = dict[str, Counter[str]]
Order = dict[str, Any]
Prepare = Callable[[Session], tuple[Any, Order]]


class Workers:
    """The process of `tests.killed_child`, and what it answers."""

    def __init__(self, url: str, folder: Path) -> None:
        environment = {**os.environ, "JIELI_DATABASE_URL": url, "JIELI_DATA_DIR": str(folder)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.killed_child"],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, **order: Any) -> dict[str, Any]:
        """Have one worker work; what it said, and its `exit` (-9: killed).

        Nobody may hold a transaction open that would keep it waiting.
        """
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"now": NOW.isoformat(), **order}) + "\n")
        self.process.stdin.flush()
        said: dict[str, Any] = {}
        while "exit" not in said:
            said |= json.loads(self.process.stdout.readline())
        assert said["exit"] in (0, -signal.SIGKILL), said
        return said

    def close(self) -> None:
        """No more orders."""
        self.process.communicate(timeout=30)


def stored(session: Session, measure_id: int) -> Stored:
    """Everything stored about a measure: table → rows and how often each is there.

    Ids are replaced by the code of the unit they lead to, times by whether there is one.
    """
    units = dict(session.exec(select(Unit.id, Unit.code)).all())
    rows: dict[Any, Any] = {
        table: _rows(session, table, table.measure_id == measure_id) for table in BY_MEASURE
    }
    given = {row.id: units[row.unit_id] for row in rows[Assignment]}
    wished = {row.id: units[row.unit_id] for row in rows[HandDown]}
    own = select(Assignment.id).where(Assignment.measure_id == measure_id)
    for table in BY_ASSIGNMENT:
        rows[table] = _rows(session, table, col(table.assignment_id).in_(own))
    rows[HandDownStep] = _rows(session, HandDownStep, col(HandDownStep.hand_down_id).in_(wished))
    codes = {"unit_id": units, "parent_id": given, "assignment_id": given, "hand_down_id": wished}
    return {
        table.__tablename__: Counter(_plain(row, codes) for row in found)
        for table, found in rows.items()
    }


def _rows(session: Session, table: Any, where: Any) -> Sequence[Row[Any]]:
    return session.execute(select(table.__table__).where(where)).all()


def _plain(row: Row[Any], codes: dict[str, dict[str, Any]]) -> str:
    shown = {
        name: codes[name].get(value, value) if name in codes else _without_time(value)
        for name, value in row._mapping.items()
        if name not in CHANCE
    }
    return str(shown)


def _without_time(value: Any) -> Any:
    return "at some time" if isinstance(value, datetime) else value


@pytest.fixture(scope="module", params=BACKENDS)
def committed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A database of its own, in which what is done stays done."""
    folder = tmp_path_factory.mktemp("killed")
    with fresh_engine(request.param, folder, f"jieli_killed_{os.getpid()}") as engine:
        with Session(engine) as session:
            make_tree(session)
            office = make_account(session, REGION)
            make_campaign(session, office)
            make_form(session, office)
            for code in (LEAGUE, BANNER, TOWNSHIP):
                make_account(session, code)
            session.commit()
        yield engine


@pytest.fixture(scope="module")
def workers(committed: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    url = committed.url.render_as_string(hide_password=False)
    with closing(Workers(url, tmp_path_factory.mktemp("data"))) as workers:
        yield workers


@pytest.fixture
def each_point(session: Session, workers: Workers) -> Callable[..., Iterator[Any]]:
    """`each_point(prepare)`: what a worker had worked on when it was killed at point 1, at point 2…

    `prepare(session)` gives that, such as a measure, and the order. First an undisturbed worker
    counts the points; what it worked on comes first.
    """

    def each_point(prepare: Prepare, step: int = 1) -> Iterator[tuple[Any, Order, dict[str, Any]]]:
        subject, order = prepare(session)
        session.commit()
        said = workers.run(**order)
        yield subject, order, said
        for kill_at in range(1, said["points"] + 1, step):
            subject, order = prepare(session)
            session.commit()
            killed = workers.run(**order, kill_at=kill_at)
            assert killed["exit"] == -9
            session.expire_all()
            yield subject, {**order, "kill_at": kill_at}, killed

    return each_point
