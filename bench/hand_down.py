"""Hand-down of one measure to every unit of the tree, and the plain-SQL floor beside it."""

import time
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, func, select
from sqlmodel import col

from bench import flow_run, sample
from bench.databases import counted, fresh_engine, transaction, why_absent
from bench.plain_sql import floor_seconds
from models import HandDownStep

ROUNDS = 3


def measure(backend: str, folder: Path) -> dict[str, Any] | None:
    """The figures of one database; None where the database is not here.

    `rows` counts the rows of assignments, history and tallies. `seconds` is the time of the
    services with all their commits, `floor_seconds` the time of INSERT … SELECT for the same rows.
    `flow_seconds` is the time from the click through Prefect until the last unit has its
    assignment. All times are medians of three. `seconds` and `floor_seconds` are measured in turn.
    """
    if why_absent(backend):
        return None
    with fresh_engine(backend, folder) as engine:
        units = sample.fill(engine, everybody=True)
        _one_round(engine, 0)  # The first round fills caches and tables.
        rounds = [_one_round(engine, number) for number in range(1, ROUNDS + 1)]
        flow = flow_run.measure(engine, folder, ROUNDS + 1)
    seconds, floor = (
        median(figures[name] for figures in rounds) for name in ("seconds", "floor_seconds")
    )
    return {
        "units": units,
        "reached": rounds[0]["reached"],
        "rows": rounds[0]["rows"],
        "seconds": round(seconds, 3),
        "floor_seconds": round(floor, 3),
        "times_the_floor": round(
            median(figures["seconds"] / figures["floor_seconds"] for figures in rounds), 2
        ),
        "release_seconds": round(median(figures["release_seconds"] for figures in rounds), 3),
        "statements": max(figures["statements"] for figures in rounds),
        "flow_runs": flow["flow_runs"],
        "task_runs": flow["task_runs"],
        "flow_seconds": round(flow["flow_seconds"], 3),
        "flow_overhead_seconds": round(flow["flow_seconds"] - seconds, 3),
    }


def _one_round(engine: Engine, number: int) -> dict[str, Any]:
    start = time.perf_counter()
    with transaction(engine) as session:
        released, wish = sample.release_one(session, number)
    clicked = time.perf_counter()
    with counted(engine) as counter:
        sample.carry_out(engine, wish)
    seconds = time.perf_counter() - clicked
    floor, rows = floor_seconds(engine, released.id)
    with transaction(engine) as session:
        reached = session.execute(
            select(func.sum(HandDownStep.reached)).where(col(HandDownStep.hand_down_id) == wish)
        ).scalar_one()
    return {
        "release_seconds": clicked - start,
        "seconds": seconds,
        "statements": counter.statements,
        "floor_seconds": floor,
        "rows": rows,
        "reached": reached,
    }
