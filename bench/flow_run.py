"""What Prefect adds: a hand-down through the dispatcher and a real flow run."""

import time
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import col

from bench import sample
from bench.databases import transaction
from bench.installation import installed, running, until
from cli.prefect_api import PrefectApi
from cli.prefect_sign_in import read_sign_in
from cli.programs import DISPATCHER, SERVER
from models import HandDown

ROUNDS = 3


def measure(engine: Engine, folder: Path, first_number: int) -> dict[str, Any]:
    """Flow runs and task runs of one hand-down, and the seconds it takes.

    The seconds count from the click, which stores the wish, until all units are reached; median of
    three. Server and dispatcher are started for the measurement.
    """
    with (
        installed(engine, folder) as settings,
        running(settings, SERVER, DISPATCHER),
    ):
        api = PrefectApi(settings.prefect_url, read_sign_in(settings.data_dir), seconds=5)
        _click(engine, first_number)  # The dispatcher's first hand-down compiles statements.
        before = _runs(api)
        numbers = range(first_number + 1, first_number + 1 + ROUNDS)
        seconds = median(_click(engine, number) for number in numbers)
        after = _runs(api)
    flow_runs, task_runs = (
        (later - other) // ROUNDS for later, other in zip(after, before, strict=True)
    )
    return {"flow_runs": flow_runs, "task_runs": task_runs, "flow_seconds": seconds}


def _click(engine: Engine, number: int) -> float:
    with transaction(engine) as session:
        _, wish = sample.release_one(session, number)
    start = time.perf_counter()

    def is_done() -> bool:
        with engine.connect().execution_options(readonly=True) as connection:
            done = select(col(HandDown.done_at)).where(col(HandDown.id) == wish)
            return connection.execute(done).scalar_one() is not None

    until(is_done)
    return time.perf_counter() - start


def _runs(api: PrefectApi) -> tuple[int, int]:
    """How many flow runs and task runs are completed.

    The server notes task runs from events a moment later. Coming runs of the timetable do not
    count.
    """
    seen, now = (-1, -1), (0, 0)
    while now != seen:
        time.sleep(1.0)
        seen, now = now, (_completed(api, "flow_runs"), _completed(api, "task_runs"))
    return now


def _completed(api: PrefectApi, kind: str) -> int:
    wanted: dict[str, object] = {kind: {"state": {"type": {"any_": ["COMPLETED"]}}}}
    return int(api.post(f"/{kind}/count", wanted))
