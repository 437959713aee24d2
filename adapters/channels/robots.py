"""Group robots over HTTP. A robot's address is looked up and held to be outside at every sending:
the connection goes to the very IP address that was judged, so that a name cannot lead elsewhere
meanwhile. No redirect is followed."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

import httpx

from models import ChannelKind
from rules.messages.addresses import INSIDE, Address, is_outside, read_ip
from rules.messages.outcomes import AWAY, NO_ANSWER, Result, SendOutcome
from rules.messages.robots import outcome_of, request_of
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import Sentence

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
LARGEST = 64 * 1024
"""Bytes of an answer that are read."""
NOT_FOUND = N_("找不到服务器“%(host)s”。请核对地址，或者检查本机能不能上网。")
Allowed = Callable[[Address], bool]


def look_up(host: str) -> list[Address]:
    """The IP addresses of a host; none where the name is not known."""
    literal = read_ip(host)
    if literal is not None:
        return [literal]
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    read = (read_ip(str(entry[4][0]).partition("%")[0]) for entry in found)
    return [address for address in dict.fromkeys(read) if address is not None]


def require_outside(address: str, allowed: Allowed = is_outside) -> Sequence[Address]:
    """The IP addresses of the robot's host. Raises `Refusal` where one of them is inside."""
    host = urlsplit(address).hostname or ""
    found = look_up(host)
    if not found:
        raise Refusal(NOT_FOUND, host=host[:100])
    if not all(map(allowed, found)):
        raise Refusal(INSIDE)
    return found


def say_to_group(
    kind: ChannelKind,
    address: str,
    secret: str,
    text: str,
    *,
    now: datetime,
    allowed: Allowed = is_outside,
    seconds: float = ANSWER_SECONDS,
) -> SendOutcome:
    """Have a robot say `text`. `seconds`: how long its answer may take.

    The outcome holds nothing of address and secret, and nothing is logged.
    """
    try:
        found = require_outside(address, allowed)
    except Refusal as refusal:
        return SendOutcome(Result.FAILED, refusal.sentence)
    request = request_of(kind, address, secret, text, now)
    try:
        status, body = _post(request.address, request.body, found[0], seconds)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        return SendOutcome(Result.FAILED, Sentence(AWAY))
    except httpx.InvalidURL:
        return SendOutcome(Result.FAILED, Sentence(NOT_FOUND, {"host": ""}))
    except httpx.HTTPError:
        return SendOutcome(Result.UNSURE, Sentence(NO_ANSWER))
    return outcome_of(kind, status, body)


@lru_cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted, read once."""
    return ssl.create_default_context()


def _post(address: str, body: object, at: Address, seconds: float) -> tuple[int, bytes]:
    url = httpx.URL(address)
    host = f"[{at}]" if at.version == 6 else str(at)
    timeout = httpx.Timeout(seconds, connect=CONNECT_SECONDS)
    with (
        httpx.Client(verify=_trusted(), timeout=timeout, trust_env=False) as client,
        client.stream(
            "POST", url.copy_with(host=host), json=body,
            headers={"Host": url.netloc.decode()}, extensions={"sni_hostname": url.host},
        ) as answer,
    ):  # fmt: skip
        read = bytearray()
        for part in answer.iter_bytes():
            read += part
            if len(read) > LARGEST:
                break
        return answer.status_code, bytes(read)
