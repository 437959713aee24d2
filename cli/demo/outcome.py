"""The tables that the demo prints at the end, from the database and from Prefect's server."""

from __future__ import annotations

from rich.table import Table
from sqlalchemy import func, select
from sqlmodel import col

from adapters import clock
from adapters.database import transaction
from adapters.settings import get_settings
from cli.prefect_api import PrefectApi
from cli.prefect_sign_in import read_sign_in
from models import Measure, Tally, Unit
from rules.dates.calendar import local_date


def standings() -> Table:
    """How far each measure has got below the region."""
    counted = ("issued", "acknowledged", "released", "submitted", "approved", "returned", "late")
    overdue = func.sum(Tally.unsent).filter(col(Tally.due_on) < local_date(clock.now()))
    with transaction(readonly=True) as session:
        rows = session.execute(
            select(
                col(Measure.title),
                *(func.sum(getattr(Tally, name)) for name in counted),
                func.coalesce(overdue, 0),
            )
            .join(Tally, col(Tally.measure_id) == Measure.id)
            .join(Unit, col(Unit.id) == Tally.unit_id)
            .where(col(Unit.parent_id).is_(None))
            .group_by(col(Measure.id), col(Measure.title))
            .order_by(col(Measure.id))
        ).all()
    table = Table(
        "措施", "交办", "签收", "下发", "已报", "通过", "退回", "迟报", "逾期",
        title="各项措施办理进度（单位数）",
    )  # fmt: skip
    for title, *numbers in rows:
        table.add_row(title, *(f"{number:,}" for number in numbers))
    return table


def flow_runs() -> dict[str, int]:
    """How many flow runs and task runs the showing had, from Prefect's server."""
    settings = get_settings()
    api = PrefectApi(settings.prefect_url, read_sign_in(settings.data_dir), seconds=30)
    kinds = {"Prefect 流程运行": "flow_runs", "Prefect 任务运行": "task_runs"}
    return {words: api.post(f"/{kind}/count", {}) for words, kind in kinds.items()}
