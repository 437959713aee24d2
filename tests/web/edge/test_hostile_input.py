"""What no page of ours sends: answered with a page, never with a fault of ours."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from sqlmodel import Session

from adapters.passwords import hash_password
from models import Role
from rules.forms.form_inputs import MOST_INPUTS
from tests.building import LEAGUE, REGION, VILLAGE, make_account, make_measure
from tests.databases import BOTH
from tests.web.conftest import World, account_of
from tests.web.pages import check, text_of
from web.edge.requests.posted import MOST_FIELDS
from web.edge.viewer.transactions import get_look, get_session

pytestmark = BOTH

DIGITS = "9" * 5000
"""More than Python reads as a number."""
BODIES = {
    "no boundary": (b"x", "multipart/form-data"),
    "no parts": (b"xx--yy", "multipart/form-data; boundary=zz"),
    "failing encoding": (
        b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nabc\r\n--b--\r\n',
        "multipart/form-data; boundary=b; charset=undefined",
    ),
    "too many fields": (
        b"&".join(b"f%d=x" % n for n in range(MOST_FIELDS + 1)),
        "application/x-www-form-urlencoded",
    ),
}


async def _look_in(session: Session, read: Callable[[Session], Any]) -> Any:
    return read(session)


def test_the_whole_form_has_come_in_before_a_transaction_begins(
    app: FastAPI, session: Session, sign_in: Callable[..., TestClient]
) -> None:
    seen: list[bool] = []

    def watched(request: Request) -> Session:
        seen.append(hasattr(request.state, "posted"))
        return session

    def watched_look(request: Request) -> Any:
        return partial(_look_in, watched(request))

    client = sign_in(VILLAGE)
    app.dependency_overrides[get_session] = watched
    app.dependency_overrides[get_look] = watched_look
    for path in ("/complaints", "/sign-in", "/review", "/units/import", "/assignments/1/form"):
        client.post(path, data={"text": "x"})
    assert seen
    assert all(seen)


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_body_that_is_no_form_is_told(
    client: TestClient, sign_in: Callable[..., TestClient], kind: str, signed_in: bool
) -> None:
    body, content_type = BODIES[kind]
    sender: TestClient = sign_in(VILLAGE) if signed_in else client
    answer = sender.post("/complaints", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 400
    check(answer)


@pytest.mark.parametrize(
    "carried", ["[" * 100_000, '{"a":' * 20_000, "[1]", '{"a": [{}]}', '{"a":' + DIGITS + "}"]
)
def test_a_carried_text_that_is_none_is_left_out(client: TestClient, carried: str) -> None:
    answer = client.post("/sign-in", data={"login": "x", "password": "y", "carried": carried})
    assert answer.status_code == 422
    check(answer)


def test_halves_of_characters_and_nul_never_get_in(
    client: TestClient, session: Session, sign_in: Callable[..., TestClient]
) -> None:
    account = make_account(session, VILLAGE, Role.CLERK, "hongxing")
    account.password_hash = hash_password("Caoyuan-2026")
    session.add(account)
    session.flush()
    carried = r'{"text": ["\ud800\u0000剩下的字"]}'
    sent = {"login": "hong\0xing", "password": "Caoyuan-2026", "next": "/x", "carried": carried}
    answer = client.post("/sign-in", data=sent)
    assert answer.status_code == 200
    assert "剩下的字" in text_of(answer)


@pytest.mark.parametrize(
    "path",
    [
        "/measures/{id}/preview/village?page=99999999999999999999",
        f"/measures/{{id}}/preview/village?page={DIGITS}",
        f"/review?page={DIGITS}&measure={DIGITS}&approved={DIGITS}",
        f"/campaigns/1?saved={DIGITS}",
        f"/assignments/{DIGITS}",
        "/assignments/-1",
        "/static/..%2f..%2fapp.py",
        "/units?q=%25%27_",
    ],
)
def test_an_address_with_odd_numbers_is_a_page(
    session: Session, sign_in: Callable[..., TestClient], path: str
) -> None:
    measure = make_measure(session, account_of(session, REGION, Role.OFFICE))
    answer = sign_in(REGION, "office").get(path.format(id=measure.id))
    assert answer.status_code in (200, 404)
    check(answer)


TYPED = {"title": "t", "text": "x", "kind": "figures", "review_days": "1", "version": "1"}


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/schedules/new/release", {"subject": "9" * 30, "day": "2027-01-01", "at": "08:30"}),
        ("/schedules/new/release", {"subject": DIGITS, "day": "2027-01-01", "at": "08:30"}),
        ("/schedules/new/reports", {"subject": "1", "rhythm": "weekly", "weekday": DIGITS}),
        ("/measures/{id}/edit", {**TYPED, "form": DIGITS}),
        ("/measures/{id}/edit", {**TYPED, "then": f"take:duties:{DIGITS}"}),
        ("/measures/{id}/edit", {**TYPED, "due_kind": "days", "due_days": DIGITS}),
        ("/measures/{id}/edit", {**TYPED, "due_kind": "by", "due_day": "9999-12-31"}),
        ("/measures/{id}/form", {"rows": DIGITS, "do": "add"}),
        ("/measures/{id}/form", {"rows": "1", "do": f"delete:{DIGITS}"}),
        ("/review", {"ids": DIGITS, "act": "approve"}),
    ],
)
def test_a_form_with_odd_numbers_is_shown_again(
    session: Session, sign_in: Callable[..., TestClient], path: str, fields: dict[str, Any]
) -> None:
    measure = make_measure(session, account_of(session, REGION, Role.OFFICE))
    answer = sign_in(REGION, "office").post(path.format(id=measure.id), data=fields)
    assert answer.status_code in (200, 409, 422)
    check(answer)


def test_odd_numbers_on_the_form_page_change_nothing(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    fields = {"_act": "send", "_send_key": "a" * 20, "_seen": DIGITS, "f-checked": "1"}
    answer = sign_in(VILLAGE).post(f"/assignments/{world.id(VILLAGE)}/form", data=fields)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("code", "role"), [(VILLAGE, "clerk"), (LEAGUE, "clerk"), (LEAGUE, "office")]
)
def test_files_of_those_who_may_not_send_them_are_not_read(
    sign_in: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch, code: str, role: str
) -> None:
    monkeypatch.setattr("web.units.unit_import.table_apart", None)
    client = sign_in(code, role)
    assert client.post("/units/import", files={"file": ("a.csv", b"x")}).status_code == 404
    if role == "clerk":
        monkeypatch.setattr("web.campaigns.intake.document_apart", None)
        assert client.post("/campaigns/new", files={"file": ("a.txt", b"x")}).status_code == 404


def test_the_largest_form_that_can_be_published_comes_in_wholly(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    """Every answer of it, and an empty input for a file beside each."""
    boundary, head = "b", 'Content-Disposition: form-data; name="'
    answers = [f'{head}f-r.{n}.q"\r\n\r\n1' for n in range(MOST_INPUTS)]
    files = [f'{head}f-r.{n}.p"; filename=""\r\n\r\n' for n in range(MOST_INPUTS)]
    parts = [f'{head}_act"\r\n\r\nadd:nothing', *answers, *files]
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
    answer = sign_in(VILLAGE).post(
        f"/assignments/{world.id(VILLAGE)}/form", content=body,
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )  # fmt: skip
    assert answer.status_code != 400
