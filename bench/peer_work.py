"""The same small work by others: `python -m bench.peer_work NAME COUNT URL` prints the seconds it
took from the first order until the last row was stored.

The work is one bare insert into the table `peer_row` for each unit, in a transaction of its own.
For Celery, `REDIS_URL` names a Redis, and a worker is started.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg

INSERT = "INSERT INTO peer_row (number, at) VALUES (%s, now())"
WORKERS = 2
PATIENCE = 300.0
"""Seconds until somebody who is asked gives up."""


def insert(number: int) -> None:
    """Store one row, as an assignment would be stored alone."""
    with psycopg.connect(_url()) as connection:
        connection.execute(INSERT, [number])


def count() -> int:
    """How many rows are stored."""
    with psycopg.connect(_url()) as connection:
        [found] = connection.execute("SELECT count(*) FROM peer_row").fetchone() or (0,)
        return int(found)


def _url() -> str:
    return os.environ["PEER_URL"]


def by_prefect(wanted: int) -> float:
    """Mapped tasks of one flow, on the server that `PREFECT_API_URL` names."""
    from prefect import flow, task

    mapped = task(insert)

    @flow
    def hand_down(numbers: list[int]) -> None:
        mapped.map(numbers).wait()

    start = time.perf_counter()
    hand_down(list(range(wanted)))
    return time.perf_counter() - start


def by_dbos(wanted: int) -> float:
    """A durable workflow of one step for each."""
    from dbos import DBOS

    database = _url().replace("postgresql://", "postgresql+psycopg://")
    DBOS(config={"name": "peer", "system_database_url": database, "run_admin_server": False})
    step = DBOS.step()(insert)

    def hand_down(number: int) -> None:
        step(number)

    workflow = DBOS.workflow()(hand_down)
    DBOS.launch()
    start = time.perf_counter()
    handles = [DBOS.start_workflow(workflow, number) for number in range(wanted)]
    for handle in handles:
        handle.get_result()
    taken = time.perf_counter() - start
    DBOS.destroy()
    return taken


def by_celery(wanted: int) -> float:
    """A message for each, to a worker of two processes."""
    from celery import Celery

    redis = os.environ["REDIS_URL"]
    app = Celery("peer", broker=redis)
    app.task(name="insert")(insert)
    if wanted == 0:  # the worker itself
        app.worker_main(["worker", "-c", str(WORKERS), "-l", "ERROR", "--without-mingle"])
    command = [sys.executable, "-m", "bench.peer_work", "celery", "0"]
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        app.send_task("insert", [0])
        _until_stored(1)
        start = time.perf_counter()
        for number in range(1, wanted + 1):
            app.send_task("insert", [number])
        _until_stored(wanted + 1)
        return time.perf_counter() - start
    finally:
        worker.terminate()
        worker.wait()


def _until_stored(wanted: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while count() < wanted:
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


PEERS: dict[str, Callable[[int], float]] = {
    "prefect": by_prefect,
    "dbos": by_dbos,
    "celery": by_celery,
}

if __name__ == "__main__":
    print(PEERS[sys.argv[1]](int(sys.argv[2])))
