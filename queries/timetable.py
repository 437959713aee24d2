"""The schedules that are to start something, of all offices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from models import Schedule


def list_active_schedules(session: Session) -> Sequence[Schedule]:
    """The active schedules of every unit, the oldest first."""
    return session.exec(
        select(Schedule).where(col(Schedule.active)).order_by(col(Schedule.id))
    ).all()
