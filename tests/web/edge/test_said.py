"""What an act has done is said once, on the page to which the act returns."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from tests.building import VILLAGE
from tests.web.conftest import World
from tests.web.pages import check
from web.edge.pages.said import COOKIE


def said_on(client: TestClient, path: str) -> list[str]:
    parts = check(client.get(path)).xpath("//div[@class='said']/p[@role='status']")
    return [part.text_content() for part in parts]


def test_a_sentence_that_is_not_signed_by_us_is_not_shown(
    sign_in: Callable[..., TestClient],
) -> None:
    client = sign_in(VILLAGE)
    for sent in ("abc", "eyJtc2dpZCI6IngifQ.c2lnbmVk", '{"msgid": "pay", "values": {}}'):
        client.cookies.set(COOKIE, sent)
        assert said_on(client, "/") == []


def test_a_sentence_waits_through_a_second_redirect_and_escapes_what_was_typed(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.measure.title = "<b>粗</b>"
    client = sign_in(VILLAGE)
    here = f"/assignments/{world.id(VILLAGE)}"
    client.post(f"{here}/acknowledge")
    assert client.get(f"{here}/acknowledge").status_code == 303
    assert said_on(client, here) == ["已签收“<b>粗</b>”。"]
    assert said_on(client, here) == []
