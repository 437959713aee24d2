"""Figures of this process and of the installation, as Prometheus reads them.

The figures name no unit and no person: a route is named by its template, work is counted.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from sqlalchemy import make_url, text
from sqlmodel import Session
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.backup.last import find_last
from adapters.settings import get_settings
from queries.assignments.waiting_work import read_waiting_work

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which several web processes of a machine keep their figures, so that whoever
of them is asked tells the sums. prometheus_client reads the variable when it is imported."""
KEPT_SECONDS = 15.0
"""How long the figures of the installation stand before the database is asked again."""
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Other methods count as one, so that no stranger makes the list of figures longer."""
GAUGES = {
    "jieli_submissions": "Submissions ever sent.",
    "jieli_hand_downs_waiting": "Wishes to hand down that nobody has fulfilled.",
    "jieli_oldest_hand_down_seconds": "Age of the wish that has waited longest.",
    "jieli_plans_overdue": "Schedules whose time has come and that nobody has settled.",
    "jieli_reviews_waiting": "Assignments that wait for a review.",
    "jieli_reviews_overdue": "Of these, longer than a review may take.",
    "jieli_database_bytes": "Size of the database.",
    "jieli_database_log_bytes": "Size of SQLite's write-ahead log.",
    "jieli_last_backup_timestamp_seconds": "When the last backup was made; 0: never.",
}


class Metrics:
    """Counts the requests of this process; asks the database for the rest, now and then."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter(
            "jieli_requests", "Requests answered.", labels, registry=self.registry
        )
        self.seconds = Histogram(
            "jieli_request_seconds", "Time to the end of the answer.", ("route",),
            buckets=BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.open = Gauge(
            "jieli_requests_open", "Requests in work.",
            registry=self.registry, multiprocess_mode="livesum",
        )  # fmt: skip
        self.refused = Counter(
            "jieli_sign_in_refusals", "Sign-ins that were refused.", registry=self.registry
        )
        self.gauges = {
            name: Gauge(name, said, registry=self.registry, multiprocess_mode="mostrecent")
            for name, said in GAUGES.items()
        }
        self.asked_at: float | None = None
        self.asking = Lock()

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one answered request."""
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in METHODS else "other"
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)
        if (method, route) == ("POST", "/sign-in") and status >= 400:
            self.refused.inc()

    def written(self, session: Session, now: datetime) -> bytes:
        """Everything in Prometheus' text format."""
        with self.asking:
            if self.asked_at is None or self.clock() - self.asked_at >= KEPT_SECONDS:
                self._ask(session, now)
                self.asked_at = self.clock()
        folder = os.environ.get(SHARED_FOLDER)
        return generate_latest(sums_of(Path(folder)) if folder else self.registry)

    def _ask(self, session: Session, now: datetime) -> None:
        work, last = read_waiting_work(session, now=now), find_last(get_settings().shared)
        since = work.oldest_hand_down
        values = (
            work.submissions,
            work.hand_downs,
            (now - since).total_seconds() if since else 0,
            work.plans,
            work.reviews,
            work.overdue_reviews,
            *_sizes(session),
            last.made_at.timestamp() if last else 0,
        )
        for gauge, value in zip(self.gauges.values(), values, strict=True):
            gauge.set(value)


def sums_of(folder: Path) -> CollectorRegistry:
    """The figures of all web processes of this machine; what a killed one had in work has ended."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not Path(f"/proc/{pid}").exists():
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
    sums = CollectorRegistry()
    MultiProcessCollector(sums, str(folder))  # type: ignore[no-untyped-call]
    return sums


def _sizes(session: Session) -> tuple[int, int]:
    """Bytes of the database and of SQLite's log."""
    if session.get_bind().dialect.name == "postgresql":
        return session.execute(text("SELECT pg_database_size(current_database())")).scalar_one(), 0
    file = make_url(get_settings().engine_url).database or ""
    sizes = [Path(f"{file}{end}") for end in ("", "-wal")]
    there = [path.stat().st_size if path.exists() else 0 for path in sizes]
    return there[0], there[1]


class Measured:
    """Notes every answer in the application's `state.metrics`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        metrics: Metrics = scope["app"].state.metrics
        status, began = 500, metrics.clock()

        async def noting(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            with metrics.open.track_inprogress():
                await self.app(scope, receive, noting)
        finally:
            metrics.note(scope, status, metrics.clock() - began)
