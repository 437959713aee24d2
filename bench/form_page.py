"""The form page of a village: how much a phone has to load, and how long the server takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from adapters.database import get_engine
from adapters.settings import Settings
from bench.browser import SAME_SITE, STATIC, browser, sign_in_clerks
from bench.databases import counted, transaction
from models import FormVersion, Measure
from rules.forms.form_check import check_form
from rules.forms.form_fields import dump_form
from web.app import create_app
from web.edge.viewer.security import SESSION_COOKIE

TIMES = 50
THIRTY: list[dict[str, Any]] = [
    {"name": f"part{n}", "label": f"第{n // 11 + 1}部分", "type": "group"}
    if n % 11 == 0
    else {
        "name": f"count{n}", "label": f"第{n}项排查整治已完成的户数", "type": "integer",
        "within": f"part{n - n % 11}", "required": True, "rollup": "sum",
        "hint": "按台账填写，不含已搬走的。", "constraint": ". <= 10000",
        "constraint_message": "超过全村户数，请核对。",
        **({"relevant": f"${{count{n - 1}}} > 0"} if n % 11 > 1 else {}),
    }
    for n in range(33)
]  # fmt: skip
"""Thirty numbers in three groups, each with a condition on the number before."""


def measure(engine: Engine, settings: Settings, measure_id: int) -> dict[str, Any]:
    """The figures of the page. The web application must run.

    `bytes` and `requests` are those of the first load with style and scripts, packed as they are
    sent. `bytes_again` is the size of a later load, when the browser has kept style and scripts.
    `ms` is the median of 50 requests over HTTP in milliseconds. `thirty_…` is the same for a form
    of thirty fields with groups and expressions.
    """
    ((token, assignment_id),) = sign_in_clerks(engine, measure_id, 1)
    path = f"/assignments/{assignment_id}/form"
    usual = _measure_page(settings, token, path)
    with _asked_instead(engine, measure_id, THIRTY):
        thirty = _measure_page(settings, token, path)
    return {**usual, **{f"thirty_{name}": figure for name, figure in thirty.items()}}


def _measure_page(settings: Settings, token: str, path: str) -> dict[str, Any]:
    with browser(settings, token) as client:
        page = client.get(path).raise_for_status()
        again = page.num_bytes_downloaded
        linked = sorted(set(STATIC.findall(page.text)))
        first = again + sum(client.get(address).num_bytes_downloaded for address in linked)
        ms = median_ms(client, path)
    return {
        "bytes": first,
        "requests": 1 + len(linked),
        "bytes_again": again,
        "statements": statements_of(token, path),
        "ms": ms,
    }


@contextmanager
def _asked_instead(engine: Engine, measure_id: int, fields: list[dict[str, Any]]) -> Iterator[None]:
    """Let the measure ask these fields in the block."""
    with transaction(engine) as session:
        measure = session.get_one(Measure, measure_id)
        usual = session.get_one(FormVersion, measure.form_version_id)
        version = FormVersion(
            **usual.model_dump(exclude={"id", "number", "fields"}), number=1000,
            fields=dump_form(check_form(fields)),
        )  # fmt: skip
        session.add(version)
        session.flush()
        measure.form_version_id = version.id
    yield
    with transaction(engine) as session:
        session.get_one(Measure, measure_id).form_version_id = usual.id


def median_ms(client: Any, path: str, times: int = TIMES) -> float:
    """The median of the milliseconds that a page takes over HTTP."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        client.get(path).raise_for_status()
        taken.append(time.perf_counter() - start)
    return round(median(taken) * 1000, 1)


def statements_of(token: str, path: str) -> int:
    """The number of SQL statements of a page, counted in this process, on the same database."""
    client = TestClient(create_app(), headers=SAME_SITE, cookies={SESSION_COOKIE: token})
    with counted(get_engine()) as counter:
        client.get(path).raise_for_status()
    return counter.statements
