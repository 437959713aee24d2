"""Queries about channels outside: an office's, with what they have sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Channel, ChannelKind, Delivery, DeliveryStatus, MessageKind, Unit
from rules.messages.robots import A_MINUTE
from rules.messages.served import minutes_of_round
from rules.sentences.sentence import Sentence


class ChannelRow(NamedTuple):
    """A channel of an office, with the unit that it serves and the deliveries of some days."""

    channel: Channel
    serves: Unit
    waiting: int
    sent: int
    unsure: int
    given_up: int
    trial: DeliveryStatus | None
    """What has become of the latest test message; None: there was none."""
    trial_failure: Sentence | None


def list_channels(session: Session, unit_id: int, since: date) -> Sequence[ChannelRow]:
    """The channels of an office that are in use. Deliveries are counted from `since` on."""
    by_name = ByName(
        ChannelRow,
        channel=Channel,
        serves=Unit,
        waiting=_count(DeliveryStatus.WAITING, DeliveryStatus.SENDING),
        sent=_count(DeliveryStatus.SENT),
        unsure=_count(DeliveryStatus.UNSURE),
        given_up=_count(DeliveryStatus.GIVEN_UP),
        trial=_of_trial(Delivery.status),
        trial_failure=_of_trial(Delivery.failure),
    )
    recent = and_(
        col(Delivery.channel_id) == Channel.id,
        col(Delivery.day) >= since,
        col(Delivery.kind) != MessageKind.CHANNEL,
    )
    rows = session.execute(
        select(*by_name.columns)
        .join(Unit, col(Unit.id) == Channel.serves_id)
        .join(Delivery, recent, isouter=True)
        .where(col(Channel.unit_id) == unit_id, col(Channel.removed_at).is_(None))
        .group_by(col(Channel.id), col(Unit.id))
        .order_by(col(Channel.id))
    )
    return by_name.values(rows)


def _count(*statuses: DeliveryStatus) -> ColumnElement[int]:
    chosen = col(Delivery.status).in_(statuses)
    return func.coalesce(func.sum(case((chosen, 1), else_=0)), 0)


def _of_trial(column: Any) -> Any:
    """A column of the latest test message."""
    trial = aliased(Delivery)
    return (
        select(getattr(trial, column.key))
        .where(trial.channel_id == Channel.id, trial.kind == MessageKind.CHANNEL)
        .order_by(col(trial.id).desc())
        .limit(1)
        .correlate(Channel)
        .scalar_subquery()
    )


class Round(NamedTuple):
    """How long a digest to each unit of a subtree takes."""

    serves: Unit
    units: int
    robots: int
    mailboxes: int
    """How many of the units have a mailbox."""

    @property
    def minutes(self) -> int:
        """Minutes through the robots; 0 without any."""
        return minutes_of_round(self.units, self.robots, a_minute=A_MINUTE)


def list_rounds(session: Session, rows: Sequence[ChannelRow]) -> Sequence[Round]:
    """For each subtree that channels of an office serve: how long a round takes. One statement."""
    served = {row.serves.id: row.serves for row in rows}
    if not served:
        return []
    counted = dict[Any, Any](
        (id_, (units, mailboxes))
        for id_, units, mailboxes in session.execute(_counted(list(served)))
    )
    robots = [row.serves.id for row in rows if row.channel.kind != ChannelKind.EMAIL]
    return [
        Round(unit, counted[id_][0], robots.count(id_), counted[id_][1])
        for id_, unit in served.items()
    ]


def _counted(ids: Sequence[int]) -> Any:
    top, below = Unit.__table__.alias(), Unit.__table__.alias()  # type: ignore[attr-defined]
    has_mailbox = case((below.c.email != "", 1), else_=0)
    return (
        select(top.c.id, func.count(), func.sum(has_mailbox))
        .join(below, below.c.lft.between(top.c.lft, top.c.rgt))
        .where(top.c.id.in_(ids), below.c.takes_assignments, below.c.valid_to.is_(None))
        .group_by(top.c.id)
    )
