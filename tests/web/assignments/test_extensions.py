"""Asking for more time and giving it, on pages."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from tests.building import TOWNSHIP, VILLAGE
from tests.web.conftest import World
from tests.web.pages import check, fields_of, text_of

SignIn = Callable[..., TestClient]
NEIGHBOUR = "150402005003"


def _ask(client: TestClient, world: World, day: str, code: str = VILLAGE) -> Response:
    path = f"/assignments/{world.id(code)}/extension"
    typed: dict[str, Any] = {"day": [day], "reason": ["大雪封路"]}
    return client.post(path, data=fields_of(client.get(path), path) | typed)


def test_a_village_asks_and_the_unit_above_decides_many(world: World, sign_in: SignIn) -> None:
    for code in (VILLAGE, NEIGHBOUR):
        village = sign_in(code)
        own = f"/assignments/{world.id(code)}"
        assert check(village.get(own)).xpath(f"//main//a[@href='{own}/extension']")
        assert _ask(village, world, "2026-12-15", code).headers["location"] == own
        assert "等南新街街道决定" in text_of(village.get(own))
    township = sign_in(TOWNSHIP)
    assert "2 份延期申请等本单位决定" in text_of(township.get("/"))
    page = township.get("/extensions")
    ids = check(page).xpath("//input[@name='request']/@value")
    done = township.post("/extensions", data={"request": ids, "act": "grant"})
    assert "2 份申请已经同意" in text_of(township.get(done.headers["location"]))
    own = f"/assignments/{world.id(VILLAGE)}"
    assert "→ 2026-12-15" in text_of(sign_in(VILLAGE).get(own))
    late = sign_in(TOWNSHIP).post("/extensions", data={"request": ids, "act": "grant"})
    assert "已经有了决定" in text_of(late)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("明天", "请按“2026-11-22”的格式"),
        ("", "请填写日期"),
        ("2026-11-02", "已经过去"),
        ("2026-12-01", "要比它晚"),
        ("2027-02-01", "自己的截止日期"),
    ],
)
def test_a_bad_date_is_told_and_what_was_typed_stays(
    world: World, sign_in: SignIn, day: str, said: str
) -> None:
    refused = _ask(sign_in(VILLAGE), world, day)
    assert (refused.status_code, said in text_of(refused)) == (422, True)
    fields = fields_of(refused, f"/assignments/{world.id(VILLAGE)}/extension")
    assert (fields["day"], fields["reason"]) == ([day], ["大雪封路"])


def test_a_date_behind_the_units_own_is_passed_up(world: World, sign_in: SignIn) -> None:
    _ask(sign_in(VILLAGE), world, "2026-12-17")
    township = sign_in(TOWNSHIP)
    page = township.get("/extensions")
    (passing,) = check(page).xpath("//button/@formaction")
    (ticked,) = check(page).xpath("//input[@name='request']/@value")
    typed = {"request": ticked, "act": "grant", "reason": "同意延期"}
    refused = township.post("/extensions", data=typed)
    assert "自己的截止日期" in text_of(refused)
    assert fields_of(refused, "/extensions")["request"] == [ticked]
    assert fields_of(refused, "/extensions")["reason"] == ["同意延期"]
    without = township.post("/extensions", data=typed | {"act": "until", "day": "下周"})
    assert fields_of(without, "/extensions")["day"] == ["下周"]
    moved = township.post(passing)
    assert "已上报，由红山区决定" in text_of(township.get(moved.headers["location"]))
    assert "现在没有" in text_of(township.get("/extensions"))


def test_lower_units_get_more_time_without_asking(world: World, sign_in: SignIn) -> None:
    township = sign_in(TOWNSHIP)
    own = f"/assignments/{world.id(TOWNSHIP)}"
    assert check(township.get(own)).xpath(f"//a[@href='{own}/extend-lower']")
    page = township.get(f"{own}/extend-lower")
    ids = check(page).xpath("//input[@name='assignment']/@value")[:2]
    typed = {"assignment": ids, "day": "2026-12-25", "reason": "雪"}
    refused = township.post(f"{own}/extend-lower", data=typed)
    assert fields_of(refused, f"{own}/extend-lower")["assignment"] == ids
    assert "原因" in text_of(refused)
    typed |= {"reason": "遇到雪灾"}
    assert "自己的截止日期" in text_of(township.post(f"{own}/extend-lower", data=typed))
    done = township.post(f"{own}/extend-lower", data=typed | {"day": "2026-12-15"})
    assert "2 个单位的截止日期已经延后" in text_of(township.get(done.headers["location"]))
