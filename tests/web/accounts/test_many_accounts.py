"""Many accounts on their pages: the plan, the slips, and the first sign-in."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import Account, Role
from services.accounts.accounts import sign_in as open_session
from tests.building import BANNER, LEAGUE, OTHER_LEAGUE, VILLAGE, make_account
from tests.conftest import NOW
from tests.web.pages import check, fields_of, text_of
from web.edge.viewer.security import SESSION_COOKIE

RULE = {"unit": LEAGUE, "by": "rule", "level": "village", "role": "clerk", "name": ""}
LIST = f"单位,账号,岗位,权限\n{VILLAGE},,村委会,经办人\n没有这个村,,,\n".encode()


def slips_of(answer: object) -> list[tuple[str, str]]:
    """Login and first code of each slip."""
    slips = check(answer).xpath("//ul[@class='slips']/li")  # type: ignore[arg-type]
    return [tuple(slip.xpath(".//dd[@class='mono']/text()")) for slip in slips]


def make(client: TestClient, fields: dict[str, str], file: bytes = b"") -> object:
    """Plan and confirm, as the two pages do."""
    files = {"file": ("accounts.csv", file)} if file else None
    planned = client.post("/accounts/many", data=fields, files=files)
    assert planned.status_code == 200
    assert slips_of(planned) == []
    confirming = {name: values[0] for name, values in fields_of(planned, "/accounts/many").items()}
    return client.post("/accounts/many", data=confirming)


def test_all_villages_get_accounts_and_slips_that_are_shown_once(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(LEAGUE, "office")
    assert "个单位没有账号" in text_of(client.get("/accounts/many"))
    made = make(client, RULE)
    slips = slips_of(made)
    assert len(slips) > 2
    assert "testserver/sign-in" in text_of(made)  # type: ignore[arg-type]
    login, code = slips[0]
    assert open_session(session, login, code, now=NOW)
    for address in ("/accounts", "/accounts/many"):
        assert code not in client.get(address).text


def test_a_list_is_checked_first_and_its_good_rows_are_made(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(LEAGUE, "office")
    fields = {"unit": LEAGUE, "by": "list"}
    planned = client.post("/accounts/many", data=fields, files={"file": ("a.csv", LIST)})
    assert "没有“没有这个村”" in text_of(planned)
    assert session.exec(select(Account).where(Account.login == VILLAGE)).all() == []
    assert [login for login, _ in slips_of(make(client, fields, LIST))] == [VILLAGE]
    again = client.post("/accounts/many", data=fields, files={"file": ("a.csv", LIST)})
    assert check(again).xpath("//button[contains(.,'显示密码条')]") == []


def test_a_file_that_is_no_list_is_refused_in_words(sign_in: Callable[..., TestClient]) -> None:
    fields = {"unit": LEAGUE, "by": "list"}
    client = sign_in(LEAGUE, "office")
    answer = client.post("/accounts/many", data=fields, files={"file": ("a.csv", b"x,y\n1,2\n")})
    assert (answer.status_code, "没有“单位”这一列" in text_of(answer)) == (422, True)
    assert client.post("/accounts/many", data=fields).status_code == 422


def test_the_first_sign_in_asks_for_a_password_before_anything_else(
    session: Session, client: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    ((login, code),) = slips_of(
        make(sign_in(LEAGUE, "office"), {"unit": LEAGUE, "by": "list"}, LIST)
    )
    answer = client.post("/sign-in", data={"login": login, "password": code, "next": "/receipts"})
    assert answer.headers["location"] == "/receipts"
    sent_on = client.get("/receipts")
    assert (sent_on.status_code, sent_on.headers["location"]) == (
        303, "/password/first?next=/receipts",
    )  # fmt: skip
    kept = client.post("/password", data={"old": code, "new": "a", "again": "a"})
    assert kept.headers["location"] == "/password/first?next=/"
    page = client.get(sent_on.headers["location"])
    assert "第一次登录" in text_of(page)
    for new, again in (("short", "short"), ("Steppe-9-wind", "Steppe-9-wint")):
        refused = client.post("/password/first", data={"new": new, "again": again})
        assert refused.status_code == 422
    typed = {"new": "Steppe-9-wind", "again": "Steppe-9-wind", "next": "/receipts"}
    assert client.post("/password/first", data=typed).headers["location"] == "/receipts"
    assert client.get("/receipts").status_code == 200
    assert client.cookies[SESSION_COOKIE]
    session.expire_all()
    assert open_session(session, login, "Steppe-9-wind", now=NOW)


def test_lost_slips_are_made_anew_for_all_or_for_one_until_they_are_used(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(LEAGUE, "office")
    (first,) = slips_of(make(client, {"unit": LEAGUE, "by": "list"}, LIST))
    shown = client.get("/accounts", params={"show": "unused"})
    assert "重新生成全部没用过的密码条" in text_of(shown)
    account = session.exec(select(Account).where(Account.login == VILLAGE)).one()
    (second,) = slips_of(client.post("/accounts/slips", data={"unit": LEAGUE}))
    (third,) = slips_of(client.post(f"/accounts/{account.id}/slip"))
    assert len({first, second, third}) == 3
    assert "重新生成密码条" in text_of(client.get(f"/accounts/{account.id}"))
    open_session(session, *third, now=NOW)
    assert client.post("/accounts/slips", data={"unit": LEAGUE}).status_code == 409
    assert "没有用过" not in text_of(client.get(f"/accounts/{account.id}"))


def test_accounts_of_other_branches_are_out_of_reach(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    other = make_account(session, OTHER_LEAGUE, Role.CLERK)
    client = sign_in(LEAGUE, "office")
    assert client.get("/accounts/many", params={"unit": OTHER_LEAGUE}).status_code == 404
    assert client.post("/accounts/many", data=RULE | {"unit": OTHER_LEAGUE}).status_code == 404
    assert client.post("/accounts/slips", data={"unit": OTHER_LEAGUE}).status_code == 404
    assert client.post(f"/accounts/{other.id}/slip").status_code == 409
    clerk = sign_in(BANNER)
    assert clerk.get("/accounts/many").status_code == 404
    assert clerk.post("/accounts/many", data=RULE).status_code == 404


def test_the_list_tells_who_never_signed_in_and_who_was_switched_off(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    make_account(session, VILLAGE, Role.CLERK, "sleeping", used=False)
    off = make_account(session, BANNER, Role.CLERK, "ended")
    off.active = False
    client = sign_in(LEAGUE, "office")
    unused = text_of(client.get("/accounts", params={"show": "unused"}))
    assert ("sleeping" in unused, "ended" in unused) == (True, False)
    ended = text_of(client.get("/accounts", params={"show": "off"}))
    assert ("sleeping" in ended, "ended" in ended) == (False, True)
