"""The list of what waits for review: its lines, filters, ticks and dates."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from models import Role, SignIn, Status
from tests.answering import send
from tests.building import (
    BANNER,
    REGION,
    TOWNSHIP,
    VILLAGE,
    make_form,
    make_measure,
    release_down,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.web.conftest import World, account_of
from tests.web.pages import check, fields_of, text_of
from tests.web.review.test_reviews import SECOND, THIRD
from web.edge.viewer.transactions import get_now


def test_ticked_ones_are_approved_together(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    for code in (VILLAGE, SECOND, THIRD):
        world.send(code)
    client = sign_in(TOWNSHIP)
    page = client.get("/review")
    ids = check(page).xpath("//input[@name='ids']/@value")
    assert len(ids) == 3
    answer = client.post(
        "/review", data={**fields_of(page, "/review"), "ids": ids[:2], "act": "approve"}
    )
    assert "已通过 2 份" in text_of(client.get(answer.headers["location"]))
    assert world.assignment(THIRD).status == Status.SUBMITTED


def test_nothing_ticked_is_told(world: World, sign_in: Callable[..., TestClient]) -> None:
    world.send(VILLAGE)
    answer = sign_in(TOWNSHIP).post("/review", data={"act": "approve"})
    assert answer.status_code == 422
    assert "请先勾选" in text_of(answer)
    assert not check(answer).xpath("//details[@open]")  # it was not a return


def test_ticked_ones_are_returned_with_one_reason(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    sent = world.send(VILLAGE)
    data = {"ids": [str(sent.id)], "reason": "全部重新核对", "act": "return"}
    answer = sign_in(TOWNSHIP).post("/review", data=data)
    assert answer.status_code == 303
    assert world.assignment(VILLAGE).status == Status.RETURNED


def test_the_list_can_be_narrowed_to_one_measure(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    client = sign_in(TOWNSHIP)
    narrowed = client.get(f"/review?measure={world.measure.id}")
    assert "红星社区" in text_of(narrowed)
    assert not check(narrowed).xpath("//form[@action='/review']/details/@open")
    more = client.get(f"/review?measure={world.measure.id}&times=first")
    assert check(more).xpath("//form[@action='/review']/details/@open")
    assert "没有符合筛选条件的" in text_of(client.get("/review?measure=999"))
    assert client.get("/review?measure=x&page=y&sort=z&times=w&unit=-1").status_code == 200


def test_the_list_costs_the_same_for_one_line_and_for_three(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client = sign_in(TOWNSHIP)
    counts = []
    for code in (VILLAGE, SECOND, THIRD):
        world.send(code)
        with statements(session) as sent:
            client.get("/review")
        counts.append(len(sent))
    assert counts[0] == counts[2] <= 12


def test_the_filter_is_kept_from_the_list_to_the_next_one_and_back(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    for code in (VILLAGE, SECOND, THIRD):
        world.send(code)
    client, chosen = sign_in(TOWNSHIP), f"measure={world.measure.id}&times=first&sort=unit"
    links = check(client.get(f"/review?{chosen}")).xpath("//tbody//a/@href")
    assert links == [f"/review/{world.id(code)}?{chosen}" for code in (VILLAGE, SECOND, THIRD)]
    page = client.get(links[1])
    assert {links[0], links[2]} <= set(check(page).xpath("//p[@class='near']/a/@href"))
    fields = fields_of(page, links[1])
    answer = client.post(links[1], data={**fields, "act": "approve"})
    assert answer.headers["location"].startswith(f"/review/{world.id(THIRD)}?")
    assert answer.headers["location"].endswith(chosen)


def test_the_page_of_the_list_is_found_again(
    world: World, sign_in: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queries.review.reviews.PAGE_LENGTH", 1)
    for code in (VILLAGE, SECOND, THIRD):
        world.send(code)
    client = sign_in(TOWNSHIP)
    second = client.get("/review?sort=unit&page=2")
    (link,) = check(second).xpath("//tbody//a/@href")
    assert link.startswith(f"/review/{world.id(SECOND)}?")
    back = "/review?sort=unit&page="
    assert f"{back}2" in check(client.get(link)).xpath("//p[@class='near']/a/@href")
    decided = client.post(link, data={**fields_of(client.get(link), link), "act": "approve"})
    following = check(client.get(decided.headers["location"]))
    assert f"{back}2" in following.xpath("//p[@class='near']/a/@href")  # one page less by now
    action = f"{back}2"
    page = client.get(action)
    ids = check(page).xpath("//input[@name='ids']/@value")
    answer = client.post(action, data={**fields_of(page, action), "ids": ids, "act": "approve"})
    assert answer.headers["location"].endswith("sort=unit&page=2")
    assert f"{back}2" not in check(client.get("/review/all?sort=unit&act=approve")).xpath(
        "//a/@href"
    )
    assert f"{back}2" in check(client.get("/review/all?sort=unit&page=2&act=approve")).xpath(
        "//a/@href"
    )


def test_all_of_a_page_are_ticked_without_javascript(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    for code in (VILLAGE, SECOND):
        world.send(code)
    client = sign_in(TOWNSHIP)
    (link,) = check(client.get("/review?times=first")).xpath("//a[@data-tick-all]/@href")
    assert "times=first" in link
    assert len(check(client.get(link)).xpath("//input[@name='ids' and @checked]")) == 2


def test_the_last_one_of_the_list_leads_to_one_that_was_skipped(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    world.send(SECOND)
    client, path = sign_in(TOWNSHIP), f"/review/{world.id(SECOND)}"
    answer = client.post(path, data={**fields_of(client.get(path), path), "act": "approve"})
    assert answer.headers["location"].startswith(f"/review/{world.id(VILLAGE)}?")


def test_filters_show_what_they_say(world: World, sign_in: Callable[..., TestClient]) -> None:
    world.send(VILLAGE)
    client = sign_in(TOWNSHIP)
    for query in ("q=红星", "q=150402005002", "times=first"):
        assert "红星社区" in check(client.get(f"/review?{query}")).xpath("string(//tbody)")
    for query in ("q=没有", "times=again", "flagged=1", "late=1", "period=202601", "overdue=1"):
        assert "没有符合筛选条件的" in text_of(client.get(f"/review?{query}"))


def test_what_waits_too_long_is_marked_for_the_reviewer_and_then_for_the_unit_above(
    app: FastAPI, world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    reviewer, above = sign_in(TOWNSHIP), sign_in(BANNER)
    app.dependency_overrides[get_now] = lambda: NOW + timedelta(minutes=50)
    assert "审核超期" not in text_of(reviewer.get("/"))
    assert until(reviewer.get("/review")) == "11-25"
    days = {name: (lambda n=n: NOW + timedelta(days=n)) for name, n in (("thu", 3), ("fri", 4))}
    keep_signed_in(reviewer, above, session=world.session)
    app.dependency_overrides[get_now] = days["thu"]
    assert "1 审核超期" in text_of(reviewer.get("/"))
    assert "11-25 审核超期" in until(reviewer.get("/review"))
    assert "下级单位审核超期" not in text_of(above.get("/"))
    app.dependency_overrides[get_now] = days["fri"]
    assert "1 份审核超期" in text_of(above.get("/"))


def until(page: Response) -> str:
    """What the list says of the reviewer's own date."""
    return " ".join(check(page).xpath("string(//td[@class='until'])").split())


def keep_signed_in(*_clients: TestClient, session: Session) -> None:
    for sign_in in session.exec(select(SignIn)):
        sign_in.expires_at = NOW + timedelta(days=30)
    session.flush()


def test_every_decision_of_the_last_minutes_can_be_taken_back_from_the_list(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(TOWNSHIP)
    for code in (VILLAGE, "150402005003"):
        world.send(code)
        path = f"/review/{world.id(code)}"
        client.post(path, data={**fields_of(client.get(path), path), "act": "approve"})
    page = check(client.get("/review"))
    undo = page.xpath("//details//form[contains(@action, '/undo')]/@action")
    assert len(undo) == 2
    client.post(undo[0])
    assert len(check(client.get("/review")).xpath("//form[contains(@action, '/undo')]")) == 1
    world.send(VILLAGE, checked="13")  # a correction: the other decision moves nothing any more
    assert not check(client.get("/review")).xpath("//form[contains(@action, '/undo')]")


def test_the_list_shows_numbers_and_no_counts_of_choices(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    choices = [{"value": "a", "label": "已完成"}, {"value": "b", "label": "正在整改"}]
    office = account_of(session, REGION, Role.OFFICE)
    fields = [
        {"name": "n", "label": "户数", "type": "integer", "rollup": "sum"},
        {"name": "s", "label": "进度", "type": "select_one", "rollup": "share",
         "choices": choices},
    ]  # fmt: skip
    measure = make_measure(session, office, form=make_form(session, office, fields))
    release_down(session, measure, office)
    village = World(measure, session).assignment(VILLAGE)
    send(session, village, {"n": ["7"], "s": ["b"]}, actor=account_of(session, VILLAGE))
    cards = check(sign_in(TOWNSHIP).get("/review")).xpath("//span[@class='figure']")
    assert [" ".join(card.text_content().split()) for card in cards] == ["户数 7"]
