"""Sends what lies in the outbox: one message a turn through each channel that may speak now.

Whatever is in the middle of being sent is claimed and committed before, and settled after, so that
a killed sender sends nothing twice. Several senders may work at once. The dispatcher's process has
one in a thread of its own (`keep_sending`); the flow `remind` sends what it can at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from adapters import clock
from adapters.channels.mail import send_mail
from adapters.channels.robots import say_to_group
from adapters.database import transaction
from adapters.settings import get_settings
from models import ChannelKind
from rules.messages.outcomes import NO_MAILBOX, Result, SendOutcome
from rules.messages.outside import letter_of
from rules.sentences.sentence import Sentence
from services.messages import outbox
from services.messages.outbox import Outgoing

IDLE_SECONDS, BUSY_SECONDS = 5.0, 0.2
"""The pause after a turn in which nothing, and in which something was sent."""
TIDY_SECONDS = 60.0
"""How often it is looked what killed senders have left."""
MOST_TURNS = 50
"""Turns of one flow run: flows are short, and what is left goes on."""
Send = Callable[[Outgoing, datetime], SendOutcome]
Clock = Callable[[], datetime]

log = logging.getLogger("jieli.send")


def read_clock() -> datetime:
    """The time of the product."""
    return clock.now()


def send_out(outgoing: Outgoing, now: datetime) -> SendOutcome:
    """Send a message through its channel. Nothing of the channel's address is logged."""
    settings = get_settings()
    address = settings.public_url.rstrip("/") + outgoing.path if settings.public_url else ""
    letter = letter_of(outgoing.unit, outgoing.sentence, address)
    if outgoing.channel_kind == ChannelKind.EMAIL and not outgoing.mailbox:
        return SendOutcome(Result.REJECTED, Sentence(NO_MAILBOX))
    if outgoing.channel_kind == ChannelKind.EMAIL:
        key = f"jieli.{outgoing.delivery_id}"
        return send_mail(settings, outgoing.mailbox, *letter, key=key, now=now)
    kind, robot, secret = outgoing.channel_kind, outgoing.address, outgoing.secret
    return say_to_group(kind, robot, secret, letter.text, now=now)


def _send_turn(send: Send, now: Clock) -> int:
    """Send one message through each channel that may speak now, and return how many were tried."""
    with transaction(readonly=True) as session:
        channels = outbox.list_ready_channels(session, now=now())
    return sum(_send_next(channel_id, send, now) for channel_id in channels)


def _send_next(channel_id: int, send: Send, now: Clock) -> bool:
    with transaction() as session:
        outgoing = outbox.claim(session, channel_id, now=now())
    if outgoing is None:
        return False
    outcome = send(outgoing, now())
    with transaction() as session:
        outbox.settle(session, outgoing, outcome, now=now())
    return True


def settle_left(now: Clock = read_clock) -> None:
    """Settle what killed senders have left, and what is too old to be sent."""
    with transaction() as session:
        outbox.tidy(session, now=now())


def send_ready(send: Send = send_out, now: Clock = read_clock) -> int:
    """Send what may be sent at once, and return how many messages were tried."""
    settle_left(now)
    tried = 0
    for _ in range(MOST_TURNS):
        turn = _send_turn(send, now)
        tried += turn
        if not turn:
            break
    return tried


def keep_sending(stop: threading.Event) -> None:
    """Send until `stop` is set."""
    tidy_at = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() >= tidy_at:
                settle_left()
                tidy_at = time.monotonic() + TIDY_SECONDS
            busy = _send_turn(send_out, read_clock)
        except Exception as error:  # noqa: BLE001 (hand-downs go on in the thread beside this one)
            log.warning("sending broke off, and goes on: %s", type(error).__name__)
            busy = 0
        stop.wait(BUSY_SECONDS if busy else IDLE_SECONDS)
