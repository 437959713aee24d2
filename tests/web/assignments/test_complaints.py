"""Complaints about burden."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from tests.building import OTHER_VILLAGE, TOWNSHIP, VILLAGE
from tests.web.pages import check, fields_of, text_of


def test_a_village_complains_and_the_units_above_read_it(
    sign_in: Callable[..., TestClient],
) -> None:
    client = sign_in(VILLAGE)
    form = client.get("/complaints/new?page=/review")
    fields = fields_of(form, "/complaints") | {"text": ["这张表和民政的一样"]}
    answer = client.post("/complaints", data=fields)
    assert "已经收到" in text_of(client.get(answer.headers["location"]))
    tree = check(sign_in(TOWNSHIP).get("/complaints"))
    assert "这张表和民政的一样" in tree.text_content()
    assert tree.xpath("//main//a[@href='/review']")


def test_a_unit_beside_does_not_read_it(sign_in: Callable[..., TestClient]) -> None:
    sign_in(VILLAGE).post("/complaints", data={"text": "负担太重了吧"})
    assert "负担太重了吧" not in text_of(sign_in(OTHER_VILLAGE).get("/complaints"))


def test_an_empty_complaint_is_told(sign_in: Callable[..., TestClient]) -> None:
    answer = sign_in(VILLAGE).post("/complaints", data={"text": "嗯"})
    assert answer.status_code == 422
    assert "请写明哪里" in text_of(answer)


def test_a_complaint_never_links_to_another_site(sign_in: Callable[..., TestClient]) -> None:
    client = sign_in(VILLAGE)
    client.post("/complaints", data={"text": "负担太重了吧", "page": "//evil.example"})
    assert "evil" not in client.get("/complaints").text
