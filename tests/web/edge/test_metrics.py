"""The figures for who watches over an installation: true, cheap, and not for strangers."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine
from sqlmodel import Session

from adapters.claims import claiming
from adapters.root import ROOT
from adapters.settings import get_settings
from services.campaigns.measures import release_measure
from tests.answering import account_of, answer, released_measure
from tests.building import REGION, VILLAGE, make_measure
from tests.conftest import NOW
from tests.counting import statements
from web.edge.doors.metrics import SHARED_FOLDER

TOKEN = {"Authorization": "Bearer a-token-of-the-office"}


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("JIELI_METRICS_TOKEN", "a-token-of-the-office")
    monkeypatch.setenv("JIELI_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def figures(client: TestClient) -> dict[str, float]:
    """Name and labels of every figure → its value."""
    text = client.get("/metrics", headers=TOKEN).text
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize("shown", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer x"}])
def test_a_stranger_gets_the_page_that_is_not_there(
    client: TestClient, shown: dict[str, Any]
) -> None:
    assert client.get("/metrics", headers=shown).status_code == 404


def test_without_a_token_set_nobody_reads_them(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIELI_METRICS_TOKEN", "")
    get_settings.cache_clear()
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_requests_stand_by_route_not_by_address_nor_by_invented_methods(
    client: TestClient,
) -> None:
    for path in ("/assignments/7", "/assignments/8", "/nowhere/1", "/nowhere/2"):
        client.get(path)
    client.request("INVENTED", "/health")
    found = figures(client)
    assert found["jieli_requests_total GET /assignments/{assignment_id} 303"] == 2
    assert found["jieli_requests_total GET none 404"] == 2
    assert not [name for name in found if "INVENTED" in name or "/nowhere" in name]


def test_a_refused_sign_in_is_counted(client: TestClient) -> None:
    client.post("/sign-in", data={"login": "nobody", "password": "wrong"})
    assert figures(client)["jieli_sign_in_refusals_total"] == 1


def test_what_waits_is_told(session: Session, client: TestClient) -> None:
    measure = released_measure(session)
    answer(session, measure, VILLAGE)
    office = account_of(session, REGION)
    waiting = make_measure(session, office)
    release_measure(session, waiting, actor=office, now=NOW - timedelta(minutes=5))
    found = figures(client)
    assert found["jieli_reviews_waiting"] == 1
    assert found["jieli_submissions"] == 1
    assert found["jieli_hand_downs_waiting"] == 1
    assert found["jieli_oldest_hand_down_seconds"] == 300
    assert found["jieli_plans_overdue"] == 0
    assert found["jieli_last_backup_timestamp_seconds"] == 0


def test_asked_again_at_once_the_database_is_left_alone(
    app: FastAPI, session: Session, client: TestClient
) -> None:
    figures(client)
    with statements(session) as seen:
        figures(client)
    assert not [statement for statement in seen if "hand_down" in str(statement)]


@pytest.mark.both
def test_ready_says_whether_a_dispatcher_lives(
    client: TestClient, session: Session, tmp_path: Path
) -> None:
    """On SQLite beside these pages, on PostgreSQL anywhere."""
    assert client.get("/ready").status_code == 503
    with (tmp_path / "dispatcher.lock").open("w") as lock, claiming(_engine(session)) as claims:
        fcntl.flock(lock, fcntl.LOCK_EX)
        claims.join()
        assert client.get("/ready").status_code == 200
    assert client.get("/health").text == "ok"


def _engine(session: Session) -> Engine:
    """The engine of the test's database; a dispatcher has a connection of its own."""
    return session.connection().engine


COUNTING = """
import os, sys
from pathlib import Path
from prometheus_client import generate_latest
from web.edge.doors.metrics import Metrics, sums_of

def work():
    metrics = Metrics()
    metrics.note({"method": "GET"}, 200, 0.1)
    metrics.open.inc()

pid = os.fork()
work()
if not pid:
    os._exit(0)
os.waitpid(pid, 0)
print(generate_latest(sums_of(Path(sys.argv[1]))).decode())
"""


def test_several_processes_tell_their_sums_and_what_a_dead_one_had_in_work_has_ended(
    tmp_path: Path,
) -> None:
    shared = os.environ | {SHARED_FOLDER: str(tmp_path)}
    command = [sys.executable, "-c", COUNTING, str(tmp_path)]
    told = subprocess.run(
        command, env=shared, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert 'jieli_requests_total{method="GET",route="none",status="200"} 2.0' in told
    assert 'jieli_request_seconds_count{route="none"} 2.0' in told
    assert "jieli_requests_open 1.0" in told
