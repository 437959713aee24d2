"""`python -m bench [NAME…]`: measure everything, or what is named; print and write the figures."""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from sqlalchemy import Engine

from adapters.settings import Settings
from bench import (
    board,
    expressions,
    filling,
    form_page,
    hand_down,
    pages,
    peers,
    region_page,
    reminders,
    reports,
    review_list,
    rush,
    sample,
    simulation,
    submissions,
    workbooks,
)
from bench.databases import POSTGRESQL, SQLITE, fresh_engine, scratch, transaction, why_absent
from bench.installation import installed, running
from bench.results import show, write
from cli.programs import WEB

MEASURES = 5
"""How many measures are handed down before pages and reports of a usual campaign are measured."""


def measure_hand_down() -> dict[str, Any]:
    results = {}
    for backend in (SQLITE, POSTGRESQL):
        with scratch() as folder:
            results[backend] = hand_down.measure(backend, folder)
    return {"hand_down": results}


def measure_usual_campaign() -> dict[str, Any]:
    """The form page and the reports, on one database with five measures."""
    with scratch() as folder, fresh_engine(SQLITE, folder) as engine:
        sample.fill(engine)
        for number in range(1, MEASURES + 1):
            with transaction(engine) as session:
                _, wish = sample.release_one(session, number)
            sample.carry_out(engine, wish)
        with installed(engine, folder) as settings:
            with running(settings, WEB):
                page = form_page.measure(engine, settings, 1)
            return {"form_page": page, "reports": reports.measure(engine)}


def measure_submissions() -> dict[str, Any]:
    """Forms that are sent to one web process, on either database."""
    databases = (SQLITE, POSTGRESQL)
    return {"submissions": {name: _at_web(name, submissions.measure) for name in databases}}


def measure_rush() -> dict[str, Any]:
    """A hundred people at once before one web process, on either database."""
    return {"rush": {name: _at_web(name, rush.measure) for name in (SQLITE, POSTGRESQL)}}


def _at_web(
    backend: str, measured: Callable[[Engine, Settings, int], dict[str, Any]]
) -> dict[str, Any] | None:
    """Measure at a running web application, with one measure at every village; None: no
    database."""
    if why_absent(backend):
        return None
    with scratch() as folder, fresh_engine(backend, folder) as engine:
        sample.fill(engine)
        with transaction(engine) as session:
            measure, wish = sample.release_one(session, 1)
            measure_id = measure.id
        sample.carry_out(engine, wish)
        with installed(engine, folder) as settings, running(settings, WEB):
            return measured(engine, settings, measure_id)


def measure_region_page() -> dict[str, Any]:
    results = {}
    for backend in (SQLITE, POSTGRESQL):
        with scratch() as folder:
            results[backend] = region_page.measure(backend, folder)
    return {"region_page": {**(results[SQLITE] or {}), POSTGRESQL: results[POSTGRESQL]}}


def measure_board() -> dict[str, Any]:
    results = {}
    for backend in (SQLITE, POSTGRESQL):
        with scratch() as folder:
            results[backend] = board.measure(backend, folder)
    return {"board": {**(results[SQLITE] or {}), POSTGRESQL: results[POSTGRESQL]}}


def measure_review_list() -> dict[str, Any]:
    results = {}
    for backend in (SQLITE, POSTGRESQL):
        with scratch() as folder:
            results[backend] = review_list.measure(backend, folder)
    return {"review_list": results}


def measure_filling() -> dict[str, Any]:
    with scratch() as folder, fresh_engine(SQLITE, folder) as engine:
        sample.fill(engine)
        filling.make_form(engine)
        with transaction(engine) as session:
            measure, wish = sample.release_one(session, 1)
            measure_id = measure.id
        sample.carry_out(engine, wish)
        with installed(engine, folder) as settings, running(settings, WEB):
            return {"filling": filling.measure(engine, settings, measure_id)}


def measure_workbooks() -> dict[str, Any]:
    results = {}
    for backend in (SQLITE, POSTGRESQL):
        with scratch() as folder:
            results[backend] = workbooks.measure(backend, folder)
    return {"workbooks": results}


def measure_pages() -> dict[str, Any]:
    """The pages on the shipped tree; with `BENCH_COUNTRY=1` on a tree of 665,277 units."""
    country = os.environ.get("BENCH_COUNTRY") == "1"
    results = {}
    for backend in (SQLITE, POSTGRESQL):
        with scratch() as folder:
            results[backend] = pages.measure(backend, folder, country=country) or {}
    beside = results[POSTGRESQL]
    figures = {
        name: {**figures, POSTGRESQL: beside.get(name)} for name, figures in results[SQLITE].items()
    }
    return {"pages_country" if country else "pages": figures}


def measure_simulation() -> dict[str, Any]:
    """A campaign of twelve weeks with a fake clock."""
    with scratch() as folder:
        return {"simulation": simulation.measure(folder)}


def measure_reminders() -> dict[str, Any]:
    """A morning's reminders of a campaign with 777,350 assignments and more."""
    results = {}
    for backend in (SQLITE, POSTGRESQL):
        with scratch() as folder:
            results[backend] = reminders.measure(backend, folder)
    return {"reminders": results}


MEASURED: dict[str, Callable[[], dict[str, Any]]] = {
    "hand_down": measure_hand_down,
    "campaign": measure_usual_campaign,
    "submissions": measure_submissions,
    "rush": measure_rush,
    "region_page": measure_region_page,
    "board": measure_board,
    "filling": measure_filling,
    "review_list": measure_review_list,
    "workbooks": measure_workbooks,
    "reminders": measure_reminders,
    "pages": measure_pages,
    "peers": lambda: {"peers": peers.measure()},
    "simulation": measure_simulation,
    "expressions": lambda: {"expressions": expressions.measure()},
}


def main(names: list[str]) -> int:
    console = Console()
    if unknown := set(names) - MEASURED.keys():
        console.print(f"unknown: {', '.join(unknown)}; there are: {', '.join(MEASURED)}")
        return 2
    if why := why_absent(POSTGRESQL):
        console.print(f"PostgreSQL is not here and is not measured: {why}")
    results: dict[str, Any] = {}
    for name in names or MEASURED:
        start = time.perf_counter()
        with console.status(f"{name} …"):
            results |= MEASURED[name]()
        console.print(f"{name}: measured in {time.perf_counter() - start:.0f} s")
    show(results, console)
    console.print(f"written to {write(results)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
