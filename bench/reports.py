"""Reports of every unit of the upper three levels: region, leagues and banners."""

import time
from typing import Any

from sqlalchemy import Engine, func, select
from sqlmodel import col

from adapters.reports.report_files import folder_of, write_reports
from adapters.reports.report_view import report_of
from bench.databases import counted, transaction
from bench.sample import NOW
from models import Campaign, Level, Measure, Unit
from queries.reports.snapshots import list_snapshots
from rules.dates.calendar import local_date
from services.reports.snapshots import take_snapshots

LEVELS = 3


def measure(engine: Engine) -> dict[str, Any]:
    """The figures of taking the snapshots and writing page, Word document and Excel ledger of each
    unit, in as many processes as the product uses."""
    day = local_date(NOW)
    with transaction(engine) as session:
        campaign_id = session.execute(select(func.min(Campaign.id))).scalar_one()
        measures = session.execute(select(func.count()).select_from(Measure)).scalar_one()
        codes = session.scalars(
            select(col(Unit.code))
            .join(Level, col(Level.code) == Unit.level)
            .where(col(Level.rank) < LEVELS)
        ).all()
    start = time.perf_counter()
    with counted(engine) as counter, transaction(engine) as session:
        ids = take_snapshots(session, campaign_id, codes, as_of=day, actor=None, now=NOW)
        reports = [report_of(snapshot) for snapshot in list_snapshots(session, ids)]
    stored = time.perf_counter()
    units = write_reports(folder_of(campaign_id, day), reports)
    seconds = time.perf_counter() - start
    return {
        "units": units,
        "measures": measures,
        "seconds": round(seconds, 2),
        "seconds_per_unit": round(seconds / units, 3),
        "snapshot_seconds": round(stored - start, 2),
        "statements": counter.statements,
        "files": 3 * units,
    }
