"""The dispatcher killed with SIGKILL in the middle of the real tree, and started again."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import StateType
from sqlmodel import Session, SQLModel

from adapters.database import get_engine, transaction
from adapters.migrations import migrate
from adapters.root import ROOT
from adapters.settings import Settings, get_settings
from cli.prefect_sign_in import sign_in_file
from flows.dispatch import TAG
from models import HandDown, HandDownStep
from services.campaigns.measures import release_measure
from services.units.shipped_tree import import_shipped_tree
from tests.building import URGENT, hand_down_now, make_account, make_measure
from tests.killing import stored
from tests.live import until
from tests.second_try import REAL

pytestmark = [pytest.mark.long, REAL]

MIDDLE = ("league", "township")
"""The dispatcher is killed as soon as it has reached these levels; the next is being worked on."""


@pytest.fixture
def inner_mongolia(installation: Path) -> Path:
    """The installation with the shipped 15,938 units instead of the sample of 50."""
    get_engine().dispose()
    SQLModel.metadata.drop_all(get_engine())
    migrate(get_engine())  # as `jieli dispatch` does, too
    with transaction() as session:
        import_shipped_tree(session, actor=None, now=datetime.now(UTC))
    return installation


@contextmanager
def dispatching(server: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """`jieli dispatch` in a process of its own; killed when the block ends."""
    shutil.copy(sign_in_file(server.data_dir), get_settings().data_dir)
    command = [sys.executable, "-c", "from cli.main import app; app()", "dispatch"]
    port = str(server.prefect_port)
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "JIELI_PREFECT_PORT": port})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def has_reached(wish: int, level: str) -> Callable[[], bool]:
    def reached() -> bool:
        with transaction(readonly=True) as session:
            return session.get(HandDownStep, (wish, level)) is not None

    return reached


def is_done(wish: int) -> Callable[[], bool]:
    def done() -> bool:
        with transaction(readonly=True) as session:
            return session.get_one(HandDown, wish).done_at is not None

    return done


def release_two(session: Session) -> list[tuple[int, int]]:
    """Two measures alike, just released: (measure, wish)."""
    now = datetime.now(UTC)
    office = make_account(session)
    measures = [make_measure(session, office) for _ in range(2)]
    made = [
        (measure.id, release_measure(session, measure, reason=URGENT, actor=office, now=now))
        for measure in measures
    ]
    session.commit()
    return made


def states_of(client: SyncPrefectClient) -> dict[str, StateType | None]:
    """The dispatcher's flow runs on the server, by id."""
    wanted = FlowRunFilter.model_validate({"tags": {"all_": [TAG]}})
    return {str(run.id): run.state_type for run in client.read_flow_runs(flow_run_filter=wanted)}


def test_a_dispatcher_killed_twice_in_the_real_tree_ends_as_an_undisturbed_one(
    prefect_server: Settings, client: SyncPrefectClient, inner_mongolia: Path, session: Session
) -> None:
    (quiet, quiet_wish), (measure, wish) = release_two(session)
    hand_down_now(session, [quiet_wish], datetime.now(UTC))
    session.commit()
    before = states_of(client).keys()
    in_the_middle = 0
    for level in MIDDLE:
        with dispatching(prefect_server):
            until(has_reached(wish, level), 60)
        in_the_middle += not is_done(wish)()
    assert in_the_middle
    with dispatching(prefect_server):
        until(is_done(wish), 60)
        # The table says done a moment before Prefect hears of it.
        until(lambda: StateType.RUNNING not in states_of(client).values(), 60)
    undisturbed = stored(session, quiet)
    assert undisturbed["assignment"].total() > 15_000
    assert stored(session, measure) == undisturbed
    new = [state for run_id, state in states_of(client).items() if run_id not in before]
    # A kill that comes before the next flow run is made leaves none to mark.
    assert new.count(StateType.COMPLETED) == 1
    assert 1 <= new.count(StateType.CRASHED) == len(new) - 1 <= in_the_middle
