"""Old sign-ins are swept: the table holds who is signed in, and for a while who was."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import Session, col

from models import SignIn

KEPT = timedelta(days=30)
"""How long a session is kept after it has expired: so long one can look up whether an account was
signed in when something was done in its name."""
MOST = 5_000
"""Rows of one sweep, so that it holds nobody up; the next one goes on."""


def sweep(session: Session, *, now: datetime) -> int:
    """Take away sessions that have expired `KEPT` ago; how many. Twice is harmless.

    One that was ended expires by its time all the same, so that it goes with the others.
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
