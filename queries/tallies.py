"""Which roll-ups are kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from models import Tally


def list_tallied(session: Session) -> Sequence[tuple[int, str]]:
    """Measure and period of every roll-up, in order."""
    wanted = select(Tally.measure_id, Tally.period).distinct()
    return session.exec(wanted.order_by(col(Tally.measure_id), col(Tally.period))).all()
