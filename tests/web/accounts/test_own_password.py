"""The page on which everybody changes the own password."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from adapters.passwords import hash_password
from models import Account, Role, SignIn
from queries.accounts.account_history import list_account_changes
from services.accounts.accounts import sign_in as open_session
from tests.building import LEAGUE, VILLAGE
from tests.conftest import NOW
from tests.web.conftest import account_of
from tests.web.pages import check, text_of

OLD, NEW = "Caoyuan-2026", "Grass-land-7"
TYPED = {"old": OLD, "new": NEW, "again": NEW}


@pytest.fixture(params=["clerk", "office"])
def role(request: pytest.FixtureRequest) -> str:
    role: str = request.param
    return role


@pytest.fixture
def code(role: str) -> str:
    """The unit of a village's clerk, or of a league's office."""
    return VILLAGE if role == "clerk" else LEAGUE


@pytest.fixture
def login(role: str, code: str) -> str:
    return f"{role}-{code}"


@pytest.fixture
def browser(
    session: Session, sign_in: Callable[..., TestClient], role: Role, code: str
) -> TestClient:
    """A browser of who has that login, and the password `OLD`."""
    browser = sign_in(code, role)
    account_of(session, code, role).password_hash = hash_password(OLD)
    session.flush()
    return browser


def test_everybody_changes_the_own_password_and_stays_signed_in_here_only(
    session: Session, browser: TestClient, login: str
) -> None:
    elsewhere = open_session(session, login, OLD, now=NOW)
    assert check(browser.get("/")).xpath("//a[@href='/password']")
    check(browser.get("/password"))
    answer = browser.post("/password", data=TYPED)
    assert answer.status_code == 303
    told = browser.get(answer.headers["location"])
    assert "仍然保持登录" in text_of(told)
    open_sessions = select(SignIn.token_hash).where(col(SignIn.ended_at).is_(None))
    assert len(session.exec(open_sessions).all()) == 1
    assert elsewhere not in browser.cookies.values()
    assert open_session(session, login, NEW, now=NOW)


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"old": "wrong"}, "old", "当前密码不正确"),
        ({"again": "other"}, "again", "两次输入的新密码不一样"),
        ({"new": "short", "again": "short"}, "new", "至少要 8 个字符"),
        ({"new": OLD, "again": OLD}, "new", "不能与当前密码相同"),
        ({"old": "", "new": "", "again": ""}, "old", "当前密码不正确"),
    ],
)
def test_what_is_no_change_is_told_at_its_input_and_nothing_typed_is_shown_again(
    session: Session,
    browser: TestClient,
    login: str,
    changed: dict[str, Any],
    field: str,
    sentence: str,
) -> None:
    answer = browser.post("/password", data=TYPED | changed)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert check(answer).xpath("//section[@class='errors']//a/@href") == [f"#{field}"]
    assert check(answer).xpath("//input[@aria-invalid]/@name") == [field]
    assert check(answer).xpath("//input[@type='password']/@value") == ["", "", ""]
    assert open_session(session, login, OLD, now=NOW)


def test_a_double_click_changes_it_once_and_is_told_so(
    session: Session, browser: TestClient, login: str
) -> None:
    for _ in range(2):
        assert browser.post("/password", data=TYPED).status_code == 303
    assert "password_changed" in _acts(session, login)
    assert len(_acts(session, login)) == 1


def test_old_passwords_are_not_guessed_in_an_open_browser(
    session: Session, browser: TestClient, login: str
) -> None:
    for _ in range(10):
        assert browser.post("/password", data=TYPED | {"old": "wrong"}).status_code == 422
    assert "请等 30 秒后再试" in text_of(browser.post("/password", data=TYPED))
    assert open_session(session, login, OLD, now=NOW)


def test_the_office_cannot_set_its_own_password_without_the_old_one(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(LEAGUE, "office")
    own = account_of(session, LEAGUE, Role.OFFICE)
    shown = client.get(f"/accounts/{own.id}")
    assert check(shown).xpath("//form[contains(@action, '/accounts/')]") == []
    assert check(shown).xpath("//main//a[@href='/password']")
    answer = client.post(f"/accounts/{own.id}/password", data={"password": NEW})
    assert answer.status_code == 422
    assert "要先填写当前密码" in text_of(answer)


def test_nobody_who_is_not_signed_in_gets_to_the_page(client: TestClient) -> None:
    assert client.get("/password").status_code == 303
    assert client.post("/password", data=TYPED).status_code == 401


def _acts(session: Session, login: str) -> list[str]:
    account = session.exec(select(Account).where(Account.login == login)).one()
    return [change.act for change in list_account_changes(session, account.id)]
