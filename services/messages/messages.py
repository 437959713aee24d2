"""Telling units something, and noting what was read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col

from adapters.database import insert_into
from models import Account, Message, MessageKind
from queries.messages.messages import get_message, unread_of
from queries.units.calendars import get_calendars
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.dates.calendar import local_date
from rules.sentences.sentence import Sentence


class Told(NamedTuple):
    """What one unit is told."""

    unit_id: int
    kind: MessageKind
    about: str
    """A short key of the subject, at most 100 characters, such as `assignment 12`: a unit is told
    of a kind and a subject once on a working day."""
    sentence: Sentence
    path: str = "/"
    """Where a click leads."""


def tell_units(session: Session, told: Iterable[Told], *, now: datetime) -> None:
    """Tell units something. What a unit has been told already on this working day is left out.

    One statement. The act that tells asks the table of permissions, not this function.
    """
    day = get_calendars(session).plain.add_workdays(local_date(now), 0)
    rows = [{**message._asdict(), "day": day, "created_at": now} for message in told]
    if rows:
        session.execute(insert_into(session, Message).on_conflict_do_nothing(), rows)


def read_message(session: Session, message_id: int, *, actor: Account, now: datetime) -> Message:
    """Note that a message was read; the first reading stays. Raises `NotFound`."""
    message = get_message(session, message_id)
    require(actor, Right.READ_MESSAGE, Subject(message.unit_id))
    if message.read_at is None:
        message.read_at = now
        session.flush()
    return message


def read_all(session: Session, *, last_id: int, actor: Account, now: datetime) -> None:
    """Note that all messages of the actor's unit were read, up to the one that the page has shown
    first. What came later stays unread."""
    require(actor, Right.READ_MESSAGE, Subject(actor.unit_id))
    reading = update(Message).where(unread_of(actor.unit_id), col(Message.id) <= last_id)
    session.execute(reading.values(read_at=now), execution_options={"synchronize_session": "fetch"})
