"""The outbox: messages that go out through channels, each once (decision 0024).

`queue` writes a row for each message and channel. A sender claims one row by a conditional update
and commits (`claim`), sends without a transaction, and then writes what became of it (`settle`). A
row whose sender was killed is never sent again: nobody knows whether it has arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, and_, case, func, literal, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, UTCDateTime, col

from adapters.by_name import ByName
from adapters.database import insert_into
from models import Channel, ChannelKind, Delivery, DeliveryStatus, Message, MessageKind, Unit
from models.parameters import given_rows
from queries.units.calendars import get_calendars
from rules.dates.calendar import local_date, local_time
from rules.messages.ladder import USUAL
from rules.messages.outcomes import (
    BROKEN_OFF,
    KEPT_WORKDAYS,
    REPLACED,
    TOO_OLD,
    Result,
    SendOutcome,
    pause_after,
)
from rules.messages.robots import BLOCKED, PACE
from rules.messages.served import Served, stretches
from rules.sentences.sentence import N_, Sentence
from services.messages.messages import Told, tell_units

_DELIVERIES = Delivery.__table__  # type: ignore[attr-defined]
LEASE = timedelta(minutes=2)
"""How long a sender may take for one message."""
TELLING = 3
"""After so many failed attempts the office is told."""


def queue(
    session: Session, kind: MessageKind, day: date, *, hours: tuple[int, int], now: datetime
) -> int:
    """Write deliveries for the messages of a kind and a day, and return how many are new.

    `hours`: the hours of the day between which they may be sent. Each unit's message goes through
    one robot and one mailbox at most. A digest of an earlier day that still waits is given up where
    a new one takes its place. At most three statements.
    """
    served = _list_served(session)
    rows = [
        [*stretch, int(mail)]
        for mail in (False, True)
        for stretch in stretches(one for one, by_mail in served if by_mail is mail)
    ]
    if not rows:
        return 0
    columns = [
        "message_id", "unit_id", "day", "kind", "about", "channel_id", "opens_at", "closes_at",
        "status", "attempts", "again_at",
    ]  # fmt: skip
    stretch = select(*_STRETCHES).subquery()
    reached = and_(
        col(Unit.lft).between(stretch.c.first, stretch.c.last),
        col(Unit.id) % stretch.c.parts == stretch.c.part,
        or_(stretch.c.mail == 0, col(Unit.email) != ""),
    )
    chosen = (
        select(
            col(Message.id), col(Message.unit_id), col(Message.day), col(Message.kind),
            col(Message.about), stretch.c.channel_id, literal(hours[0]), literal(hours[1]),
            literal(DeliveryStatus.WAITING.value), literal(0), literal(now, UTCDateTime()),
        )
        .join(Unit, col(Unit.id) == Message.unit_id)
        .join(stretch, reached)
        .where(col(Message.day) == day, col(Message.kind) == kind)
    )  # fmt: skip
    adding = insert_into(session, _DELIVERIES).from_select(columns, chosen).on_conflict_do_nothing()
    queued = inserted(session, adding, {"stretches": rows})
    _replace_older(session, kind, day, now)
    return queued


def send_outside(session: Session, kind: MessageKind, *, now: datetime) -> int:
    """Let the messages of a kind that were told today go out, in the usual hours; see `queue`."""
    day = get_calendars(session).plain.add_workdays(local_date(now), 0)
    return queue(session, kind, day, hours=(USUAL.opens_at, USUAL.closes_at), now=now)


def inserted(session: Session, adding: Any, given: dict[str, Any]) -> int:
    """Carry out an INSERT … SELECT, and return how many rows are new. Python's module for SQLite
    does not count where the statement begins with WITH, and is asked."""
    done = session.execute(adding, given, execution_options={"preserve_rowcount": True})
    if session.get_bind().dialect.name == "sqlite":
        changed: int = session.execute(select(func.changes())).scalar_one()
        return changed
    count: int = done.rowcount  # type: ignore[attr-defined]
    return count


_STRETCHES = given_rows(
    "stretches", first=Integer, last=Integer, parts=Integer, part=Integer, channel_id=Integer,
    mail=Integer,
)  # fmt: skip


def _list_served(session: Session) -> list[tuple[Served, bool]]:
    """The channels in use, each with whether it is e-mail."""
    by_name = ByName(Served, channel_id=Channel.id, lft=Unit.lft, rgt=Unit.rgt)
    rows = session.execute(
        select(col(Channel.kind), *by_name.columns)
        .join(Unit, col(Unit.id) == Channel.serves_id)
        .where(col(Channel.removed_at).is_(None))
    )
    return [(by_name.value(row), kind == ChannelKind.EMAIL) for kind, *row in rows]


def _replace_older(session: Session, kind: MessageKind, day: date, now: datetime) -> None:
    newer = aliased(Delivery)
    same = and_(
        col(newer.unit_id) == Delivery.unit_id, col(newer.channel_id) == Delivery.channel_id,
        col(newer.day) == day, col(newer.kind) == kind,
    )  # fmt: skip
    replaced = select(col(newer.id)).where(same)
    if kind == MessageKind.DIGEST:
        _give_up(
            session, Sentence(REPLACED), now,
            col(Delivery.kind) == kind, col(Delivery.day) < day, replaced.exists(),
        )  # fmt: skip


def _give_up(session: Session, why: Sentence, now: datetime, *chosen: ColumnElement[bool]) -> None:
    session.execute(
        update(Delivery)
        .where(col(Delivery.status) == DeliveryStatus.WAITING, *chosen)
        .values(status=DeliveryStatus.GIVEN_UP, settled_at=now, failure=why)
        .execution_options(synchronize_session=False)
    )


class Outgoing(NamedTuple):
    """A message that its sender has claimed, and where it goes."""

    delivery_id: int
    attempts: int
    channel_id: int
    channel_kind: ChannelKind
    address: str
    secret: str
    unit: str
    mailbox: str
    sentence: Sentence
    path: str

    def __repr__(self) -> str:
        """Without address and secret, which no log may hold."""
        return f"Outgoing({self.delivery_id}, channel {self.channel_id})"


def tidy(session: Session, *, now: datetime) -> None:
    """Settle what was left: rows whose sender was killed, and rows that are too old."""
    session.execute(
        update(Delivery)
        .where(col(Delivery.status) == DeliveryStatus.SENDING, col(Delivery.again_at) <= now)
        .values(
            status=DeliveryStatus.UNSURE, settled_at=now, failure=Sentence(BROKEN_OFF)
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    calendar = get_calendars(session).plain
    oldest = calendar.add_workdays(local_date(now), -KEPT_WORKDAYS)
    _give_up(session, Sentence(TOO_OLD), now, col(Delivery.day) < oldest)


_TRIAL = col(Delivery.kind) == MessageKind.CHANNEL
"""The clause for test messages, which are sent at any time."""


def _ready(session: Session, now: datetime) -> ColumnElement[bool]:
    """The clause for deliveries that may be sent now."""
    hour = local_time(now).hour
    open_now = and_(col(Delivery.opens_at) <= hour, col(Delivery.closes_at) > hour)
    workday = get_calendars(session).plain.is_workday(local_date(now))
    timely = _TRIAL | open_now if workday else _TRIAL
    return and_(
        col(Delivery.status) == DeliveryStatus.WAITING, col(Delivery.again_at) <= now, timely
    )  # fmt: skip


def list_ready_channels(session: Session, *, now: datetime) -> Sequence[int]:
    """The ids of the channels through which something may be sent now. On days off only test
    messages may."""
    waiting = select(col(Delivery.id)).where(
        col(Delivery.channel_id) == Channel.id, _ready(session, now)
    )
    return session.scalars(
        select(col(Channel.id))
        .where(col(Channel.removed_at).is_(None), col(Channel.next_at) <= now)
        .where(waiting.exists())
        .order_by(col(Channel.id))
    ).all()


def claim(session: Session, channel_id: int, *, now: datetime) -> Outgoing | None:
    """Claim the next message of a channel; None: there is none, or another sender was faster.

    The channel itself is claimed first, for the time of its pace: however many senders there are,
    a robot gets no more messages than it takes.
    """
    taken = session.execute(
        update(Channel)
        .where(col(Channel.id) == channel_id, col(Channel.removed_at).is_(None))
        .where(col(Channel.next_at) <= now)
        .values(next_at=_pace(now))
        .execution_options(synchronize_session=False),
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return None
    first = (
        select(col(Delivery.id))
        .where(col(Delivery.channel_id) == channel_id, _ready(session, now))
        .order_by(_TRIAL.desc(), col(Delivery.id))
        .limit(1)
        .scalar_subquery()
    )
    claimed = session.execute(
        update(Delivery)
        .where(col(Delivery.id) == first, col(Delivery.status) == DeliveryStatus.WAITING)
        .values(
            status=DeliveryStatus.SENDING, again_at=now + LEASE,
            attempts=col(Delivery.attempts) + 1,
        )
        .returning(col(Delivery.id))
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()  # fmt: skip
    return _read(session, claimed) if claimed else None


def _pace(now: datetime) -> ColumnElement[datetime]:
    """When the channel may send again. Mail servers ask for no pace."""
    by_mail = col(Channel.kind) == ChannelKind.EMAIL
    return case((by_mail, literal(now, UTCDateTime())), else_=literal(now + PACE, UTCDateTime()))


def _read(session: Session, delivery_id: int) -> Outgoing:
    by_name = ByName(
        Outgoing,
        delivery_id=Delivery.id,
        attempts=Delivery.attempts,
        channel_id=Channel.id,
        channel_kind=Channel.kind,
        address=Channel.address,
        secret=Channel.secret,
        unit=Unit.name,
        mailbox=Unit.email,
        sentence=Message.sentence,
        path=Message.path,
    )
    found = session.execute(
        select(*by_name.columns)
        .select_from(Delivery)
        .join(Channel, col(Channel.id) == Delivery.channel_id)
        .join(Message, col(Message.id) == Delivery.message_id)
        .join(Unit, col(Unit.id) == Delivery.unit_id)
        .where(col(Delivery.id) == delivery_id)
    )
    return by_name.value(found.one())


def settle(session: Session, sent: Outgoing, outcome: SendOutcome, *, now: datetime) -> None:
    """Write what became of an attempt, and how the channel goes on."""
    result = outcome.result
    values: dict[str, Any] = {"failure": outcome.sentence}
    if result in (Result.FAILED, Result.BLOCKED):
        pause = BLOCKED if result == Result.BLOCKED else pause_after(sent.attempts)
        values |= {"status": DeliveryStatus.WAITING, "again_at": now + pause}
        _rest(session, sent, outcome, now, now + pause)
    else:
        values |= {"status": _SETTLED[result], "settled_at": now}
        if result == Result.SENT:
            _well(session, sent.channel_id)
    if result == Result.BLOCKED:
        values["attempts"] = sent.attempts - 1
    session.execute(
        update(Delivery)
        .where(
            col(Delivery.id) == sent.delivery_id,
            col(Delivery.status) == DeliveryStatus.SENDING,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )


_SETTLED = {
    Result.SENT: DeliveryStatus.SENT,
    Result.UNSURE: DeliveryStatus.UNSURE,
    Result.REJECTED: DeliveryStatus.GIVEN_UP,
}


def _rest(
    session: Session, sent: Outgoing, outcome: SendOutcome, now: datetime, until: datetime
) -> None:
    """Let the channel rest, and tell the office when it goes on failing."""
    channel = session.get_one(Channel, sent.channel_id, populate_existing=True)
    channel.next_at, channel.failure = until, outcome.sentence
    channel.failed_at = channel.failed_at or now
    session.flush()
    if sent.attempts >= TELLING and outcome.sentence is not None:
        sentence = Sentence(
            N_("“%(channel)s”发不出消息：%(why)s"),
            {"channel": channel.name, "why": outcome.sentence},
        )
        about = f"channel {channel.id}"
        told = Told(channel.unit_id, MessageKind.CHANNEL, about, sentence, "/channels")
        tell_units(session, [told], now=now)


def _well(session: Session, channel_id: int) -> None:
    session.execute(
        update(Channel)
        .where(col(Channel.id) == channel_id, col(Channel.failed_at).is_not(None))
        .values(failed_at=None, failure=None)
        .execution_options(synchronize_session=False)
    )
