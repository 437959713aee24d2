"""The month of a unit's due dates, and its feed for calendar programs."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlmodel import Session

from models import Measure
from tests.answering import answer, measure
from tests.building import OTHER_VILLAGE, REGION, VILLAGE, assignment_of
from tests.counting import statements
from tests.web.pages import check, text_of

SignIn = Callable[..., TestClient]
__all__ = ["measure"]


def _address(client: TestClient) -> str:
    client.post("/calendar/feed")
    found = check(client.get("/calendar")).xpath("//code[@class='address']/text()")
    return str(found[0]).split("testserver", 1)[1]


def _titles(client: TestClient, address: str) -> list[tuple[date, str]]:
    fetched = client.get(address)
    assert fetched.headers["content-type"] == "text/calendar; charset=utf-8"
    events: Any = Calendar.from_ical(fetched.content).walk("VEVENT")
    return [(event["dtstart"].dt, str(event["summary"])) for event in events]


def test_a_month_shows_what_is_due_and_which_days_are_off(
    sign_in: SignIn, session: Session, measure: Measure
) -> None:
    own = assignment_of(session, measure, VILLAGE)
    client = sign_in(VILLAGE)
    tree = check(client.get(f"/calendar?month={own.due_on:%Y-%m}"))
    assert tree.xpath(f"//h2[@id='d{own.due_on}']/following-sibling::ul[1]//a/@href") == [
        f"/assignments/{own.id}"
    ]
    off = tree.xpath(
        "//td[contains(@class, 'off') and not(contains(@class, 'outside'))]//time/text()"
    )
    assert [int(day) for day in off] == [5, 6, 12, 13, 19, 20, 26, 27]
    assert "这个月没有到期的任务" in text_of(client.get("/calendar?month=2026-06"))


def test_a_year_that_is_not_published_is_told(sign_in: SignIn) -> None:
    client = sign_in(VILLAGE)
    assert "尚未公布" in text_of(client.get("/calendar?month=2027-02"))
    assert "尚未公布" not in text_of(client.get("/calendar?month=2026-12"))


@pytest.mark.parametrize("month", ["x", "2026-13", "1999-12", "2026-12-01", "20991"])
def test_what_is_no_month_shows_the_present_one(sign_in: SignIn, month: str) -> None:
    assert "2026年11月的截止日期" in text_of(sign_in(VILLAGE).get(f"/calendar?month={month}"))


def test_a_feed_tells_what_is_owed_to_whoever_has_its_address(
    sign_in: SignIn, session: Session, measure: Measure
) -> None:
    address = _address(sign_in(VILLAGE))
    due_on = assignment_of(session, measure, VILLAGE).due_on
    stranger = sign_in(OTHER_VILLAGE)
    stranger.cookies.clear()
    assert _titles(stranger, address) == [(due_on, measure.title)]
    answer(session, measure, VILLAGE)
    assert _titles(stranger, address) == []


def test_a_wrong_or_a_revoked_address_shows_nothing(sign_in: SignIn) -> None:
    client = sign_in(VILLAGE)
    address = _address(client)
    feed_id = address.split("/")[2].split("-")[0]
    for wrong in (address[:-5] + "0.ics", f"/calendar/{feed_id}-.ics", f"/calendar/{feed_id}-x.ics",
                  address.replace(f"/{feed_id}-", "/999-")):  # fmt: skip
        assert client.get(wrong).status_code == 404
    client.post("/calendar/feed/revoke")
    assert client.get(address).status_code == 404
    assert _address(client) != address


def test_a_month_takes_a_constant_number_of_statements(
    sign_in: SignIn, session: Session, measure: Measure
) -> None:
    client = sign_in(VILLAGE)
    with statements(session) as empty:
        client.get("/calendar?month=2026-06")
    with statements(session) as full:
        client.get("/calendar?month=2026-12")
    assert len(empty) == len(full)


def test_the_issuer_is_not_shown_its_own_measure(sign_in: SignIn, measure: Measure) -> None:
    page = text_of(sign_in(REGION).get("/calendar?month=2026-12"))
    assert measure.title not in page
