"""Clients of the web application, in a process of their own: `python -m bench.clients`.

They share neither the processor time nor the threads of the process that measures. What is to be
sent comes in as JSON, and the times go out as JSON. Only the standard library is loaded.
"""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple


class Posting(NamedTuple):
    """One form to be posted, by whoever has this cookie."""

    path: str
    body: str
    cookie: str


class Taken(NamedTuple):
    """What the clients have measured."""

    seconds: list[float]
    """From sending a form to its receipt, for each form that got a receipt."""
    whole: float
    """From the first request to the last answer."""


def post_all(address: tuple[str, int], postings: Sequence[Posting], at_once: int) -> Taken:
    """Have so many clients post the forms, each client one form after the other."""
    given = json.dumps([address, postings, at_once])
    command = [sys.executable, "-m", "bench.clients"]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    return Taken(*json.loads(done.stdout))


def _post_all(address: Sequence[Any], postings: Sequence[Sequence[str]], at_once: int) -> Taken:
    parts = [postings[number::at_once] for number in range(at_once)]
    with ThreadPoolExecutor(at_once) as pool:
        start = time.perf_counter()
        lists = list(pool.map(lambda part: _client(address, part), parts))
        whole = time.perf_counter() - start
    return Taken([seconds for found in lists for seconds in found], whole)


def _client(address: Sequence[Any], postings: Sequence[Sequence[str]]) -> list[float]:
    host, port = address
    connection = http.client.HTTPConnection(host, port, timeout=60)
    taken = []
    for posting in postings:
        try:
            taken.append(_post(connection, Posting(*posting)))
        except (OSError, http.client.HTTPException):
            connection.close()  # The next request opens the connection again.
    connection.close()
    return [seconds for seconds in taken if seconds is not None]


def _post(connection: http.client.HTTPConnection, posting: Posting) -> float | None:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": posting.cookie,
        "Sec-Fetch-Site": "same-origin",
    }
    start = time.perf_counter()
    connection.request("POST", posting.path, posting.body, headers)
    response = connection.getresponse()
    response.read()
    seconds = time.perf_counter() - start
    arrived = response.status == 303 and "/receipts/" in response.headers["Location"]
    return seconds if arrived else None


if __name__ == "__main__":
    json.dump(_post_all(*json.load(sys.stdin)), sys.stdout)
