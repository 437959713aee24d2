"""The form page of a village: what a phone has to load, and how long the server takes."""

import time
from statistics import median
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adapters.database import get_engine
from adapters.settings import Settings
from bench.browser import SAME_SITE, STATIC, browser, sign_in_clerks
from bench.databases import counted
from web.app import create_app
from web.security import SESSION_COOKIE

TIMES = 50


def measure(engine: Engine, settings: Settings, measure_id: int) -> dict[str, Any]:
    """`bytes`: bodies of the first load as sent (packed), with style and script; `bytes_again`:
    of the next one, with these kept. `ms`: median of 50 over HTTP. Needs the web application."""
    ((token, assignment_id),) = sign_in_clerks(engine, measure_id, 1)
    path = f"/assignments/{assignment_id}/form"
    with browser(settings, token) as client:
        page = client.get(path).raise_for_status()
        again = page.num_bytes_downloaded
        linked = sorted(set(STATIC.findall(page.text)))
        first = again + sum(client.get(each).num_bytes_downloaded for each in linked)
        ms = median_ms(client, path)
    return {
        "bytes": first,
        "bytes_again": again,
        "statements": statements_of(token, path),
        "ms": ms,
    }


def median_ms(client: Any, path: str, times: int = TIMES) -> float:
    """Milliseconds of a page over HTTP, median."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        client.get(path).raise_for_status()
        taken.append(time.perf_counter() - start)
    return round(median(taken) * 1000, 1)


def statements_of(token: str, path: str) -> int:
    """SQL statements of a page, counted in this process: the same application, same database."""
    client = TestClient(create_app(), headers=SAME_SITE, cookies={SESSION_COOKIE: token})
    with counted(get_engine()) as counter:
        client.get(path).raise_for_status()
    return counter.statements
