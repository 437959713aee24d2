"""Queries about hand-downs: which wishes wait, and how far each wish has got."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from models import HandDown, HandDownStep, Level, Unit


def list_pending(
    session: Session, limit: int = 1000, measure_id: int | None = None
) -> Sequence[HandDown]:
    """The wishes that are not yet fulfilled, of all measures or of one, the oldest first."""
    pending = select(HandDown).where(col(HandDown.done_at).is_(None))
    if measure_id is not None:
        pending = pending.where(col(HandDown.measure_id) == measure_id)
    return session.scalars(pending.order_by(col(HandDown.id)).limit(limit)).all()


def list_of_measure(session: Session, measure_id: int) -> Sequence[tuple[HandDown, Unit]]:
    """The wishes of a measure with the units that hand down, the newest first."""
    rows = session.execute(
        select(HandDown, Unit)
        .join(Unit, col(Unit.id) == HandDown.unit_id)
        .where(col(HandDown.measure_id) == measure_id)
        .order_by(col(HandDown.id).desc())
    )
    return [(wish, unit) for wish, unit in rows]


def list_steps(session: Session, hand_down_id: int) -> Sequence[tuple[Level, HandDownStep]]:
    """The levels one wish has reached, from the top down."""
    rows = session.execute(
        select(Level, HandDownStep)
        .join(HandDownStep, col(HandDownStep.level) == Level.code)
        .where(col(HandDownStep.hand_down_id) == hand_down_id)
        .order_by(col(Level.rank))
    )
    return [(level, step) for level, step in rows]
