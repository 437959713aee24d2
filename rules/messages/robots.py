"""What group robots are sent, and what they answer.

Sources: the providers' documents on group robots (企业微信“群机器人配置说明”,
钉钉“自定义机器人接入”, 飞书“自定义机器人使用指南”). All three take a text by POST and answer
200 whether they took it or not; the body says which. DingTalk and Feishu can ask for a signature.
Each takes 20 messages a minute or more, and refuses all for a while where more come.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote_plus

from models import ChannelKind
from rules.messages.outcomes import Result, SendOutcome
from rules.sentences.sentence import N_, Sentence

A_MINUTE = 20
"""Messages that a robot takes in a minute."""
PACE = timedelta(milliseconds=3_100)
"""The time between two messages of a robot: never more than `A_MINUTE` in any minute."""
BLOCKED = timedelta(minutes=10)
"""How long a robot refuses everything after too many messages."""
LONGEST = 2_000
"""Bytes of a text; WeCom takes 2,048."""
ROBOT_NAMES: Mapping[ChannelKind, str] = {
    ChannelKind.WECOM: N_("企业微信"),
    ChannelKind.DINGTALK: N_("钉钉"),
    ChannelKind.FEISHU: N_("飞书"),
}
_TOO_MANY_CODES = {
    ChannelKind.WECOM: {45009, 45033},
    ChannelKind.DINGTALK: {130101, 90018, 90030},
    ChannelKind.FEISHU: {11232, 11233, 9499, 99991400},
}
_WRONG_SIGNATURE = {
    ChannelKind.WECOM: set[int](),
    ChannelKind.DINGTALK: {310000},
    ChannelKind.FEISHU: {19021},
}
_UNKNOWN_ROBOT = {
    ChannelKind.WECOM: {93000, 93017, 40014},
    ChannelKind.DINGTALK: {300001, 300005, 40014, 400101, 400102},
    ChannelKind.FEISHU: {19001, 19002},
}


class Request(NamedTuple):
    """What a robot is sent by POST."""

    address: str
    body: Mapping[str, Any]


def request_of(kind: ChannelKind, address: str, secret: str, text: str, now: datetime) -> Request:
    """The request that has the robot say `text`, signed where there is a secret."""
    said = shortened(text)
    if kind == ChannelKind.FEISHU:
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": said}}
        stamp = str(int(now.timestamp()))
        signed = {"timestamp": stamp, "sign": _feishu_sign(secret, stamp)} if secret else {}
        return Request(address, {**signed, **body})
    body = {"msgtype": "text", "text": {"content": said}}
    if kind == ChannelKind.DINGTALK and secret:
        stamp = str(int(now.timestamp() * 1000))
        sign = quote_plus(_dingtalk_sign(secret, stamp))
        joint = "&" if "?" in address else "?"
        address = f"{address}{joint}timestamp={stamp}&sign={sign}"
    return Request(address, body)


def _dingtalk_sign(secret: str, stamp: str) -> str:
    return _sha256(secret, f"{stamp}\n{secret}")


def _feishu_sign(secret: str, stamp: str) -> str:
    """Feishu takes time and secret for the key, and signs nothing."""
    return _sha256(f"{stamp}\n{secret}", "")


def _sha256(key: str, text: str) -> str:
    return b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()


def shortened(text: str) -> str:
    """The text, cut where it is longer than robots take."""
    whole = text.encode()
    if len(whole) <= LONGEST:
        return text
    return whole[: LONGEST - 3].decode(errors="ignore") + "…"


def outcome_of(kind: ChannelKind, status: int, body: bytes) -> SendOutcome:
    """What the robot's answer says."""
    code, told = _code_of(body)
    if status == 429 or code in _TOO_MANY_CODES[kind]:
        return SendOutcome(Result.BLOCKED, Sentence(TOO_MANY))
    if status >= 300 or code is None:
        return SendOutcome(Result.FAILED, Sentence(_ODD, {"status": status}))
    if code == 0:
        return SendOutcome(Result.SENT)
    if code in _WRONG_SIGNATURE[kind]:
        return SendOutcome(Result.FAILED, Sentence(_UNSIGNED, {"told": told, "code": code}))
    if code in _UNKNOWN_ROBOT[kind]:
        return SendOutcome(Result.FAILED, Sentence(_NO_ROBOT, {"code": code}))
    return SendOutcome(Result.FAILED, Sentence(_REFUSED, {"told": told, "code": code}))


def _code_of(body: bytes) -> tuple[int | None, str]:
    """The error code of an answer, 0 for none, and the words beside it; None: no answer of a
    robot."""
    try:
        answer = json.loads(body)
    except ValueError:
        return None, ""
    if not isinstance(answer, dict):
        return None, ""
    code = next((answer[key] for key in ("errcode", "code", "StatusCode") if key in answer), None)
    words = answer.get("errmsg") or answer.get("msg") or answer.get("StatusMessage") or ""
    return (code if isinstance(code, int) else None), str(words)[:100]


TOO_MANY = N_("机器人说消息太密，十分钟以后再发。")
_ODD = N_("对方的回答不是机器人的回答（HTTP %(status)s）。请核对机器人的地址。")
_UNSIGNED = N_(
    "机器人不接受签名或关键词（%(code)s %(told)s）。请核对签名密钥，安全设置里的关键词请填“接力”。"
)
_NO_ROBOT = N_(
    "没有这个机器人（%(code)s）：可能已经从群里删除。请在群里重新添加，再更换这里的地址。"
)
_REFUSED = N_("机器人没有接受这条消息（%(code)s %(told)s）。")
