"""Queries about a unit's messages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, func, select

from models import Message, MessageKind, Unit
from rules.sentences.not_found import NotFound


class WhichMessages(StrEnum):
    """Which of a unit's messages a list shows."""

    ALL = "all"
    UNREAD = "unread"


def unread_of(unit_id: Any) -> ColumnElement[bool]:
    """The clause for the unread messages of a unit; `unit_id`: an id, or a column of ids."""
    return and_(col(Message.unit_id) == unit_id, col(Message.read_at).is_(None))


UNREAD = (
    select(func.count())
    .select_from(Message)
    .where(unread_of(Unit.id))
    .correlate(Unit)
    .scalar_subquery()
)
"""The number of unread messages, for a statement that selects from `Unit`."""


def list_messages(
    session: Session, unit_id: int, *, shown: WhichMessages, page: int, size: int
) -> Sequence[Message]:
    """A page of a unit's messages, the newest first."""
    chosen = select(Message).where(_shown(unit_id, shown))
    newest = chosen.order_by(col(Message.id).desc())
    return session.exec(newest.limit(size).offset((page - 1) * size)).all()


def count_messages(session: Session, unit_id: int, *, shown: WhichMessages) -> int:
    """How many messages a list has on all its pages."""
    return session.exec(
        select(func.count()).select_from(Message).where(_shown(unit_id, shown))
    ).one()


def _shown(unit_id: int, shown: WhichMessages) -> ColumnElement[bool]:
    if shown == WhichMessages.UNREAD:
        return unread_of(unit_id)
    return col(Message.unit_id) == unit_id


def list_told_on(
    session: Session, unit_ids: Collection[int], kind: MessageKind, day: date
) -> dict[str, datetime]:
    """What the units have been told of one kind on a working day: subject → when; one
    statement."""
    rows = session.execute(
        select(Message.about, Message.created_at).where(
            col(Message.unit_id).in_(unit_ids), Message.day == day, Message.kind == kind
        )
    )
    return {row.about: row.created_at for row in rows}


def get_message(session: Session, message_id: int) -> Message:
    """One message. Raises `NotFound`."""
    found = session.get(Message, message_id)
    if found is None:
        raise NotFound
    return found
