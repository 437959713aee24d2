"""A campaign that was made twice is told, and can be deleted after a page that says what goes."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import Campaign, Measure, MeasureStatus
from tests.building import LEAGUE, REGION, TOWNSHIP, VILLAGE
from tests.web.office import taken_in
from tests.web.pages import check, text_of

NUMBERED = """关于做好森林草原防火的通知
内林发〔2026〕7号
各盟市：
一、巡查
各嘎查村每月25日前巡查1次。
2026年11月20日
"""
TOLD = "以前建过文号和标题都相同的专项工作"


def test_a_notice_taken_in_twice_names_the_first_and_both_are_kept(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    sent = [client.post("/campaigns/new", data={"text": NUMBERED}) for _ in range(2)]
    pages = [answer.headers["location"] for answer in sent]
    first, second = (client.get(page) for page in pages)
    assert TOLD not in text_of(first)
    assert TOLD in text_of(second)
    assert pages[0] in check(second).xpath("//p[contains(@class, 'note-warn')]/a/@href")
    assert len(session.exec(select(Campaign.id)).all()) == 2
    assert client.post(f"{pages[1]}/delete").headers["location"] == "/campaigns"
    assert session.exec(select(Campaign.id)).all() == [int(pages[0].rpartition("/")[2])]


def test_another_number_another_title_and_no_number_are_not_the_same(
    sign_in: Callable[..., TestClient],
) -> None:
    client = sign_in(REGION, "office")
    texts = [
        NUMBERED, NUMBERED.replace("7号", "8号"), NUMBERED.replace("草原", ""),
        NUMBERED.replace("内林发〔2026〕7号\n", ""), NUMBERED.replace("内林发〔2026〕7号\n", ""),
    ]  # fmt: skip
    for text in texts:
        page = client.post("/campaigns/new", data={"text": text}).headers["location"]
        assert TOLD not in text_of(client.get(page))


def test_the_page_before_says_what_goes(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    campaign = taken_in(session)
    client = sign_in(REGION, "office")
    assert f"/campaigns/{campaign.id}/delete" in check(
        client.get(f"/campaigns/{campaign.id}")
    ).xpath("//a/@href")
    shown = client.get(f"/campaigns/{campaign.id}/delete")
    assert "没有下发的措施 3 条" in text_of(shown)
    assert check(shown).xpath(f"//form[@action='/campaigns/{campaign.id}/delete']")


def test_a_campaign_that_was_handed_down_offers_no_deletion(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    campaign = taken_in(session)
    session.exec(select(Measure)).first().status = MeasureStatus.WITHDRAWN  # type: ignore[union-attr]
    session.flush()
    client = sign_in(REGION, "office")
    address = f"/campaigns/{campaign.id}/delete"
    assert address not in check(client.get(f"/campaigns/{campaign.id}")).xpath("//a/@href")
    assert "不能删除" in text_of(client.get(address))
    refused = client.post(address)
    assert refused.status_code == 422
    assert "不能删除" in text_of(refused)
    assert session.exec(select(Campaign.id)).all() == [campaign.id]


@pytest.mark.parametrize(("code", "role"), [(REGION, "clerk"), (LEAGUE, "office")])
def test_nobody_else_deletes_a_campaign(
    session: Session, sign_in: Callable[..., TestClient], code: str, role: str
) -> None:
    campaign = taken_in(session)
    stranger = sign_in(code, role)
    assert stranger.get(f"/campaigns/{campaign.id}/delete").status_code == 404
    assert stranger.post(f"/campaigns/{campaign.id}/delete").status_code == 404


@pytest.mark.parametrize(
    ("code", "role", "offered"),
    [(REGION, "office", True), (TOWNSHIP, "clerk", False), (VILLAGE, "clerk", False)],
)
def test_the_home_of_an_office_leads_to_a_new_campaign(
    sign_in: Callable[..., TestClient], code: str, role: str, offered: bool
) -> None:
    links = check(sign_in(code, role).get("/")).xpath("//main//a/@href")
    assert ("/campaigns/new" in links) == offered
