"""What is due at a unit on which day, and the feeds that show it to calendar programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Account, Assignment, CalendarFeed, Campaign, Measure, Status, Unit
from queries.assignments.still_open import LIVE, OWING

MOST = 300
"""The most rows of one month, and of a feed."""


@dataclass(frozen=True)
class DueAssignment:
    """An assignment of a unit, with the day it is due."""

    id: int
    title: str
    campaign: str
    period: str
    status: Status
    due_on: date
    issued_at: datetime
    closed_at: datetime | None


_BY_NAME = ByName(
    DueAssignment,
    id=col(Assignment.id),
    title=col(Measure.title),
    campaign=col(Campaign.title),
    period=col(Assignment.period),
    status=col(Assignment.status),
    due_on=col(Assignment.due_on),
    issued_at=col(Assignment.issued_at),
    closed_at=col(Assignment.closed_at),
)
_due = (
    select(*_BY_NAME.columns)
    .join(Measure, col(Measure.id) == Assignment.measure_id)
    .join(Campaign, col(Campaign.id) == Measure.campaign_id)
    .where(col(Assignment.parent_id).is_not(None))
    .order_by(col(Assignment.due_on), col(Assignment.id))
    .limit(MOST)
)


def list_due_between(
    session: Session, unit_id: int, first: date, last: date
) -> list[DueAssignment]:
    """The unit's assignments that are due from `first` to `last`, done or not, by due date. What
    was withdrawn is left out, and so are the unit's own measures."""
    rows = session.execute(
        _due.where(
            col(Assignment.unit_id) == unit_id,
            col(Assignment.due_on).between(first, last),
            LIVE,
        )
    )
    return _BY_NAME.values(rows)


def list_due(session: Session, unit_id: int) -> list[DueAssignment]:
    """What the unit owes, by due date."""
    rows = session.execute(_due.where(col(Assignment.unit_id) == unit_id, OWING))
    return _BY_NAME.values(rows)


def find_own_feed(session: Session, account_id: int) -> CalendarFeed | None:
    """The account's feed that is open."""
    return session.scalars(
        select(CalendarFeed).where(
            col(CalendarFeed.account_id) == account_id, col(CalendarFeed.revoked_at).is_(None)
        )
    ).one_or_none()


def find_fed_unit(session: Session, feed_id: int) -> Unit | None:
    """The unit whose due dates an open feed of an active account shows."""
    return session.scalars(
        select(Unit)
        .join(Account, col(Account.unit_id) == Unit.id)
        .join(CalendarFeed, col(CalendarFeed.account_id) == Account.id)
        .where(
            col(CalendarFeed.id) == feed_id,
            col(CalendarFeed.revoked_at).is_(None),
            col(Account.active),
        )
    ).one_or_none()
