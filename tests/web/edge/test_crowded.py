"""Too many at once: a page that says so, keeps what was typed and sends it again."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from adapters import database
from models import Measure, Unit
from tests.building import REGION, VILLAGE, get_unit
from tests.conftest import NOW
from tests.databases import BACKENDS
from tests.sample_tree import SAMPLE_UNITS
from tests.web.conftest import fresh_app, make_client
from tests.web.forms.test_form_import import workbook
from tests.web.office import drafted
from tests.web.pages import check, fields_of, text_of
from tests.web.signed_in import office_browser, office_database
from web.edge.requests.waiting import (
    BUSY,
    READING_FILES,
    RETRY_SECONDS,
    SIGNING_IN,
    Places,
    Waiting,
    WaitingLine,
)
from web.edge.viewer.transactions import get_now

PATH = "/campaigns/1/measures/new"
TYPED = {"title": "核减报表", "text": "第一行“引号”\n第二行 <b>&amp;", "_act": "save"}
PASSWORD = "Caoyuan-2026"
NO_PLACE = Places(1, 0)
"""Nobody waits for a place, so that everybody has waited too long."""


@pytest.fixture(params=BACKENDS)
def scarce(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    """A database with one connection, for which nobody waits."""
    monkeypatch.setitem(database._HABITS, "pool_size", 1)
    monkeypatch.setitem(database._HABITS, "pool_timeout", 0.01)
    with office_database(request.param, tmp_path, f"jieli_crowded_{os.getpid()}") as engine:
        monkeypatch.setattr("adapters.database.get_engine", lambda: engine)
        yield engine


@pytest.fixture
def office(scarce: Engine) -> TestClient:
    """A browser of the region's office on that database."""
    app = fresh_app()
    app.dependency_overrides[get_now] = lambda: NOW
    return office_browser(scarce, make_client(app))


def test_without_a_connection_what_was_typed_is_kept_and_sent_again_by_the_button(
    scarce: Engine, office: TestClient
) -> None:
    with scarce.connect():
        answer = office.post(PATH, data=TYPED)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == str(RETRY_SECONDS)
        assert BUSY in text_of(answer)
        shown = [text.text for text in check(answer).xpath("//textarea[@readonly]")]
        assert [text.strip() for text in shown] == [TYPED["title"], TYPED["text"]]
        again = office.post(PATH, data=fields_of(answer, PATH))
        assert again.status_code == 503
        assert fields_of(again, PATH) == fields_of(answer, PATH)
    assert fields_of(again, PATH)["_act"] == ["save"]
    assert office.post(PATH, data=fields_of(again, PATH)).status_code == 303
    with Session(scarce) as session:
        made = session.exec(select(Measure)).one()
        assert (made.title, made.text) == (TYPED["title"], TYPED["text"])


def test_without_a_connection_a_page_is_asked_for_again_by_a_link(
    scarce: Engine, office: TestClient
) -> None:
    with scarce.connect():
        answer = office.get("/schedules?a=1&b=2")
    assert answer.status_code == 503
    (href,) = check(answer).xpath("//main//a/@href")
    assert href == "/schedules?a=1&b=2"
    assert office.get(href).status_code == 200


def test_who_waits_too_long_for_a_place_is_told_the_same(office: TestClient) -> None:
    app = office.app
    assert isinstance(app, FastAPI)
    app.state.waiting = Waiting(connections=NO_PLACE)
    assert office.get("/schedules").status_code == 503
    answer = office.post(PATH, data=TYPED, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()) == (503, {"sentence": BUSY})
    answer = office.post(PATH, data=TYPED | {"packed": "eJw="}, files={"file": ("a", b"a")})
    assert "选择的文件没有收到" in text_of(answer)
    assert check(answer).xpath("//form//button")[-1].text_content() == "不带文件，再次提交"
    assert fields_of(answer, PATH)["packed"] == ["eJw="]
    assert len(check(answer).xpath("//textarea")) == 2  # the file is not shown as text
    app.state.waiting = Waiting()
    assert office.post(PATH, data=fields_of(answer, PATH)).status_code == 303


@pytest.fixture
def full(app: FastAPI) -> Waiting:
    """Lines in which nobody may wait."""
    passwords, files = WaitingLine(1, 0, SIGNING_IN), WaitingLine(1, 0, READING_FILES)
    waiting = Waiting(passwords, passwords, files, files)
    app.state.waiting = waiting
    return waiting


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/password", {"old": PASSWORD, "new": "Grass-land-7", "again": "Grass-land-7"}),
        ("/accounts/new", {"unit": VILLAGE, "login": "somebody", "password": PASSWORD}),
    ],
)
def test_what_had_a_password_with_it_is_not_sent_again_without_it(
    sign_in: Callable[..., TestClient], path: str, typed: dict[str, Any]
) -> None:
    answer = sign_in(REGION, "office").post(path, data=typed)
    assert answer.status_code == 503
    assert "密码没有保留，请回到上一页重新填写" in text_of(answer)
    assert check(answer).xpath(f"//form[@action='{path}']") == []
    assert PASSWORD not in answer.text
    assert ("somebody" in text_of(answer)) == ("login" in typed)


@pytest.mark.usefixtures("full")
def test_the_sign_in_page_keeps_the_login_and_what_it_carried(client: TestClient) -> None:
    carried = '{"text": ["已经写了很多"]}'
    typed = {"login": "somebody", "password": PASSWORD, "next": "/receipts", "carried": carried}
    answer = client.post("/sign-in", data=typed)
    assert answer.status_code == 503
    assert SIGNING_IN in text_of(answer)
    kept = fields_of(answer, "/sign-in")
    assert {name: kept[name][0] for name in typed} == typed | {"password": ""}


@pytest.fixture(params=["units", "form"])
def upload(request: pytest.FixtureRequest, session: Session) -> tuple[str, bytes]:
    """Where a file is looked through before it is confirmed, and such a file."""
    if request.param == "form":
        return f"/measures/{drafted(session).id}/form/import", workbook()
    name = get_unit(session, VILLAGE).name.encode()
    return "/units/import", SAMPLE_UNITS.read_bytes().replace(name, "新名嘎查".encode())


@pytest.mark.usefixtures("full")
def test_a_file_whose_turn_does_not_come_is_chosen_again(
    sign_in: Callable[..., TestClient], upload: tuple[str, bytes]
) -> None:
    path, content = upload
    answer = sign_in(REGION, "office").post(path, files={"file": ("a", content)})
    assert answer.status_code == 503
    assert READING_FILES in text_of(answer)
    assert check(answer).xpath("//input[@type='file']")


def test_a_file_that_the_page_carries_is_read_again_by_a_button(
    session: Session, app: FastAPI, sign_in: Callable[..., TestClient], upload: tuple[str, bytes]
) -> None:
    path, content = upload
    client = sign_in(REGION, "office")
    looked_through = client.post(path, files={"file": ("a", content)})
    waiting = app.state.waiting
    app.state.waiting = Waiting(offices=WaitingLine(1, 0, READING_FILES))
    crowded = client.post(path, data=fields_of(looked_through, path))
    assert crowded.status_code == 503
    assert "文件还在" in text_of(crowded)
    assert check(crowded).xpath("//button[normalize-space()='再读一次这个文件']")
    app.state.waiting = waiting
    again = client.post(path, data=fields_of(crowded, path))
    assert again.status_code == 200
    assert fields_of(again, path) == fields_of(looked_through, path)
    assert session.exec(select(Unit).where(Unit.name == "新名嘎查")).first() is None
    assert client.post(path, data=fields_of(again, path)).status_code == 303
