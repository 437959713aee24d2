"""The editor lists the parts of a measure, and makes a measure of a part with one click."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from models import Measure
from tests.building import LEAGUE, REGION
from tests.web.office import drafted, taken_in
from tests.web.pages import check, fields_of, text_of

TEXT = """关于加强演练的通知
一、工作任务
（一）开展演练。一是各旗县要在12月20日前演练2次；二是边境苏木乡镇每月25日前报送情况。
（二）总结。各盟市要做好总结。
"""
BUTTONS = "//button[starts-with(@value, 'part:')]/@value"


@pytest.fixture
def measure(session: Session) -> Measure:
    """A measure with two parts."""
    campaign = taken_in(session, TEXT)
    wanted = select(Measure).where(Measure.campaign_id == campaign.id).order_by(col(Measure.id))
    return session.exec(wanted).all()[0]


def test_each_part_is_listed_with_whom_it_addresses(
    measure: Measure, sign_in: Callable[..., TestClient]
) -> None:
    tree = check(sign_in(REGION, "office").get(f"/measures/{measure.id}/edit"))
    first, second = tree.xpath("//li[starts-with(@id, 'part-')]")
    assert "各旗县要在12月20日前演练2次" in first.text_content()
    assert "旗" in first.xpath(".//strong")[0].text_content()
    assert [mark.text_content() for mark in second.xpath(".//strong")][1:] == ["边境"]
    assert len(tree.xpath(BUTTONS)) == 2


def test_one_click_makes_a_measure_of_a_part_and_keeps_what_was_typed(
    session: Session, measure: Measure, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    address = f"/measures/{measure.id}/edit"
    opened = client.get(address)
    button = check(opened).xpath(BUTTONS)[0]
    sent = fields_of(opened, address) | {"title": ["没有保存的标题"], "then": [button]}
    answer = client.post(address, data=sent)
    assert answer.status_code == 200
    assert fields_of(answer, address)["title"] == ["没有保存的标题"]
    made = session.exec(select(Measure).where(Measure.path == f"{measure.path}/1")).one()
    tree = check(answer)
    assert f"/measures/{made.id}/edit" in tree.xpath("//li[@id='part-1']//a/@href")
    assert button not in tree.xpath(BUTTONS)
    session.refresh(measure)
    assert (measure.title, measure.version) == ("开展演练", 1)
    again = client.post(address, data=sent)
    assert again.status_code == 422
    assert "已经单独成为一条措施" in text_of(again)
    assert fields_of(again, address)["title"] == ["没有保存的标题"]
    assert len(session.exec(select(Measure.id).where(Measure.path == made.path)).all()) == 1


@pytest.mark.parametrize("button", ["part:", "part:x", "part:0", "part:99999999", "part:-1"])
def test_a_part_that_is_not_there_is_told_and_nothing_is_lost(
    measure: Measure, sign_in: Callable[..., TestClient], button: str
) -> None:
    client = sign_in(REGION, "office")
    address = f"/measures/{measure.id}/edit"
    fields = fields_of(client.get(address), address)
    answer = client.post(address, data=fields | {"then": [button]})
    assert answer.status_code == 422
    assert "没有这一部分" in text_of(answer)
    assert fields_of(answer, address) == fields


@pytest.mark.parametrize("button", ["part:", "part:7"])
def test_a_measure_made_by_hand_has_no_parts(
    session: Session, sign_in: Callable[..., TestClient], button: str
) -> None:
    measure = drafted(session)
    client = sign_in(REGION, "office")
    address = f"/measures/{measure.id}/edit"
    opened = client.get(address)
    assert check(opened).xpath(BUTTONS) == []
    sent = fields_of(opened, address) | {"then": [button]}
    assert client.post(address, data=sent).status_code in (404, 422)


def test_nobody_else_takes_a_part(measure: Measure, sign_in: Callable[..., TestClient]) -> None:
    stranger = sign_in(LEAGUE, "office")
    answer = stranger.post(f"/measures/{measure.id}/edit", data={"then": "part:1"})
    assert answer.status_code == 404
