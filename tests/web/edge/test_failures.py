"""A fault of ours, wherever it happens: a page in the design, with what was typed."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlmodel import Session, func, select

from models import Measure
from tests.conftest import NOW
from tests.databases import BACKENDS
from tests.web.conftest import SAME_SITE, fresh_app
from tests.web.pages import check, text_of
from tests.web.signed_in import office_browser, office_database
from web.edge.doors.middleware import SECURITY_HEADERS
from web.edge.pages.rendering import environment
from web.edge.viewer.transactions import get_now

TYPED = {
    "text": "表格太多了，“同一个数”填了三遍。",
    "title": "核减报表",
    "new-password": "Caoyuan-2026",
}
PATH = "/campaigns/1/measures/new"
LOST = {
    "sqlite": "SELECT * FROM lost",
    "postgresql": "SELECT pg_terminate_backend(pg_backend_pid())",
}
"""What gives an OperationalError: a table that is not there, and a connection that ends."""


@pytest.fixture(scope="module", params=BACKENDS)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A database of its own, where a request commits."""
    folder, name = tmp_path_factory.mktemp("failures"), f"jieli_failures_{os.getpid()}"
    with office_database(request.param, folder, name) as engine:
        yield engine


@pytest.fixture
def office(database: Engine, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A browser signed in on that database, which is shown what the server answers."""
    monkeypatch.setattr("adapters.database.get_engine", lambda: database)
    app = fresh_app()
    app.dependency_overrides[get_now] = lambda: NOW
    shown = TestClient(app, raise_server_exceptions=False, headers=SAME_SITE)
    return office_browser(database, shown)


@contextmanager
def in_flush(engine: Engine, said: str) -> Iterator[None]:
    """What is written is answered by the database as `said` is, in the middle of it."""

    def other(
        _connection: object, _cursor: object, sent: str, parameters: object, *_rest: object
    ) -> tuple[str, object]:
        return (said, ()) if sent.startswith("INSERT INTO measure ") else (sent, parameters)

    event.listen(engine, "before_cursor_execute", other, retval=True)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", other)


@contextmanager
def refused(engine: Engine) -> Iterator[None]:
    """The database refuses a row: an IntegrityError in a flush."""
    with in_flush(engine, "INSERT INTO measure (id) VALUES (NULL)"):
        yield


@contextmanager
def lost(engine: Engine) -> Iterator[None]:
    """The database goes away, or a table of it: an OperationalError in a flush."""
    with in_flush(engine, LOST[engine.dialect.name]):
        yield


@contextmanager
def not_committed(engine: Engine) -> Iterator[None]:
    full = engine.dialect.dbapi.OperationalError("the disk is full")  # type: ignore[union-attr]
    with patch.object(engine.dialect, "do_commit", side_effect=full):
        yield


@contextmanager
def broken_route(_engine: Engine) -> Iterator[None]:
    with patch("web.campaigns.measures.create_measure", side_effect=ZeroDivisionError):
        yield


@contextmanager
def broken_template(_engine: Engine) -> Iterator[None]:
    page = environment("zh").from_string("{{ nobody.says_so }}")
    with patch("web.campaigns.measures.back_to", lambda *_, **_values: page.render()):
        yield


FAULTS = [refused, lost, not_committed, broken_route, broken_template]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_a_page_that_gives_back_what_was_typed(
    database: Engine, office: TestClient, fault: Callable[..., Any]
) -> None:
    with fault(database):
        answer = office.post(PATH, data=TYPED)
    assert answer.status_code == 500
    assert SECURITY_HEADERS.items() <= {**answer.headers}.items() | SECURITY_HEADERS.items()
    page = text_of(answer)
    assert "系统出错了" in page
    assert "内蒙古自治区" in page  # who is signed in stands there as on any page
    shown = check(answer).xpath("//textarea[@readonly]")
    assert [field.text.strip() for field in shown] == [TYPED["text"], TYPED["title"]]
    assert TYPED["new-password"] not in answer.text
    with Session(database) as session:
        assert session.exec(select(func.count()).select_from(Measure)).one() == 0
    assert office.get("/").status_code == 200  # and the next request knows nothing of it


@pytest.mark.parametrize("fault", FAULTS)
def test_a_script_is_told_the_same_sentence(
    database: Engine, office: TestClient, fault: Callable[..., Any]
) -> None:
    with fault(database):
        answer = office.post(PATH, data=TYPED, headers={"Accept": "application/json"})
    assert answer.status_code == 500
    assert answer.json() == {"sentence": "错误已经记录。已保存的内容没有丢失，请稍后再试。"}


def test_a_fault_before_the_body_was_read_is_a_page_too(office: TestClient) -> None:
    with patch("web.edge.viewer.security.read_form", side_effect=OSError):
        answer = office.post(PATH, data=TYPED)
    assert answer.status_code == 500
    check(answer)
    assert TYPED["text"] not in answer.text


@pytest.mark.parametrize("path", ["/assignments/9/form", "/assignments/9/detail"])
def test_what_was_typed_for_something_that_is_gone_comes_back(
    office: TestClient, path: str
) -> None:
    answer = office.post(path, data={"text": TYPED["text"], "password": "Caoyuan-2026"})
    assert answer.status_code == 404
    assert TYPED["text"] in text_of(answer)
    assert "Caoyuan-2026" not in answer.text
