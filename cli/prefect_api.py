"""Asks Prefect's server without importing Prefect, which takes seconds and 60 MB.

The supervisor's probes use it, `jieli hand-down` before it starts, and the demo.
"""

from __future__ import annotations

import base64
import http.client
import json
import uuid
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Answer(NamedTuple):
    """The answer of a server. The status is 0 when no answer came in time."""

    status: int
    body: bytes


class NotAnswered(Exception):
    """The server is away, or answered with an error."""


class PrefectApi:
    """The server at `url`, asked with a sign-in. An answer may take `seconds`."""

    def __init__(self, url: str, sign_in: str, seconds: float = 1.0) -> None:
        self.url = f"{url}/api"
        self.seconds = seconds
        credentials = base64.b64encode(sign_in.encode()).decode()
        self.headers = {
            "Authorization": f"Basic {credentials}",
            "Content-Type": "application/json",
            "Prefect-Csrf-Client": str(uuid.uuid4()),
        }

    def get(self, path: str) -> Answer:
        return ask(f"{self.url}{path}", headers=self.headers, seconds=self.seconds)

    def post(self, path: str, body: dict[str, object]) -> Any:
        """The JSON of the answer. Raises `NotAnswered`.

        The server takes a POST only with a token that it has given out, and forgets a token after
        an hour. With an old token, or without one, it answers 403.
        """
        url, content = f"{self.url}{path}", json.dumps(body).encode()
        answer = ask(url, content, self.headers, self.seconds)
        if answer.status == http.client.FORBIDDEN:
            self._fetch_token()
            answer = ask(url, content, self.headers, self.seconds)
        return _json_of(answer)

    def _fetch_token(self) -> None:
        given = _json_of(self.get(f"/csrf-token?client={self.headers['Prefect-Csrf-Client']}"))
        self.headers["Prefect-Csrf-Token"] = given["token"]


def ask(
    url: str,
    content: bytes | None = None,
    headers: dict[str, str] | None = None,
    seconds: float = 1.0,
) -> Answer:
    """Send one request without a proxy: a GET, or a POST of `content`."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request("GET" if content is None else "POST", target, content, headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.read())
    except (OSError, http.client.HTTPException):
        return Answer(0, b"")
    finally:
        connection.close()


def _json_of(answer: Answer) -> Any:
    if answer.status not in (http.client.OK, http.client.CREATED):
        raise NotAnswered(f"{answer.status} {answer.body[:200]!r}")
    return json.loads(answer.body)
