"""Forms sent over HTTP by many clerks at once, and the disk's own floor."""

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import token_urlsafe
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import psycopg
from sqlalchemy import Engine, func, select
from sqlmodel import col

from adapters.settings import Settings
from bench import processor_time
from bench.browser import sign_in_clerks
from bench.clients import Posting, post_all
from bench.databases import transaction
from models import Assignment, Submission
from web.edge.viewer.security import SESSION_COOKIE
from web.filling.asked import PREFIX

AT_ONCE = 20
SENT = 2_000
FLOOR_SECONDS = 2.0
ANSWERS = {
    "checked": "37",
    "spent": "4.5",
    "heating": "stove",
    "done_on": "2026-11-20",
    "note": "已逐户排查取暖设备，登记造册，发现的三处隐患当日整改。" * 4,
}


def measure(engine: Engine, settings: Settings, measure_id: int) -> dict[str, Any]:
    """The figures of sending forms by 20 clients at once. The web application must run.

    Each client sends for one village after the other, with the village's own account and session
    and a text of its own. The times are those of the POST request. A form counts as sent when it
    gets a receipt.
    """
    postings = [_posting(*clerk) for clerk in sign_in_clerks(engine, measure_id, SENT)]
    address = settings.host, settings.web_port
    post_all(address, postings[:AT_ONCE], AT_ONCE)  # This fills caches and is not counted.
    spent = _processor_seconds(engine)
    taken, seconds = post_all(address, postings[AT_ONCE:], AT_ONCE)
    used = [after - before for before, after in zip(spent, _processor_seconds(engine), strict=True)]
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
        "floor_per_second": round(rows_per_second(engine, settings.data_dir), 1),
        "grouped_floor_per_second": round(rows_per_second(engine, settings.data_dir, AT_ONCE), 1),
    }


def _processor_seconds(engine: Engine) -> tuple[float, float]:
    """The processor seconds of the web application, and of PostgreSQL's processes for it. The
    clients have ended whenever it is asked for."""
    return processor_time.of_children(), processor_time.of_backends(engine)


def _posting(token: str, assignment_id: int) -> Posting:
    typed = {PREFIX + name: value for name, value in {**ANSWERS, "note": _note()}.items()}
    body = urlencode({**typed, "_act": "send", "_send_key": token_urlsafe(16), "_seen": "0"})
    return Posting(f"/assignments/{assignment_id}/form", body, f"{SESSION_COOKIE}={token}")


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


def rows_per_second(engine: Engine, folder: Path, together: int = 1) -> float:
    """How many rows of the size of a submission the bare driver inserts and commits per second, so
    many in one transaction.

    Nothing that keeps each submission on the disk can be faster, one transaction after the other.
    """
    content = json.dumps(ANSWERS, ensure_ascii=False)
    with _bare(engine, folder) as insert:
        start, done = time.perf_counter(), 0
        while time.perf_counter() - start < FLOOR_SECONDS:
            insert([(content,)] * together)
            done += together
        return done / (time.perf_counter() - start)


@contextmanager
def _bare(engine: Engine, folder: Path) -> Iterator[Callable[[list[tuple[str]]], Any]]:
    """A function that inserts rows into a table made for it, in one transaction."""
    made = "CREATE TABLE IF NOT EXISTS floor (id INTEGER PRIMARY KEY, content TEXT)"
    if engine.dialect.name == "sqlite":
        with TemporaryDirectory(dir=folder) as own, closing(sqlite3.connect(f"{own}/db")) as lite:
            lite.execute("PRAGMA journal_mode=WAL")
            lite.execute("PRAGMA synchronous=FULL")
            lite.execute(made)

            def insert_lite(rows: list[tuple[str]]) -> None:
                with lite:
                    lite.executemany("INSERT INTO floor (content) VALUES (?)", rows)

            yield insert_lite
        return
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(made.replace("INTEGER", "SERIAL"))

        def insert(rows: list[tuple[str]]) -> None:
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany("INSERT INTO floor (content) VALUES (%s)", rows)

        yield insert
