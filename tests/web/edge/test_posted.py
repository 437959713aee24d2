"""How a posted body is read: everybody else is answered meanwhile."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

import httpx
import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from tests.building import VILLAGE
from tests.web.conftest import SAME_SITE, fresh_app
from tests.web.pages import labelled, text_of
from tests.web.site import Site
from web.edge.requests import posted, urlencoded
from web.edge.requests.posted import PARSED_TOGETHER, SMALL, read_form
from web.edge.requests.waiting import RETRY_SECONDS, Room, Waiting

URLENCODED = "application/x-www-form-urlencoded"
PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
LARGE = {
    "one long text": (URLENCODED, b"text=" + b"%E5%A4%A7" * SMALL),
    "many small parts": ("multipart/form-data; boundary=b", PART * 10_000 + b"--b--\r\n"),
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_page_is_answered_while_large_bodies_are_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    begun, go_on = threading.Barrier(PARSED_TOGETHER + 1), threading.Event()
    whole = posted._pieces

    async def slow(body: BinaryIO) -> AsyncIterator[bytes]:
        begun.wait(60)
        go_on.wait(60)
        async for piece in whole(body):
            yield piece

    monkeypatch.setattr(posted, "_pieces", slow)
    content_type, body = LARGE[kind]
    answered = []

    def send(address: str) -> None:
        headers = {"Content-Type": content_type, **SAME_SITE}
        sent = httpx.post(f"{address}/sign-in", content=body, headers=headers, timeout=60)
        answered.append(sent.status_code)

    with Site(tmp_path).serving() as address:
        senders = [threading.Thread(target=send, args=(address,)) for _ in range(PARSED_TOGETHER)]
        for sender in senders:
            sender.start()
        begun.wait(60)
        assert httpx.get(f"{address}/sign-in", timeout=60).status_code == 200
        assert answered == []
        go_on.set()
        for sender in senders:
            sender.join()
    assert answered == [422] * PARSED_TOGETHER


def read(body: bytes, content_type: str = URLENCODED) -> Request:
    """The request of a body, after it was read."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http", "method": "POST", "path": "/", "query_string": b"", "app": fresh_app(),
        "headers": [(b"content-type", content_type.encode())],
    }  # fmt: skip
    request = Request(scope, receive)
    asyncio.run(read_form(request))
    return request


def test_four_megabytes_of_joints_are_refused_before_they_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[str] = []
    monkeypatch.setattr(urlencoded, "_plain", looked_at.append)
    for body in (b"&" * 4_000_000, b"a&" * 2_000_000):
        with pytest.raises(HTTPException, match="400"):
            read(body)
    assert looked_at == []


PIECES = st.sampled_from(
    ["a", "=", "&", "+", "%", "%E5%A4%A7", "%e5", "%4", "%zz", "\xe5", "%00", ";"]
)


@given(st.lists(PIECES, max_size=12))
def test_a_form_says_the_same_as_for_every_other_reader(pieces: list[str]) -> None:
    text = "".join(pieces)
    wanted = parse_qsl(text, keep_blank_values=True, errors="replace")
    assert urlencoded.read_fields(text.encode("latin-1"), 100) == wanted


def test_a_file_may_have_as_many_joints_as_it_likes() -> None:
    content = b"&" * 100_000
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
    body = head + content + b"\r\n--b--\r\n"
    request = read(body, "multipart/form-data; boundary=b")
    assert request.state.posted["file"].file.read() == content


def test_a_large_body_says_the_same_as_a_small_one() -> None:
    small = b"a=1&b=%E5%A4%A7&a=2"
    large = small + b"&c=" + b"x" * SMALL
    both = [read(body).state.posted.multi_items()[:3] for body in (small, large)]
    assert both[0] == both[1] == [("a", "1"), ("b", "大"), ("a", "2")]


FULL: dict[str, dict[str, Any]] = {
    "a form with a file": {"files": {"file": ("a.docx", b"x" * SMALL * 4)}},
    "a form of text alone": {"data": {"title": "长" * SMALL}},
}


@pytest.mark.parametrize("kind", FULL)
def test_where_the_disk_has_no_room_for_a_body_what_was_typed_is_shown(
    app: FastAPI, sign_in: Callable[..., TestClient], kind: str
) -> None:
    app.state.waiting = Waiting(bodies=Room(SMALL * 3))
    more = FULL[kind]
    typed = {"text": "已经写了很多", "_act": "send", "password": "Caoyuan-2026"}
    answer = sign_in(VILLAGE).post("/complaints", **more | {"data": typed | more.get("data", {})})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, str(RETRY_SECONDS))
    assert "这次的内容没有保存" in text_of(answer)
    assert labelled(answer)["内容"] == "已经写了很多"
    assert "Caoyuan-2026" not in answer.text
    assert app.state.waiting.bodies.taken == 0


def test_room_is_free_again_when_a_body_was_read_and_small_ones_need_none(
    app: FastAPI, sign_in: Callable[..., TestClient]
) -> None:
    app.state.waiting = Waiting(bodies=Room(SMALL * 5))
    client, large = sign_in(VILLAGE), {"file": ("a", b"x" * SMALL * 4)}
    typed = {"kind": "repeated", "text": "同一个数填了三遍。"}
    for _ in range(3):
        answer = client.post("/complaints", data=typed, files=large)
        assert answer.status_code == 303
        assert app.state.waiting.bodies.taken == 0
    app.state.waiting = Waiting(bodies=Room(0))
    assert client.post("/complaints", data=typed).status_code == 303


def test_two_bodies_share_the_room_and_who_gives_up_frees_the_own_part() -> None:
    room = Room(100)
    with room.part() as first, room.part() as second:
        assert first(60)
        assert second(40)
        assert not second(1)
        assert first(40)
        assert not second(1)
    assert room.taken == 0
