"""Reasons for returns: those a unit has given lately."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import Decision, ReviewBatch

MOST = 8


def list_recent_reasons(session: Session, unit_id: int) -> Sequence[str]:
    """What this unit has returned submissions for, each once, the last one first."""
    return session.scalars(
        select(col(ReviewBatch.reason))
        .where(col(ReviewBatch.unit_id) == unit_id, col(ReviewBatch.decision) == Decision.RETURN)
        .group_by(col(ReviewBatch.reason))
        .order_by(func.max(ReviewBatch.id).desc())
        .limit(MOST)
    ).all()
