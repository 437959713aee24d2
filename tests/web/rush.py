"""Many people at once before a really served site, and what is watched of it meanwhile."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
from sqlalchemy import Engine, event

from tests.web.conftest import SAME_SITE
from web.edge.viewer.security import SESSION_COOKIE

_asking: ContextVar[int] = ContextVar("asking", default=0)
"""The number of the request this code works for; 0: none."""


class Numbered:
    """Gives every request a number, in its own context and so in its threads."""

    def __init__(self, app: Any) -> None:
        self.app, self.numbers = app, count(1)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        _asking.set(next(self.numbers))
        await self.app(scope, receive, send)


@dataclass
class Held:
    """Connections that requests hold."""

    now: Counter[int] = field(default_factory=Counter)
    greatest: int = 0
    """The most that one request has held at a time."""
    taken: int = 0


@contextmanager
def connections_held(engine: Engine) -> Iterator[Held]:
    """Count, for each request of a `Numbered` application, the connections it holds."""
    held, lock = Held(), threading.Lock()

    def take(_connection: Any, record: Any, _proxy: Any) -> None:
        number = record.info["asking"] = _asking.get()
        with lock:
            held.now[number] += 1
            held.taken += bool(number)
            held.greatest = max(held.greatest, held.now[number] if number else 0)

    def give(_connection: Any, record: Any) -> None:
        with lock:
            held.now[record.info.pop("asking", 0)] -= 1

    event.listen(engine, "checkout", take)
    event.listen(engine, "checkin", give)
    try:
        yield held
    finally:
        event.remove(engine, "checkout", take)
        event.remove(engine, "checkin", give)


@dataclass
class Answers:
    """What a crowd was answered, while pages were asked for again and again."""

    crowd: list[httpx.Response] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    """Statuses of the pages that were answered before the last of the crowd was."""
    asked: int = 0
    """Pages in all."""


def rush(
    address: str, crowd: list[Callable[[httpx.Client], httpx.Response]], token: str, path: str
) -> Answers:
    """All of the crowd at the same moment, each from a browser of its own; meanwhile the page
    `path` for who is signed in with `token`, one after the other."""
    answers, ready = Answers(), threading.Barrier(len(crowd) + 1)

    def ask(request: Callable[[httpx.Client], httpx.Response]) -> None:
        with _browser(address) as browser:
            ready.wait()
            answers.crowd.append(request(browser))

    threads = [threading.Thread(target=ask, args=(request,)) for request in crowd]
    for thread in threads:
        thread.start()
    with _browser(address) as reader:
        reader.cookies.set(SESSION_COOKIE, token)
        ready.wait()
        while any(thread.is_alive() for thread in threads):
            status = reader.get(path).status_code
            answers.asked += 1
            if len(answers.crowd) < len(crowd):
                answers.pages.append(status)
    for thread in threads:
        thread.join()
    return answers


def _browser(address: str) -> httpx.Client:
    """It waits as long as it takes: how long that is depends on the machine."""
    return httpx.Client(
        base_url=address, headers=SAME_SITE, timeout=240, trust_env=False, verify=False
    )
