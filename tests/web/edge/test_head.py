"""HEAD is answered wherever GET is: the same status and headers, and no body."""

import http.client
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from tests.building import REGION
from tests.web.conftest import World
from tests.web.site import Site
from web.app import ROUTERS


def addresses(kept: int) -> Iterator[str]:
    """Every path that answers GET, filled with the id of something there is."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            if "GET" in (route.methods or ()):
                yield "/".join(
                    str(kept) if part.startswith("{") else part for part in route.path.split("/")
                )


def test_every_page_that_answers_get_answers_head_alike(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    seen = set()
    for path in addresses(world.measure.id):
        client.cookies.pop("said", None)  # what the page before has said is told only once
        got, head = client.get(path), client.head(path)
        assert head.status_code == got.status_code, path
        assert head.headers.keys() == got.headers.keys(), path
        assert head.content == b"", path
        seen.add(got.status_code)
    assert {200, 303, 404} <= seen


def test_what_only_takes_post_refuses_head(client: TestClient) -> None:
    assert client.head("/sign-out").status_code == 405


def test_after_head_the_connection_goes_on_with_the_next_request(tmp_path: Path) -> None:
    with Site(tmp_path).serving() as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        for method, path in [("HEAD", "/sign-in"), ("GET", "/sign-in"), ("HEAD", "/none")]:
            connection.request(method, path)
            answer = connection.getresponse()
            assert answer.status == (404 if path == "/none" else 200)
            assert int(answer.headers["content-length"]) > 0
            assert (answer.read() == b"") == (method == "HEAD")
        connection.close()
