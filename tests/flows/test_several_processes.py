"""Two web processes and two dispatchers on one PostgreSQL database, of which one each is killed."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, select

from adapters.machines import list_programs
from adapters.root import ROOT
from adapters.settings import Settings
from cli.prefect_sign_in import read_sign_in, sign_in_file
from cli.programs import DISPATCHER, WEB, names_of, prefect_environment, settings_environment
from models import Account, HandDown, HandDownStep
from queries.assignments.hand_downs import list_pending
from services.campaigns.measures import release_measure
from tests.building import REGION, URGENT, hand_down_now, make_account, make_measure
from tests.databases import fresh_engine
from tests.flows.dispatched import states_since
from tests.killing import stored
from tests.live import free_port, until
from tests.sample_tree import fill_tree
from tests.second_try import REAL
from tests.web.senders import Clerk, Work, check_all_is_kept, sign_in_clerks

pytestmark = [pytest.mark.long, REAL]

MEASURES = 5
RECEIPTS = 40
"""Receipts that are waited for before one of each is killed, and again afterwards."""
NAMES = [*names_of(WEB, 2), *names_of(DISPATCHER, 2)]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with fresh_engine("postgresql", tmp_path, f"jieli_processes_{os.getpid()}") as engine:
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


@contextmanager
def running(engine: Engine, server: Settings, folder: Path) -> Iterator[tuple[str, dict[str, int]]]:
    """The address of two web processes, and the ids of all four processes. Those that live at the
    end are killed."""
    settings = Settings(
        data_dir=folder,
        database_url=engine.url.render_as_string(hide_password=False),
        web_port=free_port(),
        prefect_port=server.prefect_port,
        web_processes=2,
        dispatchers=2,
    )
    shutil.copy(sign_in_file(server.data_dir), folder)
    environment = {
        **os.environ,
        **settings_environment(settings),
        **prefect_environment(settings, read_sign_in(folder)),
    }
    warm = subprocess.Popen(
        [sys.executable, "-m", "tests.warm_parts"],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert warm.stdin
    assert warm.stdout
    warm.stdin.write("".join(f"{name}\n" for name in NAMES))
    warm.stdin.flush()
    pids = {name: int(warm.stdout.readline()) for name in NAMES}
    try:
        until(lambda: all((folder / f"{name}.ready").exists() for name in NAMES), 120)
        yield settings.web_url, pids
    finally:
        for pid in pids.values():
            os.kill(pid, signal.SIGKILL)
        warm.communicate(timeout=60)


def release(session: Session, office: Account, count: int) -> list[HandDown]:
    """The wishes of measures alike that the office has just released."""
    now = datetime.now(UTC)
    wishes = [
        release_measure(
            session, make_measure(session, office), reason=URGENT, actor=office, now=now
        )
        for _ in range(count)
    ]
    session.commit()
    return list(session.exec(select(HandDown).where(col(HandDown.id).in_(wishes))))


def open_wishes(engine: Engine) -> Sequence[HandDown]:
    with Session(engine) as session:
        return list_pending(session)


def test_nothing_is_lost_or_doubled_when_a_web_process_and_a_dispatcher_are_killed(
    prefect_server: Settings,
    client: SyncPrefectClient,
    engine: Engine,
    clerks: list[Clerk],
    tmp_path: Path,
) -> None:
    with (
        running(engine, prefect_server, tmp_path) as (address, pids),
        Session(engine, expire_on_commit=False) as session,
        Work(address, clerks) as work,
    ):
        work.wait_for(RECEIPTS)
        assert [program.name for program in list_programs(session.connection())] == sorted(NAMES)
        office = make_account(session, REGION, login="second")
        wishes = release(session, office, MEASURES)
        until(lambda: has_reached_a_level(session, wishes), 120)
        os.kill(pids[DISPATCHER], signal.SIGKILL)
        os.kill(pids[WEB], signal.SIGKILL)
        work.wait_for(work.given + RECEIPTS)
        until(lambda: not open_wishes(engine), 120)
        since = wishes[0].requested_at
        # A kill between our last commit and Prefect's hearing of it leaves one incomplete.
        done = StateType.COMPLETED
        until(lambda: states_since(client, since).count(done) >= MEASURES - 1, 120)
    assert len(states_since(client, since)) <= MEASURES + 1, "only the killed one's came to nothing"
    check_all_is_kept(engine, work)
    with Session(engine) as session:
        quiet = release(session, office, 1)[0]
        hand_down_now(session, [quiet.id], datetime.now(UTC))
        session.commit()
        undisturbed = stored(session, quiet.measure_id)
        assert all(stored(session, wish.measure_id) == undisturbed for wish in wishes)


def has_reached_a_level(session: Session, wishes: Sequence[HandDown]) -> bool:
    ids = [wish.id for wish in wishes]
    found = session.scalars(
        select(HandDownStep.hand_down_id).where(col(HandDownStep.hand_down_id).in_(ids)).limit(1)
    ).all()
    session.commit()
    return bool(found)
