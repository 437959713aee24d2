"""Rows of history for acts that leave the status of assignments as it is."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Integer, Text, bindparam, insert, select
from sqlmodel import Session, UTCDateTime, col

from models import Account, Act, Assignment, Event
from models.parameters import among


def note_act(
    session: Session,
    ids: Collection[int],
    act: Act,
    *,
    reason: str,
    actor: Account | None,
    now: datetime,
) -> None:
    """Write that `act` was done to assignments; one statement. `reason`: the words of the actor;
    without an actor a msgid."""
    given = {"ids": ids, "act": act, "reason": reason, "at": now}
    session.execute(_WRITE, {**given, "account": actor.id if actor else None})


_EVENTS = Event.__table__  # type: ignore[attr-defined]
_WRITE = insert(_EVENTS).from_select(
    ["assignment_id", "at", "account_id", "act", "from_status", "to_status", "reason"],
    select(
        col(Assignment.id),
        bindparam("at", type_=UTCDateTime()),
        bindparam("account", type_=Integer),
        bindparam("act", type_=_EVENTS.c.act.type),
        col(Assignment.status),
        col(Assignment.status),
        bindparam("reason", type_=Text),
    )
    .where(among(col(Assignment.id), "ids"))
    .order_by(col(Assignment.id)),
)
