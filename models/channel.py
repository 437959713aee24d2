"""Channels outside the product, and what is sent through them (通知渠道)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import JsonOf, choice_of, one_of
from models.message import MessageKind
from models.sentence import KeptSentence


class ChannelKind(StrEnum):
    """Through what a channel sends."""

    EMAIL = "email"
    """To the addresses of the units' offices, through the mail server of the installation."""
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


class Channel(SQLModel, table=True):
    """A way by which an office has units told outside the product. A robot speaks to one group.

    `address` and `secret` let anybody speak to the group: they are shown to nobody again and
    written to no log.
    """

    __table_args__ = (one_of("kind", ChannelKind),)

    id: int = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    """The unit whose office looks after the channel."""
    serves_id: int = Field(foreign_key="unit.id")
    """The channel serves this unit and all units below."""
    kind: ChannelKind = Field(sa_type=choice_of(ChannelKind))
    name: str = Field(max_length=60)
    address: str = Field(default="", max_length=500)
    """The address of the robot; empty for e-mail."""
    secret: str = Field(default="", max_length=200)
    """What messages to the robot are signed with; empty: they are not signed."""
    created_at: datetime
    created_by: int = Field(foreign_key="account.id")
    removed_at: datetime | None = Field(default=None)
    """A removed channel keeps neither address nor secret."""
    next_at: datetime
    """Before this time nothing is sent through the channel: its pace, and how long it rests."""
    failed_at: datetime | None = Field(default=None)
    """When sending began to fail; None: the last sending went well."""
    failure: KeptSentence | None = Field(
        default=None, sa_column=Column(JsonOf(KeptSentence), nullable=True)
    )


class DeliveryStatus(StrEnum):
    """What has become of a delivery."""

    WAITING = "waiting"
    SENDING = "sending"
    """A sender has claimed the delivery and has not yet said what became of it."""
    SENT = "sent"
    UNSURE = "unsure"
    """The sender was killed, or the other side did not answer: the message may have arrived. It is
    not sent again."""
    GIVEN_UP = "given_up"


class Delivery(SQLModel, table=True):
    """A message that goes out through a channel: a row of the outbox. A message goes through a
    channel once, and there is one message of a kind for a unit and a working day."""

    __table_args__ = (
        UniqueConstraint("unit_id", "day", "kind", "about", "channel_id"),
        Index(
            "ix_delivery_open",
            "channel_id",
            "id",
            sqlite_where=text("status IN ('waiting', 'sending')"),
            postgresql_where=text("status IN ('waiting', 'sending')"),
        ),
        one_of("kind", MessageKind),
        one_of("status", DeliveryStatus),
    )

    id: int = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id")
    unit_id: int = Field(foreign_key="unit.id")
    day: date
    kind: MessageKind = Field(sa_type=choice_of(MessageKind))
    about: str = Field(default="", max_length=100)
    channel_id: int = Field(foreign_key="channel.id")
    opens_at: int
    closes_at: int
    """The hours of the day between which it may be sent; see `ReminderRule`."""
    status: DeliveryStatus = Field(
        default=DeliveryStatus.WAITING, sa_type=choice_of(DeliveryStatus)
    )
    attempts: int = Field(default=0)
    again_at: datetime
    """Before this time it is not tried again; while it is being sent, how long the sender may
    take."""
    settled_at: datetime | None = Field(default=None)
    failure: KeptSentence | None = Field(
        default=None, sa_column=Column(JsonOf(KeptSentence), nullable=True)
    )
    """Why the last attempt failed."""
