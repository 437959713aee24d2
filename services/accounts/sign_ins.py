"""Sweeping old sign-ins. The table holds who is signed in, and for a while who was."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import Session, col

from models import SignIn

KEPT = timedelta(days=30)
"""How long a session is kept after it has expired. So long an officer can look up whether an
account was signed in when somebody acted in its name."""
MOST = 5_000
"""The most rows of one sweep, so that a sweep holds nobody up. The next sweep goes on."""


def sweep(session: Session, *, now: datetime) -> int:
    """Delete the sessions that expired more than `KEPT` ago, and return how many.

    A session that somebody ended expires at its time all the same and goes with the others.
    Sweeping twice is harmless.
    """
    old = (
        select(col(SignIn.id))
        .where(col(SignIn.expires_at) < now - KEPT)
        .order_by(col(SignIn.expires_at))
        .limit(MOST)
    )
    ids = session.scalars(old).all()
    if ids:
        session.execute(delete(SignIn).where(col(SignIn.id).in_(ids)))
    return len(ids)
