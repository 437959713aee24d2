"""What is compiled before the first request."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from jinja2 import Environment
from sqlmodel import Session

from tests.building import TOWNSHIP, VILLAGE
from tests.counting import statements
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
