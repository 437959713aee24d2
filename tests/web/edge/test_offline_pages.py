"""Which pages a phone may keep, and the worker that keeps them."""

import json
import re
from collections.abc import Callable
from gzip import compress

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from adapters.settings import get_settings
from tests.building import REGION, TOWNSHIP, VILLAGE
from tests.web.conftest import World, account_of
from tests.web.pages import fields_of
from web.edge.pages.offline_pages import KEEP_FOR


def test_only_a_clerks_home_and_forms_may_be_kept_and_say_whose_they_are(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    client, account = sign_in(VILLAGE), account_of(session, VILLAGE)
    path = f"/assignments/{world.id(VILLAGE)}/form"
    for address in ("/", path, f"{path}?saved=1"):
        answer = client.get(address)
        assert answer.headers[KEEP_FOR] == f"{account.unit_id}.{account.id}"
        assert answer.headers["cache-control"] == "no-store"
    posted = {name: values[0] for name, values in fields_of(client.get(path), path).items()}
    told = client.post(path, data={**posted, "f-note": "写的", "_act": "autosave"})
    world.send(VILLAGE)
    upper = sign_in(REGION, "office")
    answers = [
        told,
        client.get(f"{path}?conflict=1"),
        client.get(path),
        client.get(f"/assignments/{world.id(VILLAGE)}"),
        client.get("/nothing-here"),
        sign_in(TOWNSHIP).get(path),
        upper.get("/"),
    ]
    assert [answer.status_code for answer in answers] == [303, 200, 303, 200, 404, 404, 200]
    assert not any(KEEP_FOR in answer.headers for answer in answers)


def test_the_worker_is_small_old_fashioned_and_asked_for_once_an_hour(client: TestClient) -> None:
    answer = client.get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "max-age=3600"
    begin, _, script = answer.text.partition("\n")
    page = json.loads(begin.removeprefix("var jieli = ").removesuffix(";"))["page"]
    assert "现在没有网络" in page
    assert len(compress(answer.content, 6)) <= 4_096
    assert re.findall(r"=>|`|\b(?:const|let|class|async) ", script) == []


@pytest.fixture
def unwanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "offline_pages", False)


def test_where_it_is_not_wanted_a_worker_takes_itself_away(
    unwanted: None, client: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    assert "unregister" in client.get("/sw.js").text
    page = sign_in(VILLAGE).get("/")
    assert KEEP_FOR not in page.headers
    assert "data-keep-for" not in page.text
