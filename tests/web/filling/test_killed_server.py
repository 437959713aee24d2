"""Nothing that was confirmed is lost: the server is killed while twenty clerks send.

`JIELI_KILLS` says how often; 40 make a long run.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel

from adapters.root import ROOT
from tests.databases import BACKENDS, fresh_engine
from tests.sample_tree import fill_tree
from tests.second_try import REAL
from tests.web.senders import Clerk, Work, check_all_is_kept, sign_in_clerks

pytestmark = [pytest.mark.long, REAL]

KILLS = int(os.environ.get("JIELI_KILLS", "3"))
BETWEEN_KILLS = 25
"""Receipts given out before the next kill."""


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
        clerks = sign_in_clerks(session)
        session.commit()
    return clerks


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


def test_every_receipt_is_in_the_database_once_and_whole(
    engine: Engine, clerks: list[Clerk], tmp_path: Path
) -> None:
    server = Server(engine.url.render_as_string(hide_password=False), tmp_path)
    server.start()
    try:
        with Work(server.address, clerks) as work:
            for _ in range(KILLS):
                work.wait_for(work.given + BETWEEN_KILLS)
                server.kill()
                server.start()
            work.wait_for(work.given + BETWEEN_KILLS)
    finally:
        server.kill()
        server.close()
    assert work.given >= (KILLS + 1) * BETWEEN_KILLS
    check_all_is_kept(engine, work)
