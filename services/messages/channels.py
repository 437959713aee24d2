"""Channels outside: an office adds, changes, tries and removes them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from models import (
    Account,
    Channel,
    ChannelKind,
    Delivery,
    DeliveryStatus,
    Message,
    MessageKind,
    Unit,
)
from queries.units.visibility import get_visible_unit
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.dates.calendar import local_date
from rules.forms.field_values import clean_text
from rules.messages.addresses import check_robot_address
from rules.messages.outside import TRIAL
from rules.messages.robots import TOO_MANY
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import Sentence

LONGEST_NAME, LONGEST_SECRET = 60, 200


class ChannelWish(NamedTuple):
    """What an office has typed about a channel. Of a channel that is there, an empty address or
    secret means the one that is kept."""

    kind: ChannelKind
    name: str
    serves: str
    """The code of the unit whose subtree is served."""
    address: str = ""
    secret: str = ""
    unsigned: bool = False
    """The kept secret is dropped."""


def check_wish(wish: ChannelWish, *, new: bool) -> ChannelWish:
    """The wish as it is kept. Raises `Refusal`. What the address leads to is not looked up."""
    name, secret = clean_text(wish.name, multiline=False), wish.secret.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Refusal(N_("请给渠道起个名字，最多 %(longest)d 个字。"), longest=LONGEST_NAME)
    if len(secret) > LONGEST_SECRET or not secret.isprintable():
        raise Refusal(N_("签名密钥不对。请从机器人的安全设置页复制。"))
    robot = wish.kind != ChannelKind.EMAIL
    needed = robot and (new or wish.address.strip())
    address = check_robot_address(wish.address) if needed else ""
    return wish._replace(name=name, address=address, secret=secret if robot else "")


def add_channel(
    session: Session, unit: Unit, wish: ChannelWish, *, actor: Account, now: datetime
) -> Channel:
    """Add a channel to the office of `unit`. Raises `Refusal`, and `NotFound` for a unit that is
    not in its subtree."""
    require(actor, Right.KEEP_CHANNEL, Subject(unit.id))
    checked = check_wish(wish, new=True)
    channel = Channel(
        unit_id=unit.id, serves_id=_served(session, checked, actor).id, kind=checked.kind,
        name=checked.name, address=checked.address, secret=checked.secret,
        created_at=now, created_by=actor.id, next_at=now,
    )  # fmt: skip
    session.add(channel)
    session.flush()
    return channel


def _served(session: Session, wish: ChannelWish, actor: Account) -> Unit:
    return get_visible_unit(session, actor, wish.serves)


def change_channel(
    session: Session, channel_id: int, wish: ChannelWish, *, actor: Account, now: datetime
) -> Channel:
    """Change a channel; its kind stays. Its waiting messages are tried again at once."""
    channel = get_channel(session, channel_id)
    require(actor, Right.KEEP_CHANNEL, Subject(channel.unit_id))
    checked = check_wish(wish._replace(kind=channel.kind), new=False)
    channel.name, channel.serves_id = checked.name, _served(session, checked, actor).id
    if checked.address and checked.address != channel.address:
        channel.address, channel.next_at = checked.address, now
        channel.failed_at = channel.failure = None
    if checked.secret or checked.unsigned:
        channel.secret = checked.secret
    session.flush()
    return channel


def remove_channel(session: Session, channel_id: int, *, actor: Account, now: datetime) -> None:
    """Stop sending through a channel. What was sent stays known; address and secret go."""
    channel = get_channel(session, channel_id)
    require(actor, Right.KEEP_CHANNEL, Subject(channel.unit_id))
    channel.removed_at, channel.address, channel.secret = now, "", ""
    session.flush()


def get_channel(session: Session, channel_id: int) -> Channel:
    """A channel that is in use. Raises `NotFound`."""
    channel = session.get(Channel, channel_id)
    if channel is None or channel.removed_at is not None:
        raise NotFound
    return channel


def order_trial(session: Session, channel_id: int, *, actor: Account, now: datetime) -> None:
    """Put a test message into the outbox, before everything else that waits there, at whatever
    time of the day. Raises `Refusal` while another one waits, and while the robot is blocked."""
    channel = get_channel(session, channel_id)
    require(actor, Right.KEEP_CHANNEL, Subject(channel.unit_id))
    if channel.failure is not None and channel.failure.msgid == TOO_MANY and channel.next_at > now:
        raise Refusal(N_("机器人还在限制时间里，请过十分钟再试。"))
    waiting = select(col(Delivery.id)).where(
        col(Delivery.channel_id) == channel_id, col(Delivery.kind) == MessageKind.CHANNEL,
        col(Delivery.status).in_([DeliveryStatus.WAITING, DeliveryStatus.SENDING]),
    )  # fmt: skip
    if session.exec(waiting.limit(1)).first() is not None:
        raise Refusal(N_("上一条测试消息还没有发出，请稍等。"))
    if channel.failed_at is not None:
        channel.next_at = now
    _add_trial(session, channel, now)


def _add_trial(session: Session, channel: Channel, now: datetime) -> None:
    day, about = local_date(now), f"trial {channel.id} {now:%H%M%S%f}"
    message = Message(
        unit_id=channel.unit_id, day=day, kind=MessageKind.CHANNEL, about=about,
        sentence=Sentence(TRIAL), path="/channels", created_at=now, read_at=now,
    )  # fmt: skip
    session.add(message)
    session.flush()
    trial = Delivery(
        unit_id=channel.unit_id, day=day, kind=MessageKind.CHANNEL, about=about,
        message_id=message.id, channel_id=channel.id, opens_at=0, closes_at=24, again_at=now,
    )  # fmt: skip
    session.add(trial)
    session.flush()
