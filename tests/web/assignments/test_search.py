"""One search over measures, units and receipts."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from models import Measure
from tests.answering import account_of, answer, measure
from tests.building import (
    BANNER,
    OTHER_LEAGUE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
    make_measure,
)
from tests.counting import statements
from tests.web.pages import check, text_of

SignIn = Callable[..., TestClient]
__all__ = ["measure"]


def _links(client: TestClient, text: str) -> list[str]:
    page = check(client.get("/search", params={"q": text}))
    return [str(link) for link in page.xpath("//main//ul[@class='names']//a/@href")]


@pytest.mark.parametrize("code", [VILLAGE, TOWNSHIP, BANNER])
def test_a_unit_finds_its_own_task_by_a_part_of_the_name(
    sign_in: SignIn, session: Session, measure: Measure, code: str
) -> None:
    own = assignment_of(session, measure, code)
    assert _links(sign_in(code), measure.title[2:5]) == [f"/assignments/{own.id}"]


def test_an_office_finds_its_measures_and_units_and_nobody_else_finds_drafts(
    sign_in: SignIn, session: Session
) -> None:
    village = get_unit(session, VILLAGE)
    draft = make_measure(
        session, account_of(session, REGION), title=f"草拟：{village.name}", confirmed=False
    )
    assert _links(sign_in(REGION, "office"), village.name) == [
        f"/measures/{draft.id}", f"/units/{VILLAGE}"
    ]  # fmt: skip
    assert _links(sign_in(OTHER_LEAGUE, "office"), village.name) == []


def test_the_number_of_a_receipt_leads_to_the_receipt(
    sign_in: SignIn, session: Session, measure: Measure
) -> None:
    sent = answer(session, measure, VILLAGE)
    found = sign_in(TOWNSHIP).get("/search", params={"q": sent.receipt})
    assert found.headers["location"] == f"/receipts/{sent.receipt}"
    assert sign_in(OTHER_LEAGUE).get("/search", params={"q": sent.receipt}).status_code == 200


@pytest.mark.parametrize("text", ["", "   ", "没有这个", "%", "_", "\x00", "长" * 300])
def test_what_is_not_there_is_told(sign_in: SignIn, measure: Measure, text: str) -> None:
    client = sign_in(VILLAGE)
    page = text_of(client.get("/search", params={"q": text}))
    assert ("没有找到" in page) is bool(text.strip("\x00 "))


def test_a_search_takes_the_same_statements_whatever_it_finds(
    sign_in: SignIn, session: Session, measure: Measure
) -> None:
    client = sign_in(REGION, "office")
    with statements(session) as nothing:
        client.get("/search?q=没有这个")
    with statements(session) as much:
        client.get(f"/search?q={measure.title}")
    assert len(nothing) == len(much)
