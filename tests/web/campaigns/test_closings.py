"""The office closes a measure or a campaign, and every unit's pages say so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import Assignment, Measure, Notice
from rules.dates.timetable import Rhythm, Timing
from services.campaigns.closings import close_measures, open_measure_again
from services.campaigns.schedules import schedule_periods
from tests.building import LEAGUE, REGION, TOWNSHIP, VILLAGE, make_measure, release_down
from tests.conftest import NOW
from tests.web.conftest import World
from tests.web.office import office_of
from tests.web.pages import check, fields_of, text_of

GOOD = {"f-checked": "12", "f-spent": "3.5", "f-note": "已逐户查看"}
SAYS = "内蒙古自治区于 2026-11-23 09:00 办结"


@dataclass
class Closing:
    """The office's pages of one measure."""

    client: TestClient
    measure: Measure

    def at(self, act: str) -> str:
        return f"/measures/{self.measure.id}/{act}"


@pytest.fixture
def office(world: World, sign_in: Callable[..., TestClient]) -> Closing:
    return Closing(sign_in(REGION, "office"), world.measure)


def close(world: World, session: Session) -> None:
    close_measures(session, [world.measure], actor=office_of(session), now=NOW)


def test_the_page_before_says_what_it_means_with_counts(office: Closing, world: World) -> None:
    world.send(VILLAGE)
    assert "填过的内容保留" in text_of(office.client.get(office.at("close")))
    cells = check(office.client.get(office.at("close"))).xpath("//tbody/tr/td")
    whole, unanswered, waiting, approved = ["".join(cell.itertext()).strip() for cell in cells]
    assert (unanswered, waiting, approved) == (
        f"{int(whole) - 1}/{whole}", f"1/{whole}", f"0/{whole}",
    )  # fmt: skip


def test_the_office_closes_and_opens_again_with_a_reason(office: Closing, session: Session) -> None:
    assert office.at("close") in office.client.get(office.at("preview")).text
    for _ in range(2):
        answer = office.client.post(office.at("close"))
        assert answer.headers["location"] == office.at("preview")
    page = office.client.get(office.at("preview"))
    assert "已办结" in text_of(page)
    assert "状态：已下发 → 已办结" in text_of(page)
    assert office.at("withdraw") not in page.text
    assert "没有正在办理的措施" in text_of(office.client.get(office.at("close")))
    refused = office.client.post(office.at("open-again"), data={"reason": " "})
    assert refused.status_code == 422
    assert "请写明重新开启的原因" in text_of(refused)
    for _ in range(2):
        answer = office.client.post(office.at("open-again"), data={"reason": "还有单位没有报"})
        assert answer.status_code == 303
    assert "还有单位没有报" in text_of(office.client.get(office.at("preview")))
    assert set(session.exec(select(Assignment.closed_at))) == {None}
    assert "这条措施没有办结" in text_of(office.client.get(office.at("open-again")))


def test_a_whole_campaign_is_closed_at_once(
    office: Closing, world: World, session: Session
) -> None:
    campaign_id = world.measure.campaign_id
    session.add(Notice(campaign_id=campaign_id, title="通知", text="逐户查看"))
    path = f"/campaigns/{campaign_id}"
    assert f"{path}/close" in office.client.get(path).text
    assert "中已下发的 1 条措施" in text_of(office.client.get(f"{path}/close"))
    for _ in range(2):
        assert office.client.post(f"{path}/close").headers["location"] == path
    session.refresh(world.measure)
    assert world.measure.status == "closed"
    assert f"{path}/close" not in office.client.get(path).text
    assert "没有正在办理的措施" in text_of(office.client.get(f"{path}/close"))
    assert text_of(office.client.get("/campaigns")).count("已办结")


@pytest.mark.parametrize(("code", "role"), [(LEAGUE, "office"), (REGION, "clerk")])
@pytest.mark.parametrize("act", ["close", "open-again"])
def test_nobody_else_closes(
    world: World, sign_in: Callable[..., TestClient], code: str, role: str, act: str
) -> None:
    client, path = sign_in(code, role), f"/measures/{world.measure.id}/{act}"
    assert client.get(path).status_code in (403, 404)
    assert client.post(path, data={"reason": "不办了"}).status_code in (403, 404)
    campaign = f"/campaigns/{world.measure.campaign_id}/close"
    assert client.post(campaign).status_code in (403, 404)
    assert world.measure.status == "released"


def test_a_unit_that_has_not_answered_reads_that_it_is_closed(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client, path = sign_in(VILLAGE), f"/assignments/{world.id(VILLAGE)}"
    fields = fields_of(client.get(f"{path}/form"), f"{path}/form")
    client.post(f"{path}/form", data={**fields, **GOOD, "_act": "save"})
    fields = fields_of(client.get(f"{path}/form"), f"{path}/form")
    close(world, session)
    home = text_of(client.get("/"))
    assert "内蒙古自治区 2026-11-23 09:00 办结 草稿仍保留" in home
    assert "今天没有急办的事" in home
    task = text_of(client.get(path))
    assert "这项任务已经办结，不用也不能再办理。" in task
    assert "请联系内蒙古自治区重新开启" in task
    assert "现在可以办理" not in task
    form = text_of(client.get(f"{path}/form"))
    assert "这项任务已经办结" in form
    assert "工作情况 已逐户查看" in form
    late = client.post(f"{path}/form", data={**fields, "f-note": "后写的", "_act": "send"})
    assert late.status_code == 409
    assert "工作情况 后写的" in text_of(late)
    told = client.post(
        f"{path}/form", data={**fields, **GOOD, "_act": "send"},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert told.status_code == 409
    assert SAYS in told.json()["sentence"]
    open_measure_again(session, world.measure, reason="再等几天", actor=office_of(session), now=NOW)
    assert fields_of(client.get(f"{path}/form"), f"{path}/form")["f-note"] == ["已逐户查看"]
    assert "已重新开启：再等几天" in text_of(client.get(path))


def test_a_unit_that_has_answered_still_sees_its_receipt(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    receipt = world.send(VILLAGE).receipt
    close(world, session)
    client, path = sign_in(VILLAGE), f"/assignments/{world.id(VILLAGE)}"
    assert client.get(f"{path}/form").headers["location"] == f"/receipts/{receipt}"
    assert "待审核 已办结" in text_of(client.get("/"))
    assert "收回修改" not in text_of(client.get(path))


def test_the_reviewer_has_nothing_to_decide(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    submission = world.send(VILLAGE)
    client, path = sign_in(TOWNSHIP), f"/review/{world.id(VILLAGE)}"
    assert "1 份待审核" in text_of(client.get("/"))
    close(world, session)
    assert "待审核" not in text_of(client.get("/"))
    page = check(client.get(path))
    assert not page.xpath("//button[@value='approve' or @value='return']")
    data = {"act": "approve", "submission": submission.id, "seen": "submitted"}
    refused = client.post(path, data=data)
    assert refused.status_code == 409
    assert SAYS in text_of(refused)


def test_a_workbook_refuses_with_the_sentence(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    close(world, session)
    client, path = sign_in(TOWNSHIP), f"/assignments/{world.id(TOWNSHIP)}/workbook"
    assert SAYS in text_of(client.get(path))
    refused = client.get(f"{path}.xlsx")
    assert refused.status_code != 200
    assert SAYS in text_of(refused)


def test_progress_says_so_and_nothing_is_overdue(
    office: Closing, world: World, session: Session
) -> None:
    world.send(VILLAGE)
    close(world, session)
    page = text_of(office.client.get(office.at("progress")))
    assert "这条措施已于 2026-11-23 09:00 办结" in page
    assert "没有报送的单位" in page
    assert "尚未报送" not in page


def test_a_closed_measure_has_no_working_days_left(
    office: Closing, world: World, session: Session
) -> None:
    assert "个工作日" in _due(office)
    close(world, session)
    assert "个工作日" not in _due(office)
    open_measure_again(session, world.measure, reason="再等几天", actor=office_of(session), now=NOW)
    assert "个工作日" in _due(office)


def _due(office: Closing) -> str:
    cells = check(office.client.get(office.at("preview"))).xpath("//td[@data-label='截止日期']")
    return " ".join(cell.text_content() for cell in cells)


def test_what_is_done_after_opening_again_takes_the_note_away(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    close(world, session)
    open_measure_again(session, world.measure, reason="再等几天", actor=office_of(session), now=NOW)
    client, path = sign_in(VILLAGE), f"/assignments/{world.id(VILLAGE)}"
    assert "已重新开启：再等几天" in text_of(client.get(path))
    client.post(f"{path}/acknowledge")
    assert "已重新开启：" not in text_of(client.get(path))


def test_all_of_it_is_there_in_english(office: Closing, world: World, session: Session) -> None:
    office.client.cookies.set("lang", "en")
    assert "Close the measure" in text_of(office.client.get(office.at("close")))
    close(world, session)
    assert "Open the measure again" in text_of(office.client.get(office.at("open-again")))


def test_the_timetable_says_that_its_schedule_pauses(office: Closing, session: Session) -> None:
    boss = office_of(session)
    monthly = make_measure(session, boss, title="每月一报", due_rule="monthly:25")
    release_down(session, monthly, boss)
    timing = Timing(Rhythm.DAILY, time(9, 0))
    schedule_periods(session, monthly, timing, actor=boss, now=NOW)
    close_measures(session, [monthly], actor=boss, now=NOW)
    assert "措施已办结，暂停" in text_of(office.client.get("/schedules"))
    open_measure_again(session, monthly, reason="继续办理", actor=boss, now=NOW)
    assert "措施已办结，暂停" not in text_of(office.client.get("/schedules"))
