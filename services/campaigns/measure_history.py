"""The history of measures is written here, beside each change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session

from models import Account, MeasureAct, MeasureEvent
from rules.campaigns.measure_differences import Differs


def record_measures(
    session: Session,
    measure_ids: Iterable[int],
    act: MeasureAct,
    *,
    actor: Account | None,
    now: datetime,
    reason: str = "",
    period: str = "",
    schedule_id: int | None = None,
    differs: Differs | None = None,
) -> None:
    """Write a row of history for each measure, in one statement. `actor` None: the product."""
    same = {
        "at": now,
        "account_id": actor.id if actor else None,
        "act": act,
        "reason": reason,
        "period": period,
        "schedule_id": schedule_id,
        "differs": differs or {},
    }
    rows = [{"measure_id": measure_id, **same} for measure_id in measure_ids]
    if rows:
        session.execute(insert(MeasureEvent), rows)
