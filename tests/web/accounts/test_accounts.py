from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import Account, Role, SignIn
from services.accounts.accounts import sign_in as open_session
from tests.building import BANNER, LEAGUE, OTHER_LEAGUE, REGION, VILLAGE, make_account
from tests.conftest import NOW
from tests.web.pages import check, fields_of, text_of

NEW = {
    "unit": BANNER, "login": "banner.office", "name": "综合办公室", "role": "clerk",
    "password": "Grass-land-7",
}  # fmt: skip


def test_an_office_adds_an_account_that_can_sign_in(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(LEAGUE, "office")
    answer = client.post("/accounts/new", data=NEW)
    assert answer.status_code == 303
    assert "banner.office" in text_of(client.get(answer.headers["location"]))
    assert open_session(session, "banner.office", "Grass-land-7", now=NOW)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"unit": "000"}, "没有代码为“000”的单位"),
        ({"unit": OTHER_LEAGUE}, "没有代码为"),
        ({"login": "有 空格"}, "字母"),
        ({"name": ""}, "名称"),
        ({"password": "short"}, "至少要 8 个字符"),
        ({"password": "12345678"}, "字母和数字"),
    ],
)
def test_a_wrong_account_is_refused_and_what_was_typed_is_kept_but_the_password(
    session: Session, sign_in: Callable[..., TestClient], changed: dict[str, Any], sentence: str
) -> None:
    answer = sign_in(LEAGUE, "office").post("/accounts/new", data=NEW | changed)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    fields = fields_of(answer, "/accounts/new")
    assert fields["login"] == [(NEW | changed)["login"]]
    assert fields["password"] == [""]
    assert session.exec(select(Account).where(Account.login == "banner.office")).all() == []


def test_a_login_is_given_once(sign_in: Callable[..., TestClient]) -> None:
    client = sign_in(LEAGUE, "office")
    client.post("/accounts/new", data=NEW)
    assert "已存在" in text_of(client.post("/accounts/new", data=NEW))


def test_a_new_password_signs_the_account_out(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    sign_in(BANNER)
    account = session.exec(select(Account).where(Account.login == f"clerk-{BANNER}")).one()
    client, address = sign_in(LEAGUE, "office"), f"/accounts/{account.id}"
    refused = client.post(f"{address}/password", data={"password": "weak"})
    assert refused.status_code == 422
    assert "密码" in text_of(refused)
    assert client.post(f"{address}/password", data={"password": "Steppe-9-wind"}).status_code == 303
    session.expire_all()
    ended = select(SignIn.ended_at).where(SignIn.account_id == account.id)
    assert session.exec(ended).one() is not None
    assert open_session(session, account.login, "Steppe-9-wind", now=NOW)


def test_an_account_is_switched_off_and_its_page_says_so(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    account = make_account(session, VILLAGE, Role.CLERK)
    client = sign_in(LEAGUE, "office")
    assert client.post(f"/accounts/{account.id}/deactivate").status_code == 303
    shown = client.get(f"/accounts/{account.id}")
    assert "已停用" in text_of(shown)
    assert check(shown).xpath("//form[contains(@action,'deactivate')]") == []


def test_an_account_is_switched_on_again_and_its_page_tells_its_history(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    account = make_account(session, VILLAGE, Role.CLERK)
    client = sign_in(LEAGUE, "office")
    client.post(f"/accounts/{account.id}/password", data={"password": "Steppe-9-wind"})
    client.post(f"/accounts/{account.id}/deactivate")
    assert client.post(f"/accounts/{account.id}/activate").status_code == 303
    shown = client.get(f"/accounts/{account.id}")
    rows = check(shown).xpath("//table//tbody/tr/td[1]/text()")
    assert rows == ["重新启用", "停用", "设置新密码"]
    assert f"office-{LEAGUE}" in text_of(shown)
    assert "Steppe-9-wind" not in shown.text
    assert open_session(session, account.login, "Steppe-9-wind", now=NOW)


def test_a_new_password_set_from_above_works_at_once_however_many_were_wrong(
    session: Session, client: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    account = make_account(session, VILLAGE, Role.CLERK, "hongxing")
    typed = {"login": "hongxing", "password": "wrong"}
    for _ in range(9):
        refused = client.post("/sign-in", data=typed)
    assert "后再试" in text_of(refused)
    above = sign_in(LEAGUE, "office")
    above.post(f"/accounts/{account.id}/password", data={"password": "Steppe-9-wind"})
    answer = client.post("/sign-in", data=typed | {"password": "Steppe-9-wind"})
    assert answer.status_code == 303


def test_nobody_switches_off_their_own_account(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(LEAGUE, "office")
    own = session.exec(select(Account).where(Account.login == f"office-{LEAGUE}")).one()
    answer = client.post(f"/accounts/{own.id}/deactivate")
    assert answer.status_code == 409
    assert "不能停用自己" in text_of(answer)


def test_accounts_are_searched_and_only_those_of_the_subtree_are_listed(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    make_account(session, VILLAGE, Role.CLERK, "village.a")
    make_account(session, OTHER_LEAGUE, Role.CLERK, "other.b")
    client = sign_in(LEAGUE, "office")
    shown = text_of(client.get("/accounts"))
    assert "village.a" in shown
    assert "other.b" not in shown
    assert "没有找到账号" in text_of(client.get("/accounts", params={"q": "other.b"}))
    assert client.get("/accounts", params={"unit": OTHER_LEAGUE}).status_code == 404


def test_a_stranger_cannot_touch_an_account(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    account = make_account(session, VILLAGE, Role.CLERK)
    for stranger in (sign_in(OTHER_LEAGUE, "office"), sign_in(LEAGUE, "clerk")):
        assert stranger.get(f"/accounts/{account.id}").status_code == 404
        for act in ("password", "deactivate", "activate"):
            assert stranger.post(f"/accounts/{account.id}/{act}").status_code == 404
    assert sign_in(REGION, "office").get(f"/accounts/{account.id}").status_code == 200


def test_of_very_many_accounts_a_page_counts_only_so_many(
    session: Session, sign_in: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(LEAGUE, "office")
    for number in range(4):
        make_account(session, VILLAGE, Role.CLERK, f"clerk-{number}")
    assert "共 5 个账号" in text_of(client.get("/accounts"))
    monkeypatch.setattr("queries.accounts.account_list.MOST_COUNTED", 3)
    monkeypatch.setattr("web.accounts.accounts.PAGE", 2)
    shown = text_of(client.get("/accounts"))
    assert "超过 3 个" in shown
    assert "第 1 页，共 2 页" in shown
