"""Others on this machine: one bare insert a unit by Prefect's mapped tasks, DBOS and Celery.

None of them but Prefect belongs to the product. Whoever wants them beside us installs the group
`peers`; what is not installed is named and not measured.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text

from bench.databases import POSTGRESQL, fresh_engine, scratch, why_absent
from bench.installation import free_port, installed, running, until
from cli.prefect_sign_in import read_sign_in
from cli.programs import SERVER

UNITS = 15_938
"""To how many units the figures are extrapolated: the whole shipped tree."""
COUNTS = {"prefect": 60, "dbos": 200, "celery": 500}
"""How many each of them is given; larger counts cost each as much again."""


def measure() -> dict[str, Any]:
    """The figures of each peer, or why there are none.

    `seconds` is what `count` inserts took, one for each unit; `extrapolated_seconds` the same for
    `units` units, never measured. Server, worker and queue have been started before.
    """
    if why := why_absent(POSTGRESQL):
        return {name: {"missing": why} for name in COUNTS}
    return {name: _measure_one(name, count) for name, count in COUNTS.items()}


def _measure_one(name: str, count: int) -> dict[str, Any]:
    if why := missing(name):
        return {"missing": why}
    with scratch() as folder, fresh_engine(POSTGRESQL, folder) as engine, ExitStack() as stack:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE peer_row (number integer, at timestamptz)"))
        environment = {"PEER_URL": _plain(engine.url.render_as_string(hide_password=False))}
        if name == "prefect":
            settings = stack.enter_context(installed(engine, folder))
            stack.enter_context(running(settings, SERVER))
            environment |= {
                "PREFECT_API_URL": f"{settings.prefect_url}/api",
                "PREFECT_API_AUTH_STRING": read_sign_in(settings.data_dir),
                "PREFECT_HOME": str(folder / "home"),
                "PREFECT_LOGGING_LEVEL": "ERROR",
            }
        if name == "celery":
            environment["REDIS_URL"] = stack.enter_context(redis(folder))
        seconds = _ask(name, count, environment)
    return {
        "count": count,
        "seconds": round(seconds, 2),
        "units": UNITS,
        "extrapolated_seconds": round(seconds / count * UNITS),
    }


def missing(name: str) -> str:
    """What this peer needs and is not here; empty where everything is."""
    if find_spec(name) is None:
        return f"{name} is not installed: pip install -e '.[peers]'"
    if name == "celery" and (shutil.which("redis-server") is None or find_spec("redis") is None):
        return "there is no redis-server here"
    return ""


def _ask(name: str, count: int, environment: dict[str, str]) -> float:
    command = [sys.executable, "-m", "bench.peer_work", name, str(count)]
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The address of a Redis of its own, which keeps nothing."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([*command, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL)
    try:
        until(lambda: _answers(port))
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


def _answers(port: int) -> bool:
    ping = subprocess.run(["redis-cli", "-p", str(port), "ping"], capture_output=True, check=False)
    time.sleep(0.05)
    return ping.stdout.strip() == b"PONG"
