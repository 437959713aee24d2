"""Calendar feeds: an account makes and revokes the address at which due dates are fetched."""

from datetime import datetime

from sqlmodel import Session

from adapters.database import insert_into
from models import Account, CalendarFeed
from queries.assignments.due_calendar import find_own_feed
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject


def make_feed(session: Session, *, actor: Account, now: datetime) -> None:
    """Make the feed of the account. Where one is open, that one stays."""
    require(actor, Right.KEEP_CALENDAR_FEED, Subject())
    adding = insert_into(session, CalendarFeed).values(account_id=actor.id, made_at=now)
    session.execute(adding.on_conflict_do_nothing())


def revoke_feed(session: Session, *, actor: Account, now: datetime) -> None:
    """Stop the open feed of the account. The address is never used again."""
    require(actor, Right.KEEP_CALENDAR_FEED, Subject())
    if (feed := find_own_feed(session, actor.id)) is not None:
        feed.revoked_at = now
        session.flush()
