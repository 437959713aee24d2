"""A field that was filled from the notice says from which sentence."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import Measure
from tests.building import REGION
from tests.web.office import drafted, taken_in
from tests.web.pages import check, fields_of

SENTENCE = "取自原文：各嘎查村要逐户检查取暖设施，至少组织2次集中排查，12月20日前完成"


def said(tree: Any) -> list[str]:
    return [
        " ".join(p.text_content().split()) for p in tree.xpath("//p[contains(@class, 'taken')]")
    ]


@pytest.fixture
def measure(session: Session) -> Measure:
    """The measure of the small notice that has a deadline and a count."""
    taken_in(session)
    return session.exec(select(Measure).where(Measure.title == "开展入户排查")).one()


def test_each_field_says_which_sentence_it_is_from(
    measure: Measure, sign_in: Callable[..., TestClient]
) -> None:
    tree = check(sign_in(REGION, "office").get(f"/measures/{measure.id}/edit"))
    told = said(tree)
    assert told.count(f"{SENTENCE} 查看原文") == 2
    assert "取自原文：责任单位：应急管理厅 查看原文" in told
    assert "原文提到这一级。" in told
    links = tree.xpath("//p[contains(@class, 'taken')]/a/@href")
    notice = f"/campaigns/{measure.campaign_id}/notice"
    assert f"{notice}#deadlines-{measure.id}-0" in links
    assert f"{notice}#duties-{measure.id}-0" in links
    for used in ("已用作办理时限", "已用作目标次数", "已列入填报"):
        assert used in tree.text_content()
    assert tree.xpath("//button[starts-with(@value, 'take:')]") == []


def test_a_field_with_another_value_says_nothing_until_the_find_is_taken(
    measure: Measure, sign_in: Callable[..., TestClient]
) -> None:
    client, address = sign_in(REGION, "office"), f"/measures/{measure.id}/edit"
    fields = fields_of(client.get(address), address) | {
        "due_day": ["2026-12-25"], "target_count": ["3"], "lead": [""], "to-village": ["none"],
    }  # fmt: skip
    client.post(address, data=fields | {"then": ["save"]})
    opened = client.get(address)
    assert said(check(opened)) == []
    fields = fields_of(opened, address)
    taken = client.post(address, data=fields | {"then": ["take:deadlines:0"]})
    assert said(check(taken)) == [f"{SENTENCE} 查看原文"]


def test_a_measure_made_by_hand_has_no_finds(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    address = f"/measures/{drafted(session).id}/edit"
    assert said(check(sign_in(REGION, "office").get(address))) == []
