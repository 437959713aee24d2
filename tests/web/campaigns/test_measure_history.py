"""The history on a measure's page: who, when, what differs, for those who see the measure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session

from models import Measure, Tag
from rules.dates.timetable import LAST_DAY, Rhythm, Timing
from services.campaigns.measure_content import content_of
from services.campaigns.measures import edit_measure
from services.campaigns.schedules import schedule_periods, schedule_release, stop_schedule
from services.campaigns.withdrawals import withdraw_measure
from tests.building import LEAGUE, REGION, get_unit, release_down
from tests.conftest import NOW
from tests.due import attempt_due
from tests.web.office import drafted, office_of
from tests.web.pages import check, text_of

LATER = NOW + timedelta(days=1)


def edit(session: Session, measure: Measure, **values: Any) -> None:
    content = replace(content_of(session, measure), **values)
    edit_measure(
        session, measure, content, version=measure.version, actor=office_of(session), now=NOW
    )


def rows(answer: Response) -> list[str]:
    found = check(answer).xpath("//h2[@id='history']/following-sibling::table[1]/tbody/tr")
    return [" ".join(row.text_content().split()) for row in found]


def test_the_page_tells_what_was_done_in_words(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    session.add(Tag(code="border", name="边境", name_en="border"))
    measure = drafted(session, confirmed=True)
    edit(
        session, measure, due_rule="workdays:5", target_count=3,
        addressees=[("village", "border")],
    )  # fmt: skip
    shown = rows(sign_in(REGION, "office").get(f"/measures/{measure.id}/preview"))
    assert [line.split()[0] for line in shown] == ["修改", "确认", "新建"]
    office = office_of(session)
    assert f"2026-11-23 09:00 {get_unit(session, REGION).name} {office.name}" in shown[0]
    for told in (
        "状态：已确认 → 草稿",
        "下发对象：嘎查村社区 → 嘎查村社区（边境）",
        "办理时限：到某日截止 2026-12-20 → 收到后若干工作日 5",
        "目标次数：（空） → 3",
    ):
        assert told in shown[0]


def test_the_reason_of_a_withdrawal_stands_in_the_history(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, confirmed=True)
    release_down(session, measure, office_of(session))
    withdraw_measure(session, measure, reason="重复部署", actor=office_of(session), now=NOW)
    shown = rows(sign_in(REGION, "office").get(f"/measures/{measure.id}/preview"))
    assert "状态：已下发 → 已撤回" in shown[0]
    assert shown[0].endswith("重复部署")


def test_a_long_history_is_cut_and_all_of_it_is_a_link_away(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session)
    for days in range(2, 9):
        edit(session, measure, review_days=days)
    client = sign_in(REGION, "office")
    shown = client.get(f"/measures/{measure.id}/preview")
    assert len(rows(shown)) == 5
    assert "查看全部" in text_of(shown)
    (link,) = check(shown).xpath("//a[contains(., '查看全部')]/@href")
    whole = check(client.get(link)).xpath("//tbody/tr")
    assert len(whole) > 7
    assert f"/measures/{measure.id}/history" in client.get(f"/measures/{measure.id}/edit").text


def test_it_is_told_in_english(session: Session, sign_in: Callable[..., TestClient]) -> None:
    measure = drafted(session, confirmed=True)
    edit(session, measure, due_rule="workdays:5")
    client = sign_in(REGION, "office")
    client.cookies.set("lang", "en")
    shown = rows(client.get(f"/measures/{measure.id}/preview"))
    assert shown[0].startswith("Edit")
    assert "Status: Confirmed → Draft" in shown[0]


def planned(session: Session) -> Measure:
    """A recurring measure with two schedules, one of which released it and one was stopped."""
    measure = drafted(session, confirmed=True, due_rule="monthly:25")
    office = office_of(session)
    schedule_release(session, measure, LATER, actor=office, now=NOW)
    attempt_due(session, LATER)
    monthly = Timing(Rhythm.MONTHLY, time(8, 30), LAST_DAY)
    schedule = schedule_periods(session, measure, monthly, actor=office, now=LATER)
    stop_schedule(session, schedule, actor=office, now=LATER)
    return measure


def test_schedules_are_told_with_what_they_do_and_when(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = planned(session)
    stopped, made, released, first = rows(
        sign_in(REGION, "office").get(f"/measures/{measure.id}/preview")
    )[:4]
    office = f"{get_unit(session, REGION).name} {office_of(session).name}"
    assert stopped == f"停止定时安排 2026-11-24 09:00 {office} 按周期下发：每月 最后一天 08:30"
    assert made == f"新增定时安排 2026-11-24 09:00 {office} 按周期下发：每月 最后一天 08:30"
    assert released.startswith("下发 2026-11-24 09:00 系统 周期：2026年11月")
    assert "定时下发：2026-11-24 09:00" in released
    assert first == f"新增定时安排 2026-11-23 09:00 {office} 定时下发：2026-11-24 09:00"


def test_schedules_are_told_in_english(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure, client = planned(session), sign_in(REGION, "office")
    client.cookies.set("lang", "en")
    stopped, _made, released, _first = rows(client.get(f"/measures/{measure.id}/preview"))[:4]
    assert stopped.startswith("Stop schedule 2026-11-24 09:00")
    assert stopped.endswith("Release every period: Monthly last day 08:30")
    assert "Release at: 2026-11-24 09:00" in released


def test_who_does_not_see_the_measure_sees_no_history(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, confirmed=True)
    release_down(session, measure, office_of(session))
    assert sign_in(LEAGUE, "office").get(f"/measures/{measure.id}/history").status_code == 404
    assert sign_in(REGION, "clerk").get(f"/measures/{measure.id}/history").status_code in (403, 404)
