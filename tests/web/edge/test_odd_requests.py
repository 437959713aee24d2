"""What no browser says: odd headers, addresses and bodies on every page are no fault of ours."""

import asyncio
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from itertools import cycle, islice
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from tests.building import REGION
from tests.web.edge.test_reading import NOT_READY
from web.app import ROUTERS
from web.edge.viewer.security import SESSION_COOKIE

DIGITS = b"9" * 5000
"""More than Python reads as a number."""
TOKENS = (
    b"",
    b"[",
    b"\xb2",
    b"\xff\xfe",
    b"%",
    b"%zz",
    b"http://[",
    b"http://x:y/",
    b';=;,"',
    DIGITS,
)
HEADERS = {
    b"host": (b"", b"[", b"[::1", b"a b", b"x:99999999", b"x:y", b"\xff", b"@", b"a/b?c#d"),
    b"origin": (b"", b"null", b"http://[", b"http://x:99999999", b"://", b"\xff"),
    b"referer": (b"http://[", b"\xff"),
    b"cookie": (b"jieli=\xff", b'jieli="', b"=;=;;", b"lang=[; visitor=%00; jieli=\x00", DIGITS),
    b"accept": TOKENS,
    b"accept-language": TOKENS,
    b"accept-encoding": TOKENS,
    b"content-length": (b"\xb2", b"-1", b"+1", b"1_0", b" ", b"0x1", DIGITS),
    b"if-none-match": TOKENS,
    b"if-modified-since": (b"nonsense", b"Mon, 99 Xxx 0000 99:99:99 GMT", b"\xff"),
    b"range": (b"bytes=", b"bytes=-", b"bytes=a-b", b"bytes=9-1", b"bytes=0-0,1-1", b"bytes=\xb2-"),
    b"sec-fetch-site": TOKENS,
    b"x-form-token": TOKENS,
    b"x-forwarded-for": TOKENS,
    b"x-forwarded-proto": TOKENS,
    b"content-type": (
        b"", b"\xff", b"multipart/form-data", b"multipart/form-data; boundary=",
        b"multipart/form-data; boundary=\xff", b"multipart/form-data; boundary=" + DIGITS,
        b"multipart/form-data; boundary*=x''%zz", b"multipart/form-data; boundary=b; charset=\xff",
        b"multipart/form-data; boundary=b; charset=undefined", b"application/octet-stream",
        b"multipart/form-data; boundary=b; charset=idna", b"application/json",
        b"multipart/form-data; boundary=b; charset=punycode",
        b"application/x-www-form-urlencoded; x=\xff",
    ),
}  # fmt: skip
PART = b"--b\r\nContent-Disposition: form-data; %s\r\n\r\n\xff1\r\n--b--\r\n"
BODIES = (
    b"", b"%", b"=&=&", b"a=%ff&%zz=%ED%A0%80", b"[" * 50_000,
    PART % b'name="file"; filename="\xff\x00/../["', PART % b"name*=utf-8''%zz", PART % b'name="',
    PART % b"name=a; filename*=x''%ff", PART % b'name="_token"', b"--b\r\n\r\n", b"--b\n:\r\n\r\n",
)  # fmt: skip
QUERIES = (
    b"", b"%", b"%zz=%ff", b"=&=&&;", b"next=http://[&page=%C2%B2&q=%00",
    b"next=//[&measure=%ED%A0%80",
    b"page=-1&measure=1e5&unit=[&day=0000-00-00&as_of=9999-99-99&offset=%C2%B2", b"page=" + DIGITS,
)  # fmt: skip
VALUES = ("1", "0", "-1", "²", "[", "\x00", "\ufffd", "9" * 30, "1e5", "..", "%", "٣", "2026W99")


def routes() -> Iterator[tuple[str, str]]:
    """Every method and path of the application."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield from ((method, route.path) for method in route.methods or ())


def ask(
    app: FastAPI,
    method: str,
    path: str,
    query: bytes = b"",
    headers: Sequence[tuple[bytes, bytes]] = (),
    body: bytes = b"",
) -> int:
    """The status of an answer. A fault of ours is raised, as the server would log it."""
    told: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message.get("status", 0))

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": query,
        "root_path": "", "headers": list(headers), "client": ("127.0.0.1", 1), "state": {},
        "server": ("127.0.0.1", 80),
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return told[0]


@pytest.fixture
def cookie(sign_in: Callable[..., TestClient]) -> tuple[bytes, bytes]:
    """Of the region's office, which may open the most pages."""
    token = sign_in(REGION, "office").cookies[SESSION_COOKIE]
    return b"cookie", f"{SESSION_COOKIE}={token}".encode()


@pytest.mark.parametrize("header", HEADERS, ids=bytes.decode)
def test_an_odd_header_is_no_fault_of_ours(
    app: FastAPI, cookie: tuple[bytes, bytes], header: bytes
) -> None:
    for value in HEADERS[header]:
        for extra in ([], [cookie]):
            for method, path in (("GET", "/"), ("GET", "/sign-in"), ("POST", "/complaints")):
                status = ask(app, method, path, headers=[(header, value), *extra], body=b"a=1")
                assert status < 500, (header, value, method, path)


def test_an_odd_body_is_no_fault_of_ours(app: FastAPI, cookie: tuple[bytes, bytes]) -> None:
    for kind in HEADERS[b"content-type"]:
        for body in BODIES:
            status = ask(app, "POST", "/complaints", b"", [(b"content-type", kind), cookie], body)
            assert status < 500, (kind, body)


def test_no_page_fails_at_odd_headers_addresses_and_bodies(
    app: FastAPI, cookie: tuple[bytes, bytes]
) -> None:
    sets = [
        [(name, values[place % len(values)]) for name, values in HEADERS.items()]
        for place in range(max(map(len, HEADERS.values())))
    ]
    odd, queries, bodies, values = cycle(sets), cycle(QUERIES), cycle(BODIES), cycle(VALUES)
    for method, path in routes():
        for headers in islice(odd, 5):
            filled = path
            while "{" in filled:
                name = filled[filled.index("{") : filled.index("}") + 1]
                filled = filled.replace(name, next(values), 1)
            plain = [
                header for header in headers if header[0] not in (b"content-length", b"cookie")
            ]
            trusted = [
                header for header in plain if header[0] not in (b"sec-fetch-site", b"origin")
            ]
            same_site = (b"sec-fetch-site", b"same-origin")
            for sent in (headers, [*plain, cookie], [*trusted, same_site, cookie]):
                status = ask(app, method, filled, next(queries), sent, next(bodies))
                assert status < 500 or path == NOT_READY, (method, filled, sent)
