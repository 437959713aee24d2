"""A session that ends while someone types: the text waits for that unit, and for nobody else."""

from collections.abc import Callable
from unittest.mock import Mock

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import delete, update
from sqlmodel import Session

from adapters.passwords import hash_password
from models import Account, Role, SignIn
from rules.sentences.refusal import Refusal
from tests.building import OTHER_VILLAGE, REGION, VILLAGE, make_account
from tests.web.conftest import World
from tests.web.pages import fields_of, labelled, text_of
from web.accounts import sign_in as sign_in_pages

PASSWORD = "Caoyuan-2026"
SAID = "已排查三十七户，两户烟道不通"


@pytest.fixture(autouse=True)
def accounts(session: Session) -> None:
    for code in (VILLAGE, OTHER_VILLAGE):
        account = make_account(session, code, Role.CLERK, f"login-{code}")
        account.password_hash = hash_password(PASSWORD)
        session.add(account)
    session.flush()


def sign_in_again(
    client: TestClient, asked: Response, code: str, password: str = PASSWORD
) -> Response:
    fields = {name: values[0] for name, values in fields_of(asked, "/sign-in").items()}
    sent = fields | {"login": f"login-{code}", "password": password}
    return client.post("/sign-in", data=sent)


def typed_too_late(session: Session, client: TestClient, world: World) -> Response:
    """The answer to a form that was opened in time and sent after the session was gone."""
    path = f"/assignments/{world.id(VILLAGE)}/form"
    fields = {name: values[0] for name, values in fields_of(client.get(path), path).items()}
    session.execute(delete(SignIn))
    return client.post(path, data=fields | {"f-checked": "37", "f-note": SAID, "_act": "send"})


def test_the_same_unit_finds_its_text_in_the_form(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    asked = typed_too_late(session, client, world)
    assert asked.status_code == 401
    wrong = sign_in_again(client, asked, VILLAGE, "wrong")
    answer = sign_in_again(client, wrong, VILLAGE)
    assert answer.status_code == 303
    assert SAID in client.get(answer.headers["location"]).text


def test_what_cannot_be_kept_in_the_form_stands_under_its_questions(
    session: Session,
    world: World,
    sign_in: Callable[..., TestClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = sign_in(VILLAGE)
    asked = typed_too_late(session, client, world)
    monkeypatch.setattr("web.filling.resuming.save_draft", Mock(side_effect=Refusal("已经撤回。")))
    shown = labelled(sign_in_again(client, asked, VILLAGE))
    assert {"排查户数": "37", "工作情况": SAID}.items() <= shown.items()


def test_another_unit_never_sees_it(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    asked = typed_too_late(session, client, world)
    wrong = sign_in_again(client, asked, OTHER_VILLAGE, "wrong")
    answer = sign_in_again(client, wrong, OTHER_VILLAGE)
    assert SAID not in answer.text
    assert sign_in_pages.OTHERS in text_of(answer)
    assert client.get("/").status_code == 200


def test_another_unit_is_not_offered_to_send_it_in_its_own_name(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    fields = fields_of(client.get("/complaints/new"), "/complaints")
    session.execute(delete(SignIn))
    asked = client.post("/complaints", data={"_token": fields["_token"][0], "text": SAID})
    assert SAID not in sign_in_again(client, asked, OTHER_VILLAGE).text
    session.execute(delete(SignIn))
    asked = client.post("/complaints", data={"_token": fields["_token"][0], "text": SAID})
    assert SAID in sign_in_again(client, asked, VILLAGE).text


@pytest.mark.parametrize("name", ["password", "new_password", "old", "new", "again"])
def test_passwords_are_neither_carried_nor_shown(
    session: Session, sign_in: Callable[..., TestClient], name: str
) -> None:
    client = sign_in(REGION, "office")
    sent = {"login": "qixian", name: "Grass-land-7"}
    refused = client.post("/sign-out", data=sent, headers={"Sec-Fetch-Site": "cross-site"})
    assert "qixian" in refused.text
    assert "Grass-land-7" not in refused.text
    session.execute(delete(SignIn))
    asked = client.post("/accounts/new", data=sent)
    assert "qixian" in asked.text
    assert "Grass-land-7" not in asked.text


def test_a_deactivated_account_is_out_in_the_middle_of_its_session(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    assert client.get("/").status_code == 200
    session.execute(update(Account).values(active=False))
    assert client.get("/").status_code == 303
