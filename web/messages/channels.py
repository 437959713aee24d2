"""The channels of an office: e-mail and group robots, what they send, and how long it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from adapters.channels.robots import require_outside
from models import Channel, ChannelKind, DeliveryStatus
from queries.messages.channels import ChannelRow, Round, list_channels, list_rounds
from queries.units.calendars import get_calendars
from queries.units.units import get_unit_by_id
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.messages.addresses import check_robot_address, shown_address
from rules.messages.robots import ROBOT_NAMES
from rules.sentences.refusal import N_, Refusal
from services.messages.channels import (
    ChannelWish,
    add_channel,
    change_channel,
    get_channel,
    order_trial,
    remove_channel,
)
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.requests.waiting import Crowded, waiting_of
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.language import Words, say
from web.edge.viewer.security import which_office
from web.edge.viewer.transactions import Look, Now, attempt

router = APIRouter()
LIST = "/channels"
SHOWN_WORKDAYS = 5
TRIAL_NAMES = {
    DeliveryStatus.WAITING: N_("等待发出"),
    DeliveryStatus.SENDING: N_("正在发出"),
    DeliveryStatus.SENT: N_("已发出"),
    DeliveryStatus.UNSURE: N_("不知道是否送达"),
    DeliveryStatus.GIVEN_UP: N_("没有发成"),
}
CHANNEL_NAMES = {ChannelKind.EMAIL: N_("邮件"), **ROBOT_NAMES}
Find = Callable[[str], object]


def get_find() -> Find:
    """Looks a robot's address up, and refuses one inside the network."""
    return require_outside


async def look_up_address(
    request: Request, look: Look, now: Now, posted: Posted, find: Annotated[Find, Depends(get_find)]
) -> str:
    """Why the typed address may not be used, or empty. A name is looked up before the transaction
    of the request begins, because that can take seconds. An address that is none is refused
    later."""
    await look(lambda session: which_office(request, session, now))
    typed = _typed(posted)
    if typed.kind == ChannelKind.EMAIL or not typed.address.strip():
        return ""
    try:
        address = check_robot_address(typed.address)
        await waiting_of(request).offices.run(partial(find, address))
    except (Crowded, Refusal) as refused:
        return say(request, refused.sentence)
    return ""


LookedUp = Annotated[str, Depends(look_up_address)]


@dataclass(frozen=True)
class ChannelsPage(Page):
    """The channels of an office."""

    TEMPLATE = "pages/messages/channels.html"

    rows: Sequence[tuple[ChannelRow, str]]
    """Each with why it fails, in the reader's language."""
    rounds: Sequence[Round]
    names: Mapping[ChannelKind, str]
    trials: Mapping[DeliveryStatus, str]
    """What has become of a test message → its name."""
    days: int
    """Working days whose deliveries are counted."""
    shown_address: Callable[[str], str]


@router.get("/channels")
def show_channels(context: Officer) -> Response:
    """What the office sends through, and what has become of it."""
    since = get_calendars(context.session).plain.add_workdays(context.today, -SHOWN_WORKDAYS)
    rows = list_channels(context.session, context.viewer.unit_id, since)
    page = ChannelsPage(
        rows=[(row, _why(context.words, row)) for row in rows],
        rounds=list_rounds(context.session, rows),
        names=CHANNEL_NAMES,
        trials=TRIAL_NAMES,
        days=SHOWN_WORKDAYS,
        shown_address=shown_address,
    )
    return render(context.request, page)


def _why(words: Words, row: ChannelRow) -> str:
    failure = row.channel.failure or row.trial_failure
    return words.say(failure) if failure else ""


@dataclass(frozen=True)
class ChannelPage(Page):
    """The form in which a channel is added or changed."""

    TEMPLATE = "pages/messages/channel.html"

    channel: Channel | None
    """None: a new one."""
    typed: ChannelWish
    names: Mapping[ChannelKind, str]
    refusal: str = ""


@router.get("/channels/new")
def show_new(context: Officer) -> Response:
    """Where a channel is added."""
    wish = ChannelWish(ChannelKind.WECOM, "", context.viewer.unit.code)
    return render(context.request, ChannelPage(None, wish, CHANNEL_NAMES))


@router.post("/channels")
def add(unfit: LookedUp, context: Officer, posted: Posted) -> Response:
    """Keep the channel, or show what was typed again, but for the secret."""
    wish, refusal = _typed(posted), unfit
    if not refusal:
        with attempt(context.session, context.words) as outcome:
            add_channel(
                context.session, context.viewer.unit, wish, actor=context.actor, now=context.now
            )
        refusal = outcome.refusal
    if refusal:
        return _refused(context.request, None, wish, refusal)
    return back_to(LIST, N_("渠道已添加。请发一条测试消息，看群里能不能收到。"))


def _typed(posted: Mapping[str, object]) -> ChannelWish:
    kind = str(posted.get("kind", ""))
    return ChannelWish(
        kind=ChannelKind(kind) if kind in set(ChannelKind) else ChannelKind.WECOM,
        name=str(posted.get("name", "")),
        serves=str(posted.get("serves", "")).strip(),
        address=str(posted.get("robot_password", "")),
        secret=str(posted.get("sign_password", "")),
        unsigned=posted.get("unsigned") == "yes",
    )


def _refused(
    request: Request, channel: Channel | None, wish: ChannelWish, refusal: str
) -> Response:
    page = ChannelPage(channel, wish._replace(address="", secret=""), CHANNEL_NAMES, refusal)
    return render(request, page, status=422)


@router.get("/channels/{channel_id}")
def show_channel(context: Officer, channel_id: int) -> Response:
    """Where a channel is changed. Address and secret are not shown again."""
    channel = _own(context, channel_id)
    serves = get_unit_by_id(context.session, channel.serves_id)
    wish = ChannelWish(channel.kind, channel.name, serves.code)
    return render(context.request, ChannelPage(channel, wish, CHANNEL_NAMES))


def _own(context: Context, channel_id: int) -> Channel:
    channel = get_channel(context.session, channel_id)
    require(context.actor, Right.KEEP_CHANNEL, Subject(channel.unit_id))
    return channel


@router.post("/channels/{channel_id}")
def change(unfit: LookedUp, context: Officer, channel_id: int, posted: Posted) -> Response:
    """Change a channel."""
    channel, refusal = _own(context, channel_id), unfit
    wish = _typed(posted)._replace(kind=channel.kind)
    if not refusal:
        with attempt(context.session, context.words) as outcome:
            change_channel(context.session, channel_id, wish, actor=context.actor, now=context.now)
        refusal = outcome.refusal
    if refusal:
        return _refused(context.request, channel, wish, refusal)
    return back_to(LIST, N_("渠道已修改。"))


@router.post("/channels/{channel_id}/remove")
def remove(context: Officer, channel_id: int) -> Response:
    """Stop sending through a channel."""
    remove_channel(context.session, channel_id, actor=context.actor, now=context.now)
    return back_to(LIST, N_("渠道已删除，地址和密钥也已清除。"))


@router.post("/channels/{channel_id}/try")
def try_out(context: Officer, channel_id: int) -> Response:
    """Put a test message into the outbox; the page says what has become of it."""
    order_trial(context.session, channel_id, actor=context.actor, now=context.now)
    return back_to(LIST, N_("测试消息正在发出，几秒以后刷新本页看结果。"))
