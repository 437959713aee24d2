"""The board of a campaign with measures at every unit of the tree, some of them held up."""

import time
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, func, select, text
from sqlmodel import col

from bench import sample
from bench.answers import answer
from bench.browser import browser, sign_in_office
from bench.databases import fresh_engine, transaction, why_absent
from bench.form_page import TIMES, median_ms, statements_of
from bench.installation import installed, running
from cli.programs import WEB
from models import Assignment, Campaign
from services.assignments.coverage_days import keep_coverage

MEASURES = 50
"""As many as reach 777,350 assignments on the shipped tree."""
ANSWERED = 20
"""Of these, measures that every second unit has answered."""


def measure(backend: str, folder: Path) -> dict[str, Any] | None:
    """The figures of the region's board; None: the database is not here.

    The floor is one plain sum over the tallies of the region and of the units below it.
    """
    if why_absent(backend):
        return None
    with fresh_engine(backend, folder) as engine:
        sample.fill(engine)
        _fill(engine)
        with transaction(engine) as session:
            campaign_id = session.execute(select(func.min(Campaign.id))).scalar_one()
            count = session.execute(select(func.count()).select_from(Assignment)).scalar_one()
        path = f"/campaigns/{campaign_id}/board"
        with installed(engine, folder) as settings, running(settings, WEB):
            token = sign_in_office(engine)
            with browser(settings, token) as client:
                size = client.get(path).raise_for_status().num_bytes_downloaded
                ms = median_ms(client, path)
            return {
                "assignments": count,
                "statements": statements_of(token, path),
                "ms": ms,
                "bytes": size,
                "floor_ms": _floor_ms(engine),
            }


def _fill(engine: Engine) -> None:
    for number in range(1, MEASURES + 1):
        with transaction(engine) as session:
            measure_, wish = sample.release_one(session, number)
            measure_id = measure_.id
        sample.carry_out(engine, wish)
        if number <= ANSWERED:
            with transaction(engine) as session:
                own = (col(Assignment.measure_id) == measure_id) & col(Assignment.lowest)
                answer(session, own & (col(Assignment.id) % 2 == 0))
    with transaction(engine) as session:
        keep_coverage(session, now=sample.NOW)


def _floor_ms(engine: Engine) -> float:
    """The milliseconds of one hand-written statement for the counts of every measure."""
    with transaction(engine) as session:
        region = sample.get_region(session).id
    statement = text(
        "SELECT t.measure_id, t.level, t.unit_id, sum(t.issued), sum(t.released),"
        " sum(t.submitted), sum(t.approved) FROM tally t JOIN unit u ON u.id = t.unit_id"
        " WHERE u.id = :unit OR u.parent_id = :unit GROUP BY t.measure_id, t.level, t.unit_id"
    )
    taken = []
    for _ in range(TIMES):
        with engine.connect().execution_options(readonly=True) as connection:
            start = time.perf_counter()
            connection.execute(statement, {"unit": region}).all()
            taken.append(time.perf_counter() - start)
    return round(median(taken) * 1000, 2)
