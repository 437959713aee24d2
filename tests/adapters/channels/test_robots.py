"""Robots, tried against a local server that speaks as the three providers do."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.channels import robots
from adapters.channels.robots import require_outside, say_to_group
from models import ChannelKind
from rules.messages.addresses import INSIDE
from rules.messages.outcomes import Result, SendOutcome
from rules.messages.robots import LONGEST
from rules.sentences.refusal import Refusal
from tests.conftest import NOW

SECRET = "SEC-of-the-group"
KINDS = [ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU]
SIGNED = [ChannelKind.DINGTALK, ChannelKind.FEISHU]


def anywhere(_address: object) -> bool:
    return True


def digest(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


class Group:
    """A group with a robot, and its server on this machine."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.minute: list[datetime] = []
        self.answer: Callable[[], tuple[int, bytes]] | None = None
        self.secret, self.hosts = "", list[str]()
        self.silent = Event()

    def take(self, kind: str, query: dict[str, list[str]], body: dict[str, Any]) -> dict[str, Any]:
        text = body["content"]["text"] if kind == "feishu" else body["text"]["content"]
        if self.secret and not self._signed(kind, query, body):
            wrong = {"dingtalk": {"errcode": 310000, "errmsg": "sign not match"}}
            return wrong.get(kind, {"code": 19021, "msg": "sign match fail", "data": {}})
        if len(self.said) >= 20:
            return {
                "wecom": {"errcode": 45009, "errmsg": "api freq out of limit"},
                "dingtalk": {"errcode": 130101, "errmsg": "send too fast"},
            }.get(kind, {"code": 11232, "msg": "frequency limited"})
        self.said.append(text)
        return {"code": 0, "msg": "success"} if kind == "feishu" else {"errcode": 0, "errmsg": "ok"}

    def _signed(self, kind: str, query: dict[str, list[str]], body: dict[str, Any]) -> bool:
        if kind == "feishu":
            stamp = body["timestamp"]
            near = abs(int(stamp) - NOW.timestamp()) < 3600
            return near and body["sign"] == digest(f"{stamp}\n{self.secret}", "")
        stamp = query["timestamp"][0]
        near = abs(int(stamp) / 1000 - NOW.timestamp()) < 3600
        return near and query["sign"] == [digest(self.secret, f"{stamp}\n{self.secret}")]


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def address(group: Group) -> Iterator[Callable[[ChannelKind], str]]:
    class Robot(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            group.hosts.append(self.headers["Host"])
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            parts = urlsplit(self.path)
            if group.silent.is_set():
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, answer = 200, b""
            if group.answer:
                status, answer = group.answer()
            else:
                kind = parts.path.strip("/")
                answer = json.dumps(group.take(kind, parse_qs(parts.query), body)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/inside")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Robot)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    port = server.server_address[1]
    yield lambda kind: f"http://127.0.0.1:{port}/{kind}?key=the-key"
    server.shutdown()
    thread.join()
    server.server_close()


def say(
    kind: ChannelKind, address: str, secret: str = "", text: str = "【接力】您好"
) -> SendOutcome:
    return say_to_group(kind, address, secret, text, now=NOW, allowed=anywhere)


@pytest.mark.parametrize("kind", KINDS)
def test_a_robot_says_a_text_and_from_the_twenty_first_on_is_blocked(
    group: Group, address: Callable[[ChannelKind], str], kind: ChannelKind
) -> None:
    outcomes = [say(kind, address(kind)).result for _ in range(21)]
    assert outcomes == [Result.SENT] * 20 + [Result.BLOCKED]
    assert group.said == ["【接力】您好"] * 20


@pytest.mark.parametrize("kind", SIGNED)
def test_a_wrong_signature_is_told_and_a_right_one_is_taken(
    group: Group, address: Callable[[ChannelKind], str], kind: ChannelKind
) -> None:
    group.secret = SECRET
    wrong = say(kind, address(kind), "another secret")
    assert wrong.result == Result.FAILED
    assert "核对签名密钥" in str(wrong.sentence)
    assert "another secret" not in str(wrong) + repr(wrong)
    assert say(kind, address(kind), SECRET).result == Result.SENT


@pytest.mark.parametrize(
    ("answer", "result", "told"),
    [
        ((200, b'{"errcode": 93000, "errmsg": "no such robot"}'), Result.FAILED, "没有这个机器人"),
        ((200, b'{"errcode": 40058, "errmsg": "too long"}'), Result.FAILED, "too long"),
        ((429, b""), Result.BLOCKED, "太密"),
        ((302, b""), Result.FAILED, "HTTP 302"),
        ((502, b"<html>"), Result.FAILED, "HTTP 502"),
        ((200, b"<html>login</html>"), Result.FAILED, "不是机器人的回答"),
        ((200, b"[]"), Result.FAILED, "不是机器人的回答"),
        ((200, b"x" * 200_000), Result.FAILED, "不是机器人的回答"),
    ],
    ids=["gone", "refused", "429", "redirect", "502", "page", "list", "endless"],
)  # fmt: skip
def test_an_answer_that_is_no_yes_is_told(
    group: Group,
    address: Callable[[ChannelKind], str],
    answer: tuple[int, bytes],
    result: Result,
    told: str,
) -> None:
    group.answer = lambda: answer
    outcome = say(ChannelKind.WECOM, address(ChannelKind.WECOM))
    assert outcome.result == result
    assert told in str(outcome.sentence)
    assert "the-key" not in str(outcome.sentence)


def test_a_server_that_is_away_is_tried_again_and_one_that_falls_silent_is_not(
    group: Group, address: Callable[[ChannelKind], str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    away = say(ChannelKind.WECOM, f"http://127.0.0.1:{port}/wecom")
    assert away.result == Result.FAILED
    group.silent.set()
    assert say(ChannelKind.WECOM, address(ChannelKind.WECOM)).result == Result.UNSURE


def test_a_server_that_does_not_answer_in_time_may_have_taken_the_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        late = say_to_group(
            ChannelKind.WECOM, f"http://127.0.0.1:{deaf.getsockname()[1]}/", "", "您好",
            now=NOW, allowed=anywhere, seconds=0.05,
        )  # fmt: skip
    assert late.result == Result.UNSURE
    assert "没有重发" in str(late.sentence)


def test_a_name_that_leads_inside_is_refused_when_it_is_set_and_when_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found(host: str, *_: object, **__: object) -> list[Any]:
        if host == "nowhere.example":
            raise OSError
        return [(0, 0, 0, "", (ip, 0)) for ip in ("203.119.205.1", "10.0.0.8")]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(Refusal, match="内部网络"):
        require_outside("https://robot.example/send")
    with pytest.raises(Refusal, match="找不到服务器"):
        require_outside("https://nowhere.example/send")
    used = say_to_group(ChannelKind.WECOM, "https://robot.example/", "", "您好", now=NOW)
    assert used.result == Result.FAILED
    assert used.sentence is not None
    assert used.sentence.msgid == INSIDE


def test_the_connection_goes_to_the_address_that_was_judged(
    group: Group, address: Callable[[ChannelKind], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    local = address(ChannelKind.WECOM)
    monkeypatch.setattr(robots, "look_up", lambda _host: [ip_address("127.0.0.1")])
    named = local.replace("127.0.0.1", "robot.example")
    assert say(ChannelKind.WECOM, named).result == Result.SENT
    assert group.hosts == [urlsplit(named).netloc]


def test_a_text_that_is_too_long_is_cut_between_characters(
    group: Group, address: Callable[[ChannelKind], str]
) -> None:
    say(ChannelKind.WECOM, address(ChannelKind.WECOM), text="牧" * 1_000)
    (said,) = group.said
    assert said.endswith("牧…")
    assert len(said.encode()) <= LONGEST
