"""Signing in and out, and what comes from elsewhere."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session

from adapters.passwords import hash_password
from models import Account, Role
from services.accounts.accounts import set_password
from tests.building import VILLAGE, make_account
from tests.conftest import NOW
from tests.databases import BOTH
from tests.web.conftest import make_client
from tests.web.pages import check, fields_of, text_of
from web.accounts.sign_in_limits import LOOK_AGAIN
from web.edge.viewer.security import SESSION_COOKIE
from web.edge.viewer.transactions import get_now

pytestmark = BOTH

PASSWORD = "Caoyuan-2026"


@pytest.fixture
def account(session: Session) -> Account:
    account = make_account(session, VILLAGE, Role.CLERK, "hongxing")
    account.password_hash = hash_password(PASSWORD)
    session.add(account)
    session.flush()
    return account


def send(client: TestClient, password: str = PASSWORD, **fields: str) -> Response:
    return client.post("/sign-in", data={"login": "hongxing", "password": password, **fields})


def test_the_right_password_signs_in_and_leads_on(
    app: FastAPI, client: TestClient, account: Account
) -> None:
    answer = send(client, next="/review")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/review"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age=43200" in cookie  # as the page says, also over a browser that was closed
    assert "12 小时内不用再登录" in text_of(make_client(app).get("/sign-in"))
    cookie = send(make_client(app), shared="yes").headers.get_list("set-cookie")[0].lower()
    assert "max-age" not in cookie  # a shared desk: closing the browser signs out
    again = send(make_client(app), "wrong", shared="yes")
    assert check(again).xpath("//input[@name='shared']/@checked")
    assert client.get("/").status_code == 200


def test_a_wrong_password_is_told_without_saying_what_was_wrong(
    client: TestClient, account: Account
) -> None:
    answer = send(client, "wrong")
    assert answer.status_code == 422
    assert "账号或密码不正确" in text_of(answer)
    assert 'value="hongxing"' in answer.text
    assert SESSION_COOKIE not in client.cookies


def test_signing_in_never_leads_to_another_site(client: TestClient, account: Account) -> None:
    assert send(client, next="//evil.example").headers["location"] == "/"


def test_signing_out_ends_the_session_for_good(client: TestClient, account: Account) -> None:
    send(client)
    token = client.cookies[SESSION_COOKIE]
    assert client.post("/sign-out").headers["location"] == "/sign-in"
    client.cookies.set(SESSION_COOKIE, token)
    assert client.get("/").status_code == 303


def test_after_eight_wrong_passwords_a_browser_that_is_not_known_has_to_wait(
    client: TestClient, account: Account
) -> None:
    for _ in range(8):
        assert "账号或密码不正确" in text_of(send(client, "wrong"))
    told = send(client)
    assert told.status_code == 422
    assert "请等 60 秒后再试" in text_of(told)
    assert "上级单位的综合办公室设置新密码" in text_of(told)


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(client: TestClient) -> None:
    answer = client.get("/assignments/1?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/assignments/1%3Fx%3D1"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_change_from_another_site_is_refused(
    app: FastAPI, sign_in: Callable[..., TestClient], headers: dict[str, str]
) -> None:
    client = sign_in(VILLAGE)
    client.headers.pop("Sec-Fetch-Site")
    answer = client.post("/sign-out", headers=headers, data={"note": "写了很久的话"})
    assert answer.status_code == 403
    assert "写了很久的话" in check(answer).xpath("//textarea/text()")[0]
    assert client.get("/").status_code == 200


def test_our_own_origin_is_trusted_where_the_browser_says_no_more(
    sign_in: Callable[..., TestClient],
) -> None:
    client = sign_in(VILLAGE)
    client.headers.pop("Sec-Fetch-Site")
    answer = client.post("/sign-out", headers={"Origin": "http://testserver"})
    assert answer.status_code == 303


def test_a_browser_that_says_nothing_needs_the_token_of_the_form(
    sign_in: Callable[..., TestClient],
) -> None:
    client = sign_in(VILLAGE)
    client.headers.pop("Sec-Fetch-Site")
    token = fields_of(client.get("/"), "/sign-out")["_token"][0]
    refused = client.post("/sign-out", data={"_token": "0" * 32 + token[32:], "text": "已写内容"})
    assert refused.status_code == 403
    again = fields_of(refused, "/sign-out")
    assert client.post("/sign-out", data={"_token": token}).status_code == 303
    assert again["_token"] == [token]


def test_an_old_browser_signs_in_with_the_token_of_the_page(app: FastAPI, account: Account) -> None:
    client = make_client(app)
    client.headers.pop("Sec-Fetch-Site")
    assert send(client).status_code == 403
    fields = fields_of(client.get("/sign-in"))
    assert send(client, _token=fields["_token"][0]).status_code == 303


def test_what_was_typed_survives_an_expired_session_and_a_wrong_password(
    client: TestClient, account: Account
) -> None:
    typed = {"text": "写了半个小时的细化内容", "contact": ["甲", "乙"]}
    asked = client.post("/assignments/1/detail", data=typed)
    assert asked.status_code == 401
    carried = fields_of(asked, "/sign-in")
    wrong = client.post("/sign-in", data={**carried, "login": "hongxing", "password": "x"})
    assert wrong.status_code == 422
    carried = fields_of(wrong, "/sign-in")
    answer = client.post("/sign-in", data={**carried, "login": "hongxing", "password": PASSWORD})
    assert answer.status_code == 200
    kept = fields_of(answer, "/assignments/1/detail")
    assert kept["text"] == ["写了半个小时的细化内容"]
    assert kept["contact"] == ["甲", "乙"]
    assert client.get("/").status_code == 200


def test_tries_side_by_side_are_counted_before_the_password_is_checked(
    app: FastAPI, client: TestClient, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []
    monkeypatch.setattr("services.accounts.accounts.verify", lambda *_: tries.append(1))
    limits = app.state.sign_in_limits
    for _ in range(8):
        limits.begin("hongxing", "testclient", "", NOW.timestamp())
    assert "后再试" in text_of(send(client))
    assert tries == []


def test_a_password_that_another_process_has_set_forgives_the_wrong_ones_here(
    app: FastAPI, client: TestClient, session: Session, account: Account
) -> None:
    limits = app.state.sign_in_limits
    before = (NOW - timedelta(minutes=1)).timestamp()
    for _ in range(9):
        limits.here.count(("hongxing", "testclient"), before)
    limits.since["hongxing"] = before
    assert "后再试" in text_of(send(client))
    set_password(session, account, hash_password(PASSWORD), actor=None, now=NOW)
    assert "后再试" in text_of(send(client)), "it was looked for a moment ago"
    later = NOW + timedelta(seconds=LOOK_AGAIN)
    app.dependency_overrides[get_now] = lambda: later
    assert send(client).status_code == 303
    for _ in range(8):
        limits.here.count(("hongxing", "testclient"), later.timestamp())
    app.dependency_overrides[get_now] = lambda: later + timedelta(seconds=LOOK_AGAIN)
    assert "后再试" in text_of(send(make_client(app))), "one new password forgives once"


def test_the_right_password_forgets_the_wrong_ones_before(
    client: TestClient, account: Account
) -> None:
    for _ in range(2):
        for _ in range(7):
            send(client, "wrong")
        assert send(client).status_code == 303


@pytest.mark.parametrize("field", ["login", "password"])
def test_an_endless_login_or_password_is_wrong_at_once_and_not_remembered(
    app: FastAPI, client: TestClient, account: Account, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.accounts.accounts.is_password", None)
    monkeypatch.setattr("services.accounts.accounts.spend_a_check", None)
    answer = client.post(
        "/sign-in", data={"login": "hongxing", "password": PASSWORD} | {field: "长" * 5000}
    )
    assert answer.status_code == 422
    limits = app.state.sign_in_limits
    for pace in (limits.known, limits.here, limits.everywhere, limits.unspoilt):
        assert all(len(part) < 200 for key in pace.paid for part in key)


def test_signing_in_ends_the_session_the_browser_had(client: TestClient, account: Account) -> None:
    send(client)
    before = client.cookies[SESSION_COOKIE]
    send(client)
    assert client.cookies[SESSION_COOKIE] != before
    client.cookies.clear()
    client.cookies.set(SESSION_COOKIE, before)
    assert client.get("/").status_code == 303


def test_a_sign_in_page_that_is_too_old_is_shown_again_without_the_password(
    app: FastAPI, account: Account
) -> None:
    client = make_client(app)
    client.headers.pop("Sec-Fetch-Site")
    typed = {"next": "/review", "carried": '{"text": ["写了一半"]}'}
    refused = send(client, **typed)
    assert refused.status_code == 403
    assert PASSWORD not in refused.text
    fields = fields_of(refused, "/sign-in")
    assert (fields["next"], fields["login"]) == (["/review"], ["hongxing"])
    assert "写了一半" in fields["carried"][0]
    sent = {name: values[0] for name, values in fields.items()}
    assert client.post("/sign-in", data=sent | {"password": PASSWORD}).status_code == 200
