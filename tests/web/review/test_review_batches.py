"""Deciding about all that match, and taking decisions back."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session

from models import Flag, FlagKind, Status
from tests.building import BANNER, OTHER_VILLAGE, TOWNSHIP, VILLAGE
from tests.conftest import NOW
from tests.counting import statements
from tests.present import present
from tests.web.conftest import World
from tests.web.pages import check, fields_of, text_of
from web.edge.viewer.transactions import get_now

SECOND = "150402005003"
THIRD = "150402005004"


@pytest.fixture
def three(world: World, session: Session) -> World:
    """Three villages have sent; the checks have a question about the third."""
    for code in (VILLAGE, SECOND):
        world.send(code)
    flagged = world.send(THIRD)
    flagged.flags, flagged.flag_count = (Flag(FlagKind.ALL_ZERO),), 1
    session.flush()
    return world


def statuses(world: World) -> list[Any]:
    return [world.assignment(code).status for code in (VILLAGE, SECOND, THIRD)]


def confirm(
    client: TestClient,
    path: str = "/review/all?act=approve",
    action: str = "/review/all",
    **more: str,
) -> Response:
    page = client.get(path)
    act = check(page).xpath("//button[@name='act']/@value")[0]
    return client.post(action, data={**fields_of(page, action), "act": act, **more})


def undo_form(page: Response) -> list[str]:
    actions: list[str] = check(page).xpath("//form[contains(@action,'/undo')]/@action")
    return actions


def test_all_are_approved_after_their_count_was_shown(
    three: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(TOWNSHIP)
    assert "/review/all?act=approve" in check(client.get("/review")).xpath("//a/@href")
    page = text_of(client.get("/review/all?act=approve"))
    assert "将通过 3 份" in page
    assert "其中 1 份有提示" in page
    answer = confirm(client)
    assert "已通过 3 份" in text_of(client.get(answer.headers["location"]))
    assert set(statuses(three)) == {Status.APPROVED}


def test_the_filter_says_which_ones(three: World, sign_in: Callable[..., TestClient]) -> None:
    client = sign_in(TOWNSHIP)
    page = text_of(client.get("/review/all?act=approve&flagged=1"))
    assert "将通过 1 份" in page
    confirm(client, "/review/all?act=approve&flagged=1", "/review/all?flagged=1")
    assert statuses(three) == [Status.SUBMITTED, Status.SUBMITTED, Status.APPROVED]


def test_what_came_in_after_the_count_waits_and_what_was_decided_is_told(
    app: FastAPI, three: World, sign_in: Callable[..., TestClient]
) -> None:
    client, path = sign_in(TOWNSHIP), "/review/all"
    page = client.get("/review/all?act=approve")
    address = f"/review/{three.id(VILLAGE)}"
    client.post(address, data={**fields_of(client.get(address), address), "act": "approve"})
    app.dependency_overrides[get_now] = lambda: NOW + timedelta(minutes=1)
    answer = client.post(path, data={**fields_of(page, path), "act": "approve"})
    told = text_of(client.get(answer.headers["location"]))
    assert "已通过 2 份" in told
    assert "另有 1 份在此之前已经办理" in told


def test_all_are_returned_with_one_reason(three: World, sign_in: Callable[..., TestClient]) -> None:
    client = sign_in(TOWNSHIP)
    answer = confirm(client, "/review/all?act=return", reason="错")
    assert answer.status_code == 422
    assert fields_of(answer, "/review/all")["reason"] == ["错"]
    assert confirm(client, "/review/all?act=return", reason="请全部核对").status_code == 303
    assert set(statuses(three)) == {Status.RETURNED}


@pytest.mark.parametrize("moment", ["", "x", "-1", "9" * 40])
def test_without_a_count_shown_before_nothing_is_done(
    three: World, sign_in: Callable[..., TestClient], moment: str
) -> None:
    answer = sign_in(TOWNSHIP).post("/review/all", data={"act": "approve", "moment": moment})
    assert answer.status_code == 422
    assert set(statuses(three)) == {Status.SUBMITTED}


def test_a_decision_is_taken_back_within_ten_minutes(
    three: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(TOWNSHIP)
    done = client.get(confirm(client).headers["location"])
    (path,) = undo_form(done)
    answer = client.post(path, data=fields_of(done, path))
    page = client.get(answer.headers["location"])
    assert "已撤销，3 份回到待审核" in text_of(page)
    assert not undo_form(page)
    assert set(statuses(three)) == {Status.SUBMITTED}


def test_undo_says_how_many_it_would_move_and_is_not_offered_for_none(
    three: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client = sign_in(TOWNSHIP)
    location = confirm(client, "/review/all?act=return", reason="请全部核对").headers["location"]
    assert "撤销 3 份（09:10 前）" in text_of(client.get(location))
    three.send(VILLAGE)
    assert "撤销 2 份（09:10 前）" in text_of(client.get(location))
    for code in (SECOND, THIRD):
        three.send(code)
    with statements(session) as sent:
        page = client.get(location)
    assert len([row for row in sent if row.startswith("SELECT")]) <= 11
    assert not undo_form(page)
    assert "之后又有变动，不能再撤销" in text_of(page)


def test_undoing_a_single_one_leads_back_to_it(
    three: World, sign_in: Callable[..., TestClient]
) -> None:
    client, path = sign_in(TOWNSHIP), f"/review/{three.id(VILLAGE)}?sort=unit"
    answer = client.post(path, data={**fields_of(client.get(path), path), "act": "approve"})
    done = client.get(answer.headers["location"])
    (undo,) = undo_form(done)
    answer = client.post(undo, data=fields_of(done, undo))
    assert answer.headers["location"].startswith(f"/review/{three.id(VILLAGE)}?")
    assert answer.headers["location"].endswith("sort=unit")
    assert "已撤销，1 份回到待审核" in text_of(client.get(answer.headers["location"]))


def test_after_ten_minutes_the_list_says_so_where_one_was(
    app: FastAPI, three: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(TOWNSHIP)
    sort = "sort=unit&page=2"
    for act, told, status in (
        ("approve", "现在可以逐份退回", Status.APPROVED),
        ("return", "现在不能再撤销。请等对方修改后重新报送", Status.RETURNED),
    ):
        app.dependency_overrides[get_now] = lambda: NOW
        review = f"/review/{three.id(VILLAGE if act == 'approve' else SECOND)}?{sort}"
        fields = fields_of(client.get(review), review.replace("&page=2", ""))
        answer = client.post(review, data={**fields, "act": act, "reason": "请核对户数。"})
        batch = present(re.search(r"batch=(\d+)", answer.headers["location"]))[1]
        app.dependency_overrides[get_now] = lambda: NOW + timedelta(minutes=11)
        answer = client.post(f"/review/batches/{batch}/undo?{sort}", data=fields)
        assert answer.status_code == 409
        assert "10 分钟内撤销" in text_of(answer)
        assert told in text_of(answer)
        assert check(answer).xpath("//select[@name='sort']/option[@selected]/@value") == ["unit"]
        assert status in statuses(three)
    assert statuses(three) == [Status.APPROVED, Status.RETURNED, Status.SUBMITTED]


def test_no_other_unit_can_undo_or_decide(three: World, sign_in: Callable[..., TestClient]) -> None:
    client = sign_in(TOWNSHIP)
    (path,) = undo_form(client.get(confirm(client).headers["location"]))
    for code in (BANNER, OTHER_VILLAGE, VILLAGE):
        stranger = sign_in(code)
        assert stranger.post(path).status_code == 404
        assert "没有符合筛选条件的" in text_of(stranger.get("/review/all?act=approve"))
    assert set(statuses(three)) == {Status.APPROVED}


def test_the_count_costs_the_same_for_one_and_for_three(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client, counts = sign_in(TOWNSHIP), []
    for code in (VILLAGE, SECOND, THIRD):
        world.send(code)
        with statements(session) as sent:
            client.get("/review/all?act=return")
        counts.append(len(sent))
    assert counts[0] == counts[2] <= 6
