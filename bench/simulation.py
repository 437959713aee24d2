"""A campaign of twelve weeks on the shipped tree, with a fake clock: are the books balanced?"""

import time
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bench import sample
from bench.books import balance
from bench.databases import SQLITE, fresh_engine, transaction
from bench.season import Season
from models import Campaign

SEED, WEEKS, START, BUSY = 20261201, 12, date(2026, 8, 31), 0.06
SHOWN = 20
"""Faults that are printed."""


def measure(folder: Path) -> dict[str, Any]:
    """Live through the campaign on SQLite and hold the books against what was confirmed."""
    with fresh_engine(SQLITE, folder) as engine:
        units = sample.fill(engine)
        season = Season(lambda: transaction(engine), SEED, START, WEEKS, busy=BUSY)
        begun = time.perf_counter()
        season.run()
        seconds = time.perf_counter() - begun
        with transaction(engine) as session:
            campaign_id = session.scalars(select(col(Campaign.id))).one()
            books = balance(session, season.told, campaign_id, season.days[-1])
    for fault in [*books.lost, *books.doubled][:SHOWN]:
        print(fault)
    return {
        "seed": SEED,
        "weeks": WEEKS,
        "units": units,
        "assignments": books.assignments,
        "sendings": len(season.told.receipts),
        "seconds": round(seconds, 1),
        "lost": len(books.lost),
        "doubled": len(books.doubled),
    }
