"""All drafts of a notice on one page: what each lacks, a preview, one act for those ticked."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import Account, Campaign, HandDown, Measure, MeasureStatus, Role
from tests.building import LEAGUE, REGION, make_measure
from tests.counting import statements
from tests.web.office import office_of, taken_in
from tests.web.pages import check, fields_of, text_of

Signing = Callable[..., TestClient]


@pytest.fixture
def office(session: Session) -> Account:
    return office_of(session)


@pytest.fixture
def campaign(session: Session, office: Account) -> Campaign:
    return taken_in(session)


def made(session: Session, office: Account, campaign: Campaign, **content: Any) -> Measure:
    return make_measure(session, office, campaign, **{"confirmed": False, **content})


def status_of(session: Session, measure: Measure) -> MeasureStatus:
    session.refresh(measure)
    return measure.status


def test_every_draft_is_listed_with_what_it_lacks_and_the_whole_ones_are_ticked(
    session: Session, sign_in: Signing, office: Account, campaign: Campaign
) -> None:
    whole = made(session, office, campaign, title="入户排查")
    made(session, office, campaign, title="没有期限", due_rule="")
    made(session, office, campaign, title="没有对象", addressees=())
    page = sign_in(REGION, Role.OFFICE).get(f"/campaigns/{campaign.id}/drafts")
    shown = text_of(page)
    assert "32 个单位填报" in shown
    assert "还缺：尚未确定办理时限。" in shown
    assert "没有一个单位会收到" in shown
    tree = check(page)
    ticked = tree.xpath("//input[@name='measure'][@checked]/@value")
    assert f"{whole.id}-{whole.version}" in ticked
    for title in ("没有期限", "没有对象"):
        (box,) = tree.xpath(f"//li[.//strong[text()='{title}']]//input[@name='measure']")
        assert box.get("checked") is None


def test_a_release_to_many_is_asked_about_with_the_count_in_all(
    session: Session, sign_in: Signing, office: Account, campaign: Campaign
) -> None:
    measures = [made(session, office, campaign, title=title) for title in ("甲", "乙", "丙")]
    undated = made(session, office, campaign, title="没有期限", due_rule="")
    client, here = sign_in(REGION, Role.OFFICE), f"/campaigns/{campaign.id}/drafts"
    ticked = [f"{measure.id}-{measure.version}" for measure in (*measures, undated)]
    asked = client.post(here, data={"act": "release", "measure": ticked})
    shown = text_of(asked)
    assert "一共产生 147 项任务" in shown
    assert "另有 1 条还缺内容，这次不会下发" in shown
    assert session.exec(select(HandDown)).all() == []
    sure = fields_of(asked, here) | {"sure": ["yes"]}
    for said in ("已下发 3 条措施", "没有重复办理"):
        answer = client.post(here, data=sure)
        assert answer.headers["location"] == here
        assert said in text_of(client.get(here))
    assert {status_of(session, measure) for measure in measures} == {MeasureStatus.RELEASED}
    assert status_of(session, undated) == MeasureStatus.DRAFT


def test_what_is_refused_is_told_at_its_line_while_the_others_go(
    session: Session, sign_in: Signing, office: Account, campaign: Campaign
) -> None:
    few = made(session, office, campaign, title="报盟市", addressees=(("league", ""),))
    edited = made(session, office, campaign, title="改过的", addressees=(("league", ""),))
    client, here = sign_in(REGION, Role.OFFICE), f"/campaigns/{campaign.id}/drafts"
    ticked = [f"{few.id}-{few.version}", f"{edited.id}-{edited.version + 7}"]
    answer = client.post(here, data={"act": "release", "measure": ticked})
    assert answer.status_code == 409
    shown = text_of(answer)
    assert "已下发 1 条措施" in shown
    assert "有 1 条措施没有办成" in shown
    assert "又有改动" in shown
    assert status_of(session, few) == MeasureStatus.RELEASED
    assert status_of(session, edited) == MeasureStatus.DRAFT


def test_confirming_tells_that_nothing_went_out_and_nothing_ticked_is_told(
    session: Session, sign_in: Signing, office: Account, campaign: Campaign
) -> None:
    measure = made(session, office, campaign)
    client, here = sign_in(REGION, Role.OFFICE), f"/campaigns/{campaign.id}/drafts"
    empty = client.post(here, data={"act": "confirm"})
    assert empty.status_code == 422
    assert "请先勾选措施" in text_of(empty)
    ticked = f"{measure.id}-{measure.version}"
    client.post(here, data={"act": "confirm", "measure": ticked})
    assert "已确认 1 条措施。还没有下发" in text_of(client.get(here))
    assert status_of(session, measure) == MeasureStatus.CONFIRMED


def test_the_page_costs_one_statement_more_for_each_draft_with_a_form(
    session: Session, sign_in: Signing, office: Account, campaign: Campaign
) -> None:
    client, here = sign_in(REGION, Role.OFFICE), f"/campaigns/{campaign.id}/drafts"
    costs = []
    for count in (1, 4):
        for _draft in range(count):
            made(session, office, campaign, addressees=(("league", ""), ("banner", "")))
        client.get(here)
        with statements(session) as log:
            client.get(here)
        costs.append(len(log))
    assert costs[1] - costs[0] <= 4


def test_others_find_no_page(sign_in: Signing, campaign: Campaign) -> None:
    here = f"/campaigns/{campaign.id}/drafts"
    for code, role in ((LEAGUE, Role.OFFICE), (REGION, Role.CLERK)):
        assert sign_in(code, role).get(here).status_code == 404
        assert sign_in(code, role).post(here, data={"measure": "1-1"}).status_code == 404


def test_the_campaign_leads_to_its_drafts(sign_in: Signing, campaign: Campaign) -> None:
    page = check(sign_in(REGION, Role.OFFICE).get(f"/campaigns/{campaign.id}"))
    (link,) = page.xpath(f"//a[@href='/campaigns/{campaign.id}/drafts']")
    assert link.text_content() == "一起核对、下发 3 条草稿"
