"""What is compiled before the first request."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from jinja2 import Environment
from sqlmodel import Session

from models import Role
from tests.building import OTHER_VILLAGE, REGION, TOWNSHIP, VILLAGE
from tests.counting import built, statements
from tests.databases import BOTH
from tests.web.conftest import World
from web.edge.pages.rendering import environment
from web.warming import ASKED, compile_templates

pytestmark = BOTH


def test_the_first_pages_compile_no_template(
    world: World, sign_in: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, township = sign_in(VILLAGE), sign_in(TOWNSHIP)
    compile_templates()
    monkeypatch.setattr(Environment, "compile", None)
    for language in ("zh", "en"):
        for client in (clerk, township):
            client.cookies.set("lang", language)
        number = world.id(VILLAGE)
        for path in ("/", f"/assignments/{number}", f"/assignments/{number}/form", "/receipts"):
            assert clerk.get(path).status_code == 200
        for path in ("/", "/review", f"/measures/{world.measure.id}/progress"):
            assert township.get(path).status_code == 200


def test_the_pages_that_everybody_opens_build_no_statement(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    office, township, clerk = sign_in(REGION, Role.OFFICE), sign_in(TOWNSHIP), sign_in(VILLAGE)
    progress, sent = f"/measures/{world.measure.id}/progress", world.id(VILLAGE)
    looks = [
        *[(client, "/") for client in (office, township, clerk)],
        *[(client, progress) for client in (office, township)],
        *[(office, f"/assignments/{world.id(REGION)}"), (clerk, f"/assignments/{sent}")],
        *[
            (township, "/review"),
            (township, f"/review/{sent}"),
            (sign_in(OTHER_VILLAGE), f"/assignments/{world.id(OTHER_VILLAGE)}/form"),
        ],
    ]
    for client, path in looks:
        client.get(path)
    for client, path in looks:
        with built() as places:
            assert client.get(path).status_code == 200
        assert not places, f"{path} builds these statements anew; make them constants"


def test_a_template_is_compiled_once_for_all_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    environment("zh").get_template("pages/units/show.html")
    monkeypatch.setattr(Environment, "compile", None)
    environment.cache_clear()
    assert environment("en").get_template("pages/units/show.html")


def test_what_is_asked_at_the_start_changes_nothing_and_finds_nothing(session: Session) -> None:
    with statements(session) as sent:
        for ask in ASKED:
            found = ask(session)
            assert not (getattr(found, "rows", found))
    assert len(sent) >= len(ASKED)
    assert all(statement.lstrip().startswith(("SELECT", "WITH")) for statement in sent)
