"""Sending an assignment back up, and ruling about it, on pages."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from httpx import Response

from tests.building import BANNER, OTHER_VILLAGE, TOWNSHIP, VILLAGE
from tests.web.conftest import World
from tests.web.pages import check, fields_of, text_of

SignIn = Callable[..., TestClient]


def _send_back(client: TestClient, world: World, **typed: str) -> Response:
    path = f"/assignments/{world.id(VILLAGE)}/decline"
    chosen = {"kind": "not_ours", "reason": "我村没有牧户", "whose": ""} | typed
    fields = fields_of(client.get(path), path) | {name: [text] for name, text in chosen.items()}
    return client.post(path, data=fields)


def test_a_village_sends_it_back_and_the_unit_above_rules(world: World, sign_in: SignIn) -> None:
    village = sign_in(VILLAGE)
    own = f"/assignments/{world.id(VILLAGE)}"
    assert check(village.get(own)).xpath(f"//main//a[@href='{own}/decline']")
    address = _send_back(village, world).headers["location"]
    page = village.get(address)
    assert "等候裁定期间时限暂停" in text_of(page)
    assert not check(page).xpath("//form[contains(@action, '/rule')]")
    assert "由南新街街道裁定" in text_of(village.get(own))
    township = sign_in(TOWNSHIP)
    home = check(township.get("/"))
    assert home.xpath(f"//a[@href='{address}']")
    assert "我村没有牧户" in text_of(township.get("/declines"))
    check(township.get(address))
    done = township.post(f"{address}/rule", data={"ruling": "insist", "reason": "通知写明各村都报"})
    assert "裁定已经生效" in text_of(township.get(done.headers["location"]))
    assert not check(township.get("/")).xpath(f"//a[@href='{address}']")
    again = text_of(sign_in(VILLAGE).get(own))
    assert "通知写明各村都报" in again
    assert "裁定：仍由本单位办理" in again[again.index("办理记录") :]


def test_what_was_typed_is_still_there(world: World, sign_in: SignIn) -> None:
    village = sign_in(VILLAGE)
    short = _send_back(village, world, reason="不", whose="隔壁村")
    assert short.status_code == 422
    assert fields_of(short, f"/assignments/{world.id(VILLAGE)}/decline")["whose"] == ["隔壁村"]
    assert "请选择" in text_of(_send_back(village, world, kind=""))
    address = _send_back(village, world, whose="隔壁村").headers["location"]
    assert _send_back(village, world).status_code == 422  # the double click
    township = sign_in(TOWNSHIP)
    assert fields_of(township.get(address), f"{address}/rule")["unit"] == ["隔壁村"]
    typed = {"ruling": "hand_over", "unit": "隔壁村", "reason": "按职责分工"}
    refused = township.post(f"{address}/rule", data=typed)
    assert (refused.status_code, "没有同级的“隔壁村”" in text_of(refused)) == (422, True)
    assert fields_of(refused, f"{address}/rule")["reason"] == ["按职责分工"]
    assert "怎样裁定" in text_of(township.post(f"{address}/rule", data={"reason": "按职责分工"}))


def test_who_took_it_answers_it_from_home(world: World, sign_in: SignIn) -> None:
    address = _send_back(sign_in(VILLAGE), world).headers["location"]
    township = sign_in(TOWNSHIP)
    township.post(f"{address}/rule", data={"ruling": "take"})
    form = f"/assignments/{world.id(VILLAGE)}/form"
    assert check(township.get("/")).xpath(f"//a[@href='{form}']")
    assert township.get(form).status_code == 200
    own = sign_in(VILLAGE).get(f"/assignments/{world.id(VILLAGE)}")
    assert not check(own).xpath(f"//main//a[@href='{form}']")


def test_others_see_it_from_above_and_nobody_from_beside(world: World, sign_in: SignIn) -> None:
    address = _send_back(sign_in(VILLAGE), world).headers["location"]
    banner = sign_in(BANNER)
    assert banner.get(address).status_code == 200
    late = banner.post(f"{address}/rule", data={"ruling": "insist", "reason": "按通知办理"})
    assert "由“南新街街道”裁定" in text_of(late)
    assert "我村没有牧户" in text_of(banner.get("/declines?show=all"))
    beside = sign_in(OTHER_VILLAGE)
    assert beside.get(address).status_code == 404
    assert beside.post(f"{address}/rule", data={"ruling": "excuse"}).status_code == 404
    for act in ("decline", "extension", "extend-lower"):
        path = f"/assignments/{world.id(VILLAGE)}/{act}"
        assert (beside.get(path).status_code, beside.post(path).status_code) == (404, 404)
        assert banner.get(path).status_code == 404
