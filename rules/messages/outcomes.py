"""What has become of an attempt to send, and when it is tried again."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from rules.sentences.sentence import N_, Sentence


class Result(StrEnum):
    """What has become of an attempt."""

    SENT = "sent"
    FAILED = "failed"
    """The channel does not work now: nothing arrived, and it is tried again."""
    REJECTED = "rejected"
    """This one message is not taken, and would not be next time. The channel works."""
    BLOCKED = "blocked"
    """Too many messages came: nothing arrived, and the channel rests."""
    UNSURE = "unsure"
    """The message may have arrived. It is not sent again."""


class SendOutcome(NamedTuple):
    """The result of an attempt; `sentence` says what is wrong."""

    result: Result
    sentence: Sentence | None = None


NO_ANSWER = N_("对方没有回答，不知道是否送达，没有重发。")
AWAY = N_("连不上对方的服务器，过一会儿再试。")
NO_MAILBOX = N_("这个单位还没有邮箱。请先在单位页填写单位邮箱。")
BROKEN_OFF = N_("发送时中断，不知道是否送达，没有重发。")
TOO_OLD = N_("三个工作日都没有发出，不再发送。消息在系统里可以看到。")
REPLACED = N_("没有发出，已由新的一天的汇总代替。")
KEPT_WORKDAYS = 3
"""Working days for which a message is tried to be sent."""
_LONGEST = timedelta(minutes=30)


def pause_after(attempts: int) -> timedelta:
    """How long the next attempt waits after `attempts` failed ones: 1, 2, 4… minutes."""
    return min(timedelta(minutes=2 ** min(max(attempts, 1) - 1, 10)), _LONGEST)
