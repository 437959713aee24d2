"""Forms sent over HTTP by many clerks at once, and the disk's own floor."""

import http.client
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import token_urlsafe
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

import psycopg
from sqlalchemy import Engine, func, select
from sqlmodel import col

from adapters.settings import Settings
from bench import processor_time
from bench.browser import sign_in_clerks
from bench.databases import transaction
from models import Assignment, Submission
from web.edge.security import SESSION_COOKIE
from web.filling.asked import PREFIX

AT_ONCE = 20
SENT = 600
ANSWERS = {
    "checked": "37",
    "spent": "4.5",
    "heating": "stove",
    "done_on": "2026-11-20",
    "note": "已逐户排查取暖设备，登记造册，发现的三处隐患当日整改。" * 4,
}


def measure(engine: Engine, settings: Settings, measure_id: int) -> dict[str, Any]:
    """The figures of sending forms by 20 clients at once. The web application must run.

    Each client sends for one village after the other, with the village's own account and session.
    The times are those of the POST request. A form counts as sent when it gets a receipt.
    """
    clerks = sign_in_clerks(engine, measure_id, SENT)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        _send_all(settings, clerks[:AT_ONCE])  # This fills caches and is not counted.
        spent = _processor_seconds(engine)
        start = time.perf_counter()
        lists = pool.map(
            lambda number: _send_all(settings, clerks[AT_ONCE + number :: AT_ONCE]), range(AT_ONCE)
        )
        taken = [seconds for seconds_of_clerk in lists for seconds in seconds_of_clerk]
        seconds = time.perf_counter() - start
        used = [
            after - before for before, after in zip(spent, _processor_seconds(engine), strict=True)
        ]
    _check(engine, measure_id, AT_ONCE + len(taken))
    cuts = quantiles(taken, n=100)
    return {
        "sent": len(taken),
        "failed": SENT - AT_ONCE - len(taken),
        "at_once": AT_ONCE,
        "per_second": round(len(taken) / seconds, 1),
        "p50_ms": round(cuts[49] * 1000, 1),
        "p99_ms": round(cuts[98] * 1000, 1),
        "web_cpu_ms": round(used[0] * 1000 / len(taken), 2),
        "database_cpu_ms": round(used[1] * 1000 / len(taken), 2),
        "floor_per_second": round(commits_per_second(engine, settings.data_dir), 1),
    }


def _processor_seconds(engine: Engine) -> tuple[float, float]:
    """The processor seconds of the web application, and of PostgreSQL's processes for it."""
    return processor_time.of_children(), processor_time.of_backends(engine)


def _send_all(settings: Settings, clerks: list[tuple[str, int]]) -> list[float]:
    """The seconds from sending a form to its receipt, for each form that got a receipt."""
    connection = http.client.HTTPConnection(settings.host, settings.web_port, timeout=60)
    taken = []
    for token, assignment_id in clerks:
        try:
            taken.append(_send(connection, token, assignment_id))
        except (OSError, http.client.HTTPException):
            connection.close()  # The next request opens the connection again.
    connection.close()
    return [seconds for seconds in taken if seconds is not None]


def _send(connection: http.client.HTTPConnection, token: str, assignment_id: int) -> float | None:
    typed = {PREFIX + name: value for name, value in {**ANSWERS, "note": _note()}.items()}
    body = urlencode({**typed, "_act": "send", "_send_key": token_urlsafe(16), "_seen": "0"})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"{SESSION_COOKIE}={token}",
        "Sec-Fetch-Site": "same-origin",
    }
    start = time.perf_counter()
    connection.request("POST", f"/assignments/{assignment_id}/form", body, headers)
    response = connection.getresponse()
    response.read()
    seconds = time.perf_counter() - start
    arrived = response.status == 303 and "/receipts/" in response.headers["Location"]
    return seconds if arrived else None


def _note() -> str:
    """A text of a hundred letters that nobody else has sent."""
    return "已逐户排查。" + "".join(chr(0x4E00 + secrets.randbelow(20_000)) for _ in range(100))


def _check(engine: Engine, measure_id: int, wanted: int) -> None:
    of_measure = select(col(Assignment.id)).where(col(Assignment.measure_id) == measure_id)
    count = select(func.count()).where(col(Submission.assignment_id).in_(of_measure))
    with transaction(engine) as session:
        stored = session.execute(count).scalar_one()
    if stored < wanted:
        raise RuntimeError(f"{wanted} receipts were given, {stored} submissions are there")


def commits_per_second(engine: Engine, folder: Path, seconds: float = 2.0) -> float:
    """How many rows of the size of a submission the bare driver inserts and commits per second.

    Nothing that keeps each submission on the disk can be faster, one after the other.
    """
    content = json.dumps(ANSWERS, ensure_ascii=False)
    with _bare(engine, folder) as insert:
        start, done = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            insert(content)
            done += 1
        return done / (time.perf_counter() - start)


@contextmanager
def _bare(engine: Engine, folder: Path) -> Iterator[Callable[[str], Any]]:
    """A function that inserts a row into a table made for it, and commits."""
    made = "CREATE TABLE floor (id INTEGER PRIMARY KEY, content TEXT)"
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(folder / "floor.db", isolation_level=None)) as lite:
            lite.execute("PRAGMA journal_mode=WAL")
            lite.execute("PRAGMA synchronous=FULL")
            lite.execute(made)
            yield lambda content: lite.execute("INSERT INTO floor (content) VALUES (?)", (content,))
        return
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(made.replace("INTEGER", "SERIAL"))
        yield lambda content: connection.execute(
            "INSERT INTO floor (content) VALUES (%s)", (content,)
        )
