"""照此新建: the office sees where dates come to lie, makes the copy and goes on to its drafts."""

from collections.abc import Callable
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import Account, Campaign, Measure, Notice, Role
from tests.building import BANNER, REGION, make_campaign, make_measure
from tests.web.conftest import account_of
from tests.web.pages import check, text_of


@pytest.fixture
def campaign(session: Session) -> Campaign:
    office: Account = account_of(session, REGION, Role.OFFICE)
    made = make_campaign(session, office)
    made.starts_on = date(2026, 11, 23)
    session.add(Notice(campaign_id=made.id, title=made.title, text="通知"))
    make_measure(session, office, made, title="排查", due_rule="2026-12-18")
    session.flush()
    return made


def test_dates_are_shown_and_worked_out_again_and_the_copy_is_made(
    session: Session, campaign: Campaign, sign_in: Callable[..., TestClient]
) -> None:
    office, path = sign_in(REGION, Role.OFFICE), f"/campaigns/{campaign.id}/copy"
    assert check(office.get(f"/campaigns/{campaign.id}")).xpath(f"//a[@href='{path}']")
    shown = office.get(path)
    assert check(shown).xpath("//input[@name='starts_on']/@value") == ["2027-11-23"]
    assert "2027-12-17" in text_of(shown)
    assert "2028-12-18" in text_of(office.get(f"{path}?starts_on=2028-11-23"))
    made = office.post(path, data={"title": "明年的排查", "starts_on": "2027-11-23"})
    assert made.status_code == 303
    page = text_of(office.get(made.headers["location"]))
    assert "已照" in page
    assert "明年的排查" in page
    assert "2027-12-17" in page


def test_a_wrong_date_and_a_missing_title_are_told_and_what_was_typed_stays(
    campaign: Campaign, sign_in: Callable[..., TestClient]
) -> None:
    office, path = sign_in(REGION, Role.OFFICE), f"/campaigns/{campaign.id}/copy"
    wrong = office.post(path, data={"title": "明年的排查", "starts_on": "2027-02-30"})
    assert wrong.status_code == 422
    assert check(wrong).xpath("//input[@name='title']/@value") == ["明年的排查"]
    assert check(wrong).xpath("//input[@name='starts_on']/@value") == ["2027-02-30"]
    untitled = office.post(path, data={"title": "", "starts_on": "2027-11-23"})
    assert untitled.status_code == 422
    assert "要有标题" in text_of(untitled)


def test_a_measure_of_another_campaign_is_found_and_copied(
    session: Session, campaign: Campaign, sign_in: Callable[..., TestClient]
) -> None:
    office = sign_in(REGION, Role.OFFICE)
    target = make_campaign(session, account_of(session, REGION, Role.OFFICE))
    source = session.exec(select(Measure).where(Measure.campaign_id == campaign.id)).one()
    path = f"/campaigns/{target.id}/measures/copy"
    assert "没有找到" in text_of(office.get(f"{path}?q=没有这样的"))
    offered = check(office.get(f"{path}?q=排查")).xpath("//button[@name='measure']/@value")
    assert str(source.id) in offered
    made = office.post(path, data={"measure": str(source.id)})
    assert "已添加“排查”" in text_of(office.get(made.headers["location"]))


def test_offices_below_and_clerks_copy_nothing(
    campaign: Campaign, sign_in: Callable[..., TestClient]
) -> None:
    path = f"/campaigns/{campaign.id}/copy"
    for client in (sign_in(BANNER, Role.OFFICE), sign_in(REGION)):
        assert client.get(path).status_code in (403, 404)
        refused = client.post(path, data={"title": "a", "starts_on": "2027-11-23"})
        assert refused.status_code in (403, 404)
