"""Reasons for returns: those a unit has given lately."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import Decision, ReviewBatch

MOST = 8


class RecentReason(NamedTuple):
    """What a unit has returned submissions for."""

    reason: str
    batch_id: int
    """The last decision it was given with."""


def list_recent_reasons(
    session: Session, unit_id: int, *, without: Collection[str] = ()
) -> list[RecentReason]:
    """What this unit has returned submissions for, each once, the last one first.

    `without`: those everybody is offered; what the unit has taken out is left out as well.
    """
    last = func.max(ReviewBatch.id)
    rows = session.execute(
        select(col(ReviewBatch.reason), last)
        .where(
            col(ReviewBatch.unit_id) == unit_id,
            col(ReviewBatch.decision) == Decision.RETURN,
            col(ReviewBatch.reason_listed),
            col(ReviewBatch.reason).not_in(without),
        )
        .group_by(col(ReviewBatch.reason))
        .order_by(last.desc())
        .limit(MOST)
    )
    return [RecentReason(*row) for row in rows]
