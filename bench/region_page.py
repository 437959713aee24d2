"""The region's pages with 50 measures handed down to every unit."""

import time
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, func, select, text

from bench import sample
from bench.browser import browser, sign_in_office
from bench.databases import fresh_engine, transaction, why_absent
from bench.form_page import TIMES, median_ms, statements_of
from bench.installation import installed, running
from cli.programs import WEB
from models import Assignment, Measure

MEASURES = 50


def measure(backend: str, folder: Path) -> dict[str, Any] | None:
    """The figures of the region's home page, of the page of one measure, and of a banner's home
    page.

    The floor is one plain sum over the tallies of the region. None: the database is not here.
    """
    if why_absent(backend):
        return None
    with fresh_engine(backend, folder) as engine:
        sample.fill(engine)
        seconds = _fill(engine)
        with installed(engine, folder) as settings, running(settings, WEB):
            token = sign_in_office(engine)
            with transaction(engine) as session:
                number = session.execute(select(func.min(Measure.id))).scalar_one()
                count = session.execute(select(func.count()).select_from(Assignment)).scalar_one()
            progress = f"/measures/{number}/progress"
            with browser(settings, token) as client:
                ms, progress_ms = median_ms(client, "/"), median_ms(client, progress)
            return {
                "measures": MEASURES,
                "assignments": count,
                "hand_down_seconds": round(seconds, 1),
                "statements": statements_of(token, "/"),
                "ms": ms,
                "progress_statements": statements_of(token, progress),
                "progress_ms": progress_ms,
                "floor_ms": _floor_ms(engine),
            }


def _fill(engine: Engine) -> float:
    start = time.perf_counter()
    for number in range(1, MEASURES + 1):
        with transaction(engine) as session:
            _, wish = sample.release_one(session, number)
        sample.carry_out(engine, wish)
    return time.perf_counter() - start


def _floor_ms(engine: Engine) -> float:
    """The milliseconds of one hand-written statement for the counts of every measure."""
    with transaction(engine) as session:
        region = sample.get_region(session).id
    statement = text(
        "SELECT measure_id, period, sum(issued), sum(submitted), sum(approved), sum(returned),"
        " sum(unsent) FROM tally WHERE unit_id = :unit GROUP BY measure_id, period"
    )
    taken = []
    for _ in range(TIMES):
        with engine.connect().execution_options(readonly=True) as connection:
            start = time.perf_counter()
            connection.execute(statement, {"unit": region}).all()
            taken.append(time.perf_counter() - start)
    return round(median(taken) * 1000, 2)
