"""Connections of strangers, on real sockets: none is held for ever, and newcomers get in."""

import asyncio
import errno
import http.client
import logging
import os
import re
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import Request
from fastapi.responses import PlainTextResponse

from adapters.root import ROOT
from tests.live import until
from tests.second_try import REAL
from tests.web.site import Site
from web.edge.doors.connections import MOST_BESIDE, Connections, Patience, Phase
from web.serving import MOST_CONNECTIONS, connections_for

pytestmark = REAL

HALF = b"GET /sign-in HTTP/1.1\r\nHost: x\r\nX-Half: "
WHOLE = b"GET /sign-in HTTP/1.1\r\nHost: x\r\n\r\n"
QUICK = Patience(head=0.2, idle=0.2, silence=0.2, look=0.02)  # type: ignore[arg-type]
LOOKING = Patience(look=0.02)


class Hands:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@contextmanager
def connected(
    address: str, sent: bytes = b"", source: str = "127.0.0.1"
) -> Iterator[socket.socket]:
    """A connection that has sent something, from an address of this machine."""
    where = urlsplit(address)
    with socket.create_connection((where.hostname, where.port), 60, (source, 0)) as stranger:
        stranger.sendall(sent)
        yield stranger


def is_closed(stranger: socket.socket) -> bool:
    """Wait until the other side ends the connection without a word."""
    with suppress(ConnectionResetError):
        return stranger.recv(1) == b""
    return True


def status(stranger: socket.socket) -> int:
    """Wait for an answer."""
    answer = http.client.HTTPResponse(stranger)
    answer.begin()
    answer.read()
    return answer.status


@pytest.mark.parametrize("begun", [b"", b"GET", HALF])
def test_a_head_that_does_not_come_is_not_waited_for(site: Site, begun: bytes) -> None:
    with site.serving(Connections(50, QUICK)) as address, connected(address, begun) as stranger:
        assert is_closed(stranger)


def test_a_byte_of_the_head_now_and_then_does_not_help(site: Site) -> None:
    connections = Connections(50, QUICK)
    with site.serving(connections) as address, connected(address, HALF) as stranger:
        until(lambda: bool(connections.open))
        for _ in range(5_000):
            with suppress(OSError):
                stranger.sendall(b"a")
            if not connections.open:
                return
            time.sleep(0.01)
        pytest.fail("still open")


@pytest.mark.parametrize("wanted", [b"websocket", b"h2c"])
def test_who_asks_for_another_protocol_is_answered_and_not_kept_waiting_for_the_next_answer(
    site: Site, wanted: bytes
) -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: " + wanted + b"\r\n"
    asked = WHOLE.replace(b"Host: x\r\n", b"Host: x\r\n" + upgrade)
    with site.serving(Connections(50)) as address, connected(address, asked) as stranger:
        assert status(stranger) == 200
        assert is_closed(stranger)


def posting(size: int) -> bytes:
    kind = "application/x-www-form-urlencoded"
    return (
        f"POST /sign-in HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
    ).encode()


CHUNKED = posting(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
ENDLESS = {
    "a head": (HALF, b"a" * 1_000),
    "many headers": (HALF, b"a\r\nX-More: " + b"a" * 990),
    "what frames a body": (CHUNKED, b"1;" + b"a" * 990 + b"\r\na\r\n"),
    "what follows a body": (CHUNKED + b"0\r\nX-Half: ", b"a" * 1_000),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_what_is_no_body_has_an_end(site: Site, kind: str) -> None:
    begun, more = ENDLESS[kind]
    with site.serving(Connections(50)) as address, connected(address, begun) as stranger:
        sent = 0
        with suppress(OSError):
            while sent < 100 * MOST_BESIDE:
                stranger.sendall(more)
                sent += len(more)
            pytest.fail("still open")


@pytest.mark.parametrize("size", [0, 1, 100_000])
def test_requests_of_one_connection_are_answered_in_turn(site: Site, size: int) -> None:
    connections = Connections(50)
    with site.serving(connections) as address, connected(address) as stranger:
        stranger.sendall((posting(size) + b"a" * size + WHOLE) * 3)
        told = b""
        while len(answered := re.findall(rb"HTTP/1.1 (\d+)", told)) < 6:
            told += stranger.recv(1_000_000)
        assert answered == [b"422", b"200"] * 3
        until(lambda: [one.phase for one in connections.open] == [Phase.WAITING])


def test_the_second_head_of_a_connection_has_no_more_time_than_the_first(site: Site) -> None:
    hands = Hands()
    connections = Connections(50, LOOKING, hands)
    with site.serving(connections) as address, connected(address, WHOLE) as stranger:
        assert status(stranger) == 200
        stranger.sendall(HALF)
        # The answer arrives a moment before its end is noted; until then nothing is idle either.
        second = (Phase.WAITING, False)
        until(
            lambda: (
                [(connection.waits_for, connection.idle) for connection in connections.open]
                == [second]
            )
        )
        hands.now += Patience.head + 1
        assert is_closed(stranger)


def test_between_two_requests_a_connection_is_kept_only_so_long(site: Site) -> None:
    with site.serving(Connections(50, QUICK)) as address, connected(address, WHOLE) as stranger:
        assert status(stranger) == 200
        assert is_closed(stranger)


def trickled(site: Site, piece: int, pause: float, pieces: int) -> int | None:
    """Send a body piece by piece on a clock of its own; the status, or None when cut off."""
    hands = Hands()
    connections = Connections(50, LOOKING, hands)
    with site.serving(connections) as address, connected(address) as phone:
        phone.sendall(posting(piece * pieces))
        until(lambda: any(connection.waits_for is Phase.BODY for connection in connections.open))
        [connection] = connections.open

        def looked(at: float) -> bool:
            return connection.looked == at or connection not in connections.open

        def taken(sent: int) -> bool:
            return connection.received >= sent or connection.waits_for is not Phase.BODY

        for number in range(1, pieces + 1):
            looked_at = hands.now = hands.now + pause
            until(partial(looked, looked_at))
            if connection not in connections.open:
                assert is_closed(phone)
                return None
            phone.sendall(b"a" * piece)
            until(partial(taken, number * piece))
        return status(phone)


def test_a_2g_phone_sends_two_megabytes_at_its_slowest(site: Site) -> None:
    piece = 2_000_000 // 50
    assert trickled(site, piece, pause=piece / 1_130, pieces=50) == 422  # no such login


def test_a_body_slower_than_any_phone_is_cut_off(site: Site) -> None:
    assert trickled(site, 10_000, pause=40.0, pieces=20) is None


def test_a_body_that_stops_is_cut_off(site: Site) -> None:
    assert trickled(site, 100_000, pause=Patience.silence + 1, pieces=3) is None


def test_a_sender_who_breaks_off_is_no_fault_of_ours(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    connections = Connections(50)
    with site.serving(connections) as address:
        logging.getLogger("uvicorn.error").addHandler(caplog.handler)
        with connected(address, posting(1_000) + b"a") as phone:
            until(
                lambda: any(connection.waits_for is Phase.BODY for connection in connections.open)
            )
            phone.sendall(b"a")
        until(lambda: not connections.open)
        with connected(address, WHOLE) as other:
            assert status(other) == 200
    assert caplog.text == ""


def test_a_reader_who_stops_reading_is_not_waited_for(site: Site) -> None:
    site.app.add_api_route("/long", lambda: PlainTextResponse(b"a" * 30_000_000))
    connections = Connections(50, QUICK)
    with site.serving(connections) as address, connected(address, WHOLE[:0]) as reader:
        reader.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        reader.recv(1)
        until(lambda: not connections.open)


def test_when_it_is_full_the_oldest_who_asks_for_nothing_makes_room(site: Site) -> None:
    connections = Connections(4)
    with site.serving(connections) as address, ExitStack() as stack:
        strangers = []

        def are_open(count: int) -> bool:
            return len(connections.open) == count

        for number in range(4):
            strangers.append(stack.enter_context(connected(address, HALF)))
            until(partial(are_open, number + 1))
        newcomer = stack.enter_context(connected(address, WHOLE))
        assert status(newcomer) == 200
        assert is_closed(strangers[0])
        strangers[1].sendall(b"\r\n\r\n")
        assert status(strangers[1]) == 200


def test_a_thousand_half_open_connections_keep_nobody_out(site: Site) -> None:
    connections = Connections(64)
    with site.serving(connections) as address, ExitStack() as stack:
        for _ in range(1_000):
            stack.enter_context(connected(address, HALF))
        with connected(address, WHOLE) as newcomer:
            assert status(newcomer) == 200
        assert len(connections.open) <= 64


def test_a_thousand_bodies_that_do_not_come_keep_nobody_out(site: Site) -> None:
    connections = Connections(64)
    with site.serving(connections) as address, ExitStack() as stack:
        for _ in range(1_000):
            stack.enter_context(connected(address, posting(1_000)))
        with connected(address, WHOLE) as newcomer:
            assert status(newcomer) == 200


def test_a_phone_goes_on_sending_while_another_address_takes_all_places(site: Site) -> None:
    connections = Connections(8)
    with site.serving(connections) as address, ExitStack() as stack:
        phone = stack.enter_context(connected(address, posting(1_000), source="127.0.0.2"))
        until(lambda: any(connection.waits_for is Phase.BODY for connection in connections.open))
        for sent in (HALF, posting(1_000)) * 15:
            stack.enter_context(connected(address, sent, source="127.0.0.3"))
        with connected(address, WHOLE) as newcomer:
            assert status(newcomer) == 200
        phone.sendall(b"a" * 1_000)
        assert status(phone) == 422  # no such login


def test_who_has_asked_for_nothing_for_a_while_goes_before_a_phone_that_sends(site: Site) -> None:
    hands = Hands()
    connections = Connections(4, clock=hands)
    with site.serving(connections) as address, ExitStack() as stack:
        silent = stack.enter_context(connected(address, HALF))
        until(lambda: len(connections.open) == 1)
        phones = [stack.enter_context(connected(address, posting(1))) for _ in range(3)]
        until(
            lambda: sum(connection.waits_for is Phase.BODY for connection in connections.open) == 3
        )
        hands.now += 10
        with connected(address, WHOLE) as newcomer:
            assert status(newcomer) == 200
        assert is_closed(silent)
        for phone in phones:
            phone.sendall(b"a")
            assert status(phone) == 422


def test_what_is_in_work_is_never_closed_for_a_newcomer(site: Site) -> None:
    go_on = threading.Event()
    site.app.add_api_route("/slow", lambda: PlainTextResponse(str(go_on.wait(60))))
    connections = Connections(3)
    with site.serving(connections) as address, ExitStack() as stack:
        slow = stack.enter_context(connected(address, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"))
        until(lambda: any(connection.waits_for is Phase.WORKING for connection in connections.open))
        for _ in range(20):
            stack.enter_context(connected(address, HALF))
        with connected(address, WHOLE) as newcomer:
            assert status(newcomer) == 200
        go_on.set()
        assert status(slow) == 200


def test_an_address_with_few_connections_keeps_them_when_another_takes_all(site: Site) -> None:
    connections = Connections(8)
    with site.serving(connections) as address, ExitStack() as stack:
        league = stack.enter_context(connected(address, HALF, source="127.0.0.2"))
        until(lambda: len(connections.open) == 1)
        for _ in range(30):
            stack.enter_context(connected(address, HALF, source="127.0.0.3"))
        with connected(address, WHOLE) as newcomer:
            assert status(newcomer) == 200
        league.sendall(b"\r\n\r\n")
        assert status(league) == 200


SERVED = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
from adapters.open_files import raise_limit
from tests.web.site import Site
from web.edge.doors.connections import Connections
from web.serving import connections_for
most = {most} or connections_for(raise_limit())
with Site(Path(sys.argv[1])).serving(Connections(most)) as address:
    print(address, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("most", [0, 100_000], ids=["the bound of the limit", "a bound above it"])
def test_with_few_files_pages_are_answered_and_the_log_stays_small(
    tmp_path: Path, most: int
) -> None:
    log = tmp_path / "log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-c", SERVED.format(most=most), str(tmp_path)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, text=True,
        )  # fmt: skip
    assert child.stdin
    assert child.stdout
    with closing(child.stdin), child.stdout, ExitStack() as stack:
        address = child.stdout.readline().strip()
        for _ in range(200):
            stack.enter_context(connected(address, HALF))
        with connected(address, WHOLE) as newcomer:
            assert status(newcomer) == 200
    child.wait(60)
    assert log.stat().st_size < 5_000


def test_that_no_file_is_left_is_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    hands = Hands()
    connections = Connections(5, clock=hands)
    loop = asyncio.new_event_loop()
    exception = OSError(errno.EMFILE, "too many open files")
    full = {"message": "socket.accept() out of system resource", "exception": exception}
    with caplog.at_level(logging.ERROR), closing(loop):
        for _ in range(120):
            hands.now += 1
            for _ in range(64):
                connections.on_trouble(loop, full)
        connections.on_trouble(loop, {"message": "something else"})
    assert [record.getMessage()[:12] for record in caplog.records] == [
        "No file left", "No file left", "something el",
    ]  # fmt: skip


def test_the_limit_of_open_files_is_raised_as_far_as_the_system_lets() -> None:
    code = textwrap.dedent("""
        import resource
        from adapters.open_files import raise_limit
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, 500))
        print(raise_limit(), *resource.getrlimit(resource.RLIMIT_NOFILE), raise_limit())
    """)
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert said.stdout.split() == [b"500"] * 4


def test_connections_leave_half_of_the_files_to_everything_else() -> None:
    assert [connections_for(files) for files in (1, 128, 1_024, 65_536)] == [
        1, 64, 512, MOST_CONNECTIONS,
    ]  # fmt: skip


def client_of(site: Site, forwarded: str, **more: Any) -> str:
    """Who the application takes the client for, with a header `X-Forwarded-For`."""

    def tell(request: Request) -> PlainTextResponse:
        assert request.client
        return PlainTextResponse(f"{request.client.host} {request.url.scheme}")

    site.app.add_api_route("/who", tell)
    with (
        site.serving(**more) as address,
        closing(http.client.HTTPConnection(urlsplit(address).netloc)) as asked,
    ):
        asked.request(
            "GET", "/who", headers={"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
        )
        return asked.getresponse().read().decode()


def test_a_forged_address_is_not_believed_even_from_this_machine(site: Site) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "FORWARDED_ALLOW_IPS", "*")
        assert client_of(site, "10.9.9.9") == "127.0.0.1 http"


def test_behind_a_proxy_the_last_address_that_is_no_proxy_counts(site: Site) -> None:
    proxies = ["127.0.0.0/8", "10.1.0.0/16"]
    assert client_of(site, "6.6.6.6, 10.9.9.9, 10.1.2.3", proxies=proxies) == "10.9.9.9 https"


def test_a_proxy_that_is_not_on_the_list_is_not_believed(site: Site) -> None:
    assert client_of(site, "10.9.9.9", proxies=["10.1.0.0/16"]) == "127.0.0.1 http"
