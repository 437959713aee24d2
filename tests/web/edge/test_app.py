"""The shape of the application: who may ask for what, and what surrounds every answer."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from adapters.reports.report_page import STYLE
from adapters.settings import get_settings
from models import Status
from tests.building import REGION, VILLAGE
from tests.databases import BOTH
from tests.web.conftest import World
from tests.web.pages import check, text_of
from web.app import ROUTERS
from web.edge.doors.middleware import MOST_TYPED
from web.edge.pages.static_files import lightened, static_files
from web.edge.viewer.context import get_office_context
from web.edge.viewer.security import SESSION_COOKIE, get_newcomer, get_viewer
from web.edge.viewer.transactions import get_now

pytestmark = BOTH

OPEN = {
    "/health",
    "/help",
    "/help/{role}",
    "/metrics",
    "/ready",
    "/static/{name}",
    "/sw.js",
    "/language/{code}",
    "/sign-in",
    "/sign-out",
    "/calendar/{feed_id}-{secret}.ics",  # who has the secret is asked nothing else
}
"""The addresses that answer without anyone signed in. Nothing else may."""
ASKED_WITH_OTHERS = {("/assignments/{assignment_id}/form", "POST")}
"""Routes whose forms are carried together: who sends each is asked in their transaction."""
FOR_NEWCOMERS = {"/password/first"}
"""The addresses that answer to an account that still has its first code."""
ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def calls(dependant: Dependant) -> set[Any]:
    """Everything a route depends on."""
    found = {dependant.call}
    for lower in dependant.dependencies:
        found |= calls(lower)
    return found


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.methods}{route.path}")
def test_every_route_asks_who_it_is_unless_it_is_on_the_open_list(route: APIRoute) -> None:
    with_others = {(route.path, method) for method in route.methods or ()} & ASKED_WITH_OTHERS
    is_open = route.path in OPEN or bool(with_others)
    asking = get_newcomer if route.path in FOR_NEWCOMERS else get_viewer
    assert is_open is (asking not in calls(route.dependant))


@pytest.mark.parametrize("act", ["send", "save"])
@pytest.mark.parametrize("cookie", ["", "forged"])
def test_a_form_from_nobody_is_kept_until_the_sign_in_and_stored_nowhere(
    client: TestClient, world: World, act: str, cookie: str
) -> None:
    if cookie:
        client.cookies.set(SESSION_COOKIE, cookie)
    path = f"/assignments/{world.id(VILLAGE)}/form"
    answer = client.post(path, data={"_act": act, "f-checked": "12"})
    assert answer.status_code == 401
    assert "重新登录后可以继续办理" in text_of(answer)
    assert world.assignment(VILLAGE).status == Status.ISSUED


def test_every_change_is_refused_when_it_comes_from_another_site(client: TestClient) -> None:
    changes = [route for route in ROUTES if "GET" not in (route.methods or ())]
    assert changes
    for route in changes:
        path = re.sub(r"{[^}]+}", "1", route.path)
        answer = client.post(path, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403, route.path


def test_officers_are_viewers() -> None:
    officers = [route for route in ROUTES if get_office_context in calls(route.dependant)]
    assert all(get_viewer in calls(route.dependant) for route in officers)


def test_the_health_page_says_ok(client: TestClient) -> None:
    assert client.get("/health").text == "ok"
    assert client.head("/health").status_code in (200, 405)


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/health", "/sign-in", "/nothing-here", "/"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_pages_are_packed_and_not_kept(client: TestClient) -> None:
    answer = client.get("/sign-in")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "no-store"


def test_style_and_script_are_kept_for_ever_and_change_their_address(client: TestClient) -> None:
    tree = check(client.get("/sign-in"))
    addresses = tree.xpath("//link/@href|//script/@src")
    assert len(addresses) == 3
    for address in addresses:
        assert "immutable" in client.get(address).headers["cache-control"]
    assert client.get("/static/jieli.css").status_code == 404


def test_the_style_of_pages_begins_with_the_style_of_reports() -> None:
    style = static_files()["jieli.css"].content.decode()
    assert style.startswith(lightened(STYLE.read_text(encoding="utf-8")))
    assert ".button{" in style
    assert "/*" not in style


def test_style_and_script_stay_small() -> None:
    """As they go over the network: packed."""
    files = static_files()
    assert len(files["jieli.css"].packed) <= 4_000
    assert len(files["jieli.js"].packed) <= 1_600


def test_a_page_that_does_not_exist_says_so_in_the_design(
    sign_in: Callable[..., TestClient],
) -> None:
    answer = sign_in(VILLAGE).get("/nothing-here")
    assert answer.status_code == 404
    assert "找不到" in text_of(answer)


@pytest.mark.parametrize("id", ["0", "-1", "x", "9" * 30])
def test_an_address_nobody_has_is_not_found(sign_in: Callable[..., TestClient], id: str) -> None:
    for path in (
        f"/assignments/{id}",
        f"/assignments/{id}/form",
        f"/review/{id}",
        f"/receipts/{id}",
    ):
        assert sign_in(VILLAGE).get(path).status_code == 404


def test_a_fault_of_ours_is_told_in_the_design(
    app: FastAPI, sign_in: Callable[..., TestClient]
) -> None:
    def fail() -> None:
        raise RuntimeError

    app.dependency_overrides[get_now] = fail
    account = sign_in(VILLAGE)
    client = TestClient(app, raise_server_exceptions=False, cookies=account.cookies)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "系统出错了" in text_of(answer)
    assert "frame-ancestors" in answer.headers["content-security-policy"]


def test_a_wrong_method_is_answered_in_the_design(sign_in: Callable[..., TestClient]) -> None:
    answer = sign_in(VILLAGE).get("/sign-out")
    assert answer.status_code == 405
    check(answer)


def test_a_body_above_the_limit_is_refused_with_a_sentence(client: TestClient) -> None:
    limit = get_settings().upload_limit
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = client.post("/sign-in", content=b"x" * (limit + 1), headers=kind)
    assert answer.status_code == 413
    assert "20 MB" in text_of(answer)


def test_a_body_without_files_may_be_much_smaller_only(client: TestClient) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/sign-in", content=b"x" * (MOST_TYPED + 1), headers=kind)
    assert answer.status_code == 413
    assert "4 MB" in text_of(answer)


@pytest.mark.parametrize("coding", ["chunked", "Chunked", "gzip, chunked"])
def test_a_body_of_unknown_length_is_not_taken(client: TestClient, coding: str) -> None:
    answer = client.post("/sign-in", content=b"x", headers={"Transfer-Encoding": coding})
    assert answer.status_code == 413


def test_the_language_is_one_click_away_and_comes_back(client: TestClient) -> None:
    answer = client.get("/language/en?next=/sign-in")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in"
    assert check(client.get("/sign-in")).get("lang") == "en"


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/\\evil", "x"])
def test_the_language_link_never_leads_to_another_site(client: TestClient, next: str) -> None:
    answer = client.get("/language/zh", params={"next": next})
    assert answer.headers["location"] == "/"


def test_an_unknown_language_is_not_found(client: TestClient) -> None:
    assert client.get("/language/xx").status_code == 404


def test_the_top_unit_has_nobody_to_complain_to(sign_in: Callable[..., TestClient]) -> None:
    assert "/complaints/new?page=/" in sign_in(VILLAGE).get("/").text
    assert "/complaints/new" not in sign_in(REGION).get("/").text
