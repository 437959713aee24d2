"""Nothing that was confirmed is lost: the server is killed while twenty clerks send.

`JIELI_KILLS` says how often; 40 make a long run.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, select

from adapters.root import ROOT
from models import Assignment, Role, Submission, Total, Unit
from rules.filling.receipts import is_whole
from services.assignments.roll_up import recount
from tests.building import make_account, make_measure, release_down
from tests.databases import BACKENDS, fresh_engine
from tests.sample_tree import fill_tree
from tests.second_try import REAL
from tests.web.conftest import SAME_SITE
from tests.web.signed_in import open_session
from web.edge.security import SESSION_COOKIE

pytestmark = [pytest.mark.long, REAL]

CLERKS = 20
KILLS = int(os.environ.get("JIELI_KILLS", "3"))
BETWEEN_KILLS = 25
"""Receipts given out before the next kill."""
PATIENCE = 120
"""Seconds in which a server that is there must have given them."""


@dataclass
class Clerk:
    """One village's clerk, who sends, takes back, and sends again."""

    token: str
    assignment_id: int
    number: int
    receipts: dict[str, int] = field(default_factory=dict)
    """Receipt → the figure it was given for."""


@pytest.fixture(params=BACKENDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with fresh_engine(request.param, tmp_path, f"jieli_killed_{os.getpid()}") as engine:
        SQLModel.metadata.create_all(engine)
        yield engine


@pytest.fixture
def clerks(engine: Engine) -> list[Clerk]:
    """Twenty villages with an assignment and a signed-in clerk each."""
    with Session(engine) as session:
        fill_tree(session)
        office = make_account(session)
        release_down(session, make_measure(session, office), office)
        found = session.exec(
            select(Assignment.id, Unit.code)
            .join(Unit, col(Unit.id) == Assignment.unit_id)
            .where(Assignment.lowest)
            .order_by(col(Unit.lft))
            .limit(CLERKS)
        ).all()
        clerks = [
            Clerk(_sign_in(session, code), assignment_id, number)
            for number, (assignment_id, code) in enumerate(found)
        ]
        session.commit()
    return clerks


def _sign_in(session: Session, code: str) -> str:
    clerk = make_account(session, code, Role.CLERK)
    return open_session(session, clerk, datetime.now(UTC), hours=8)


class Server:
    """The web application as a process of its own, always on the same port."""

    def __init__(self, url: str, folder: Path) -> None:
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        environment = {
            **os.environ, "JIELI_DATABASE_URL": url, "JIELI_DATA_DIR": str(folder),
            "JIELI_WEB_PORT": str(self.port),
        }  # fmt: skip
        self._warm = subprocess.Popen(
            [sys.executable, "-m", "tests.web.warm_server"],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.pid = 0

    def start(self) -> None:
        self.pid = self._order("start")

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        assert self._order("wait") == -signal.SIGKILL, "the server ended by itself"

    def close(self) -> None:
        """No more orders."""
        self._warm.communicate(timeout=60)

    def _order(self, word: str) -> int:
        assert self._warm.stdin
        assert self._warm.stdout
        self._warm.stdin.write(f"{word}\n")
        self._warm.stdin.flush()
        return int(self._warm.stdout.readline())


class Work:
    """Twenty threads at work, and how many receipts they hold together."""

    def __init__(self, address: str, clerks: list[Clerk]) -> None:
        self.address, self.clerks = address, clerks
        self.over = threading.Event()
        self.grown = threading.Condition()
        self.given = 0
        self.faults: list[str] = []
        self.threads = [threading.Thread(target=self._work, args=(clerk,)) for clerk in clerks]

    def _work(self, clerk: Clerk) -> None:
        with httpx.Client(
            base_url=self.address, headers=SAME_SITE, cookies={SESSION_COOKIE: clerk.token},
            timeout=20, trust_env=False,
        ) as client:  # fmt: skip
            round_ = 0
            while not self.over.is_set():
                round_ += 1
                self._send(client, clerk, 1_000 * round_ + clerk.number, seen=round_ - 1)
                if not self.over.is_set():
                    self._until_answered(client, f"/assignments/{clerk.assignment_id}/recall", {})

    def _send(self, client: httpx.Client, clerk: Clerk, figure: int, seen: int) -> None:
        answer = self._until_answered(
            client,
            f"/assignments/{clerk.assignment_id}/form",
            {
                "_act": "send", "_send_key": token_urlsafe(16), "_seen": str(seen),
                "f-checked": str(figure), "f-spent": "1.5", "f-note": f"第 {figure} 次。",
            },
        )  # fmt: skip
        if answer is None:
            return
        place = answer.headers.get("Location", "")
        with self.grown:
            if answer.status_code == 303 and place.startswith("/receipts/"):
                clerk.receipts[place.rpartition("/")[2]] = figure
                self.given += 1
            else:
                self.faults.append(f"{answer.status_code} {place}")
            self.grown.notify_all()

    def _until_answered(
        self, client: httpx.Client, path: str, fields: dict[str, Any]
    ) -> httpx.Response | None:
        """The same request again and again until the server answers it; None: work is over."""
        while True:
            try:
                return client.post(path, data=fields)
            except httpx.TransportError:
                if self.over.wait(0.1):
                    return None

    def wait_for(self, receipts: int) -> None:
        with self.grown:
            enough = self.grown.wait_for(lambda: self.given >= receipts or self.faults, PATIENCE)
        assert enough, f"only {self.given} receipts of {receipts}"
        assert not self.faults


def test_every_receipt_is_in_the_database_once_and_whole(
    engine: Engine, clerks: list[Clerk], tmp_path: Path
) -> None:
    server = Server(engine.url.render_as_string(hide_password=False), tmp_path)
    work = Work(server.address, clerks)
    server.start()
    for thread in work.threads:
        thread.start()
    try:
        for _ in range(KILLS):
            work.wait_for(work.given + BETWEEN_KILLS)
            server.kill()
            server.start()
        work.wait_for(work.given + BETWEEN_KILLS)
    finally:
        work.over.set()
        for thread in work.threads:
            thread.join()
        server.kill()
        server.close()

    given = {receipt: figure for clerk in clerks for receipt, figure in clerk.receipts.items()}
    assert len(given) == work.given, "no receipt was given twice"
    assert work.given >= (KILLS + 1) * BETWEEN_KILLS
    with Session(engine) as session:
        stored = session.exec(select(Submission)).all()
        assert all(is_whole(submission) for submission in stored)
        kept = {submission.receipt: submission.answers["checked"] for submission in stored}
        assert {receipt: kept.get(receipt) for receipt in given} == given
        keys = [submission.send_key for submission in stored]
        assert len(set(keys)) == len(keys)
        _check_totals(session, clerks[0].assignment_id)


def _check_totals(session: Session, assignment_id: int) -> None:
    assignment = session.get_one(Assignment, assignment_id)
    running = _totals(session)
    recount(session, assignment.measure_id, assignment.period)
    session.expire_all()
    assert running == _totals(session)


def _totals(session: Session) -> set[Any]:
    return {
        (total.unit_id, total.field, total.reported_sum, total.reported_count)
        for total in session.exec(select(Total))
        if total.reported_count
    }
