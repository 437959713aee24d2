from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from models import HandDown, Measure, Schedule
from rules.dates.timetable import LAST_DAY
from services.campaigns.measure_content import content_of
from services.campaigns.measures import edit_measure
from tests.building import LEAGUE, REGION, hand_down_now
from tests.conftest import NOW
from tests.counting import statements
from tests.due import attempt_due
from tests.web.office import drafted, office_of, taken_in
from tests.web.pages import check, fields_of, text_of
from web.edge.viewer.transactions import get_now


def send(client: TestClient, purpose: str, **fields: str) -> Response:
    address = f"/schedules/new/{purpose}"
    chosen = {"at": "08:30", "rhythm": "weekly", "weekday": "1", "month_day": "1"}
    typed = chosen | {"sure": "yes"} | fields
    return client.post(address, data=typed)


def test_a_release_at_a_date_and_time_is_kept_in_utc(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, confirmed=True)
    client = sign_in(REGION, "office")
    answer = send(client, "release", subject=str(measure.id), day="2026-12-01", at="９：05")
    assert answer.status_code == 303
    schedule = session.exec(select(Schedule)).one()
    assert schedule.once_at == datetime(2026, 12, 1, 1, 5, tzinfo=UTC)
    shown = text_of(client.get("/schedules"))
    assert measure.title in shown
    assert "2026-12-01 09:05" in shown


def test_a_recurring_measure_is_opened_in_its_rhythm(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, confirmed=True, due_rule="monthly:25")
    client = sign_in(REGION, "office")
    answer = send(
        client, "periods", subject=str(measure.id), rhythm="monthly", month_day=str(LAST_DAY)
    )
    assert answer.status_code == 303
    assert session.exec(select(Schedule.cron)).one() == "30 8 L * *"
    shown = text_of(client.get("/schedules"))
    assert "每月 最后一天 08:30" in shown
    assert "2026-11-30 08:30" in shown


def test_a_rhythm_is_told_in_separate_words(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, confirmed=True, due_rule="monthly:25")
    client = sign_in(REGION, "office")
    send(client, "periods", subject=str(measure.id), rhythm="quarterly", month_day="5")
    assert "每季度 首月 5日 08:30" in text_of(client.get("/schedules"))
    client.cookies.set("lang", "en")
    assert "Quarterly first month, day 5 08:30" in text_of(client.get("/schedules"))


def test_reports_are_made_in_a_rhythm_until_it_is_stopped(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    campaign = taken_in(session)
    client = sign_in(REGION, "office")
    send(client, "reports", subject=str(campaign.id), rhythm="weekly", weekday="5")
    schedule = session.exec(select(Schedule)).one()
    assert "每周 星期五" in text_of(client.get("/schedules"))
    for _ in range(2):
        assert client.post(f"/schedules/{schedule.id}/stop").status_code == 303
    assert "已停止" in text_of(client.get("/schedules"))


@pytest.mark.parametrize(
    ("purpose", "fields", "faults"),
    [
        ("release", {"subject": "", "day": "", "at": "25:00"}, {"#subject", "#day", "#at"}),
        ("release", {"subject": "999999", "day": "2026-12-01"}, {"#subject"}),
        ("periods", {"rhythm": "hourly"}, {"#rhythm"}),
        ("periods", {"rhythm": "weekly", "weekday": "9"}, {"#rhythm"}),
        ("reports", {"rhythm": "monthly", "month_day": "31", "at": "noon"}, {"#rhythm", "#at"}),
    ],
)
def test_all_faults_of_a_schedule_are_shown_and_nothing_is_kept(
    session: Session,
    sign_in: Callable[..., TestClient],
    purpose: str,
    fields: dict[str, Any],
    faults: set[Any],
) -> None:
    measure = drafted(session, confirmed=True, due_rule="monthly:25")
    subject = measure.campaign_id if purpose == "reports" else measure.id
    answer = send(sign_in(REGION, "office"), purpose, **{"subject": str(subject)} | fields)
    assert answer.status_code == 422
    told = set(check(answer).xpath("//section[@class='errors']//a/@href"))
    assert told == faults
    assert fields_of(answer, f"/schedules/new/{purpose}")["at"] == [fields.get("at", "08:30")]
    assert session.exec(select(Schedule)).all() == []


@pytest.mark.parametrize(
    ("content", "day", "sentence"),
    [
        ({"confirmed": True}, "2026-11-20", "须晚于现在"),
        ({"confirmed": False}, "2026-12-20", "还没有确认"),
    ],
)
def test_a_release_in_the_past_or_of_a_draft_is_refused(
    session: Session,
    sign_in: Callable[..., TestClient],
    content: dict[str, Any],
    day: str,
    sentence: str,
) -> None:
    measure = drafted(session, **content)
    other = drafted(session, confirmed=True)
    assert other.id
    answer = send(sign_in(REGION, "office"), "release", subject=str(measure.id), day=day)
    assert sentence in text_of(answer)
    assert session.exec(select(Schedule)).all() == []


def test_a_measure_that_is_done_once_has_no_periods_to_open(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    drafted(session, confirmed=True, due_rule="monthly:25")
    once = drafted(session, confirmed=True)
    answer = send(sign_in(REGION, "office"), "periods", subject=str(once.id))
    assert "只办一次" in text_of(answer)


@pytest.mark.parametrize(("code", "role"), [(REGION, "clerk"), (LEAGUE, "office")])
def test_a_schedule_belongs_to_its_office(
    session: Session, sign_in: Callable[..., TestClient], code: str, role: str
) -> None:
    campaign = taken_in(session)
    send(sign_in(REGION, "office"), "reports", subject=str(campaign.id))
    schedule = session.exec(select(Schedule)).one()
    stranger = sign_in(code, role)
    assert stranger.post(f"/schedules/{schedule.id}/stop").status_code == 404
    send(stranger, "reports", subject=str(campaign.id))
    assert len(session.exec(select(Schedule)).all()) == 1
    assert sign_in(REGION, "office").get("/schedules/new/lottery").status_code == 404


@pytest.mark.parametrize("purpose", ["release", "periods", "reports"])
def test_where_nothing_can_be_chosen_no_fault_leads_to_an_input_that_is_not_there(
    sign_in: Callable[..., TestClient], purpose: str
) -> None:
    answer = send(sign_in(LEAGUE, "office"), purpose, at="25:00")
    assert answer.status_code == 422
    assert check(answer).xpath("//main//a[starts-with(@href, '#')]") == []
    assert check(answer).xpath("//p[@class='empty']")


SOON = NOW + timedelta(minutes=20)


@pytest.fixture
def released_soon(
    session: Session, sign_in: Callable[..., TestClient]
) -> tuple[TestClient, Measure]:
    """An office, and its measure that is to be released in twenty minutes."""
    measure = drafted(session, confirmed=True)
    client = sign_in(REGION, "office")
    send(client, "release", subject=str(measure.id), day="2026-11-23", at="09:20")
    return client, measure


def listed(app: FastAPI, client: TestClient, now: datetime = NOW) -> str:
    """What the timetable says at a time, from its table on."""
    app.dependency_overrides[get_now] = lambda: now
    page = client.get("/schedules")
    check(page)
    assert "时间已过" not in text_of(page)
    return text_of(page).partition("最近一次")[2]


def test_the_timetable_says_of_every_schedule_what_became_of_its_latest_moment(
    session: Session, app: FastAPI, released_soon: tuple[TestClient, Measure]
) -> None:
    client, _measure = released_soon
    assert "还没有 2026-11-23 09:20 停止" in listed(app, client)
    late = SOON + timedelta(minutes=30)
    assert "2026-11-23 09:20 已到时间，等待办理" in listed(app, client, late)
    attempt_due(session, late)
    assert "2026-11-23 09:20 正在办理 正在逐级下发。" in listed(app, client, late)
    hand_down_now(session, [session.exec(select(HandDown.id)).one()], late)
    told = listed(app, client, late)
    assert "2026-11-23 09:20 已补办 补办于 2026-11-23 09:50 没有了" in told
    assert "停止" not in told


def test_a_release_in_time_is_told_as_done_and_a_refused_one_with_its_reason(
    session: Session,
    app: FastAPI,
    sign_in: Callable[..., TestClient],
    released_soon: tuple[TestClient, Measure],
) -> None:
    client, measure = released_soon
    other = drafted(session, confirmed=True)
    send(client, "release", subject=str(other.id), day="2026-11-23", at="09:20")
    edit_measure(
        session, other, content_of(session, other), version=other.version,
        actor=office_of(session), now=NOW,
    )  # fmt: skip
    attempt_due(session, SOON)
    wish = session.exec(select(HandDown.id).where(HandDown.measure_id == measure.id)).one()
    hand_down_now(session, [wish], SOON)
    told = listed(app, client, SOON)
    assert "2026-11-23 09:20 已办理 办理于 2026-11-23 09:20" in told
    assert f"未能办理 措施“{other.title}”现为“草稿”，不能这样办理。" in told
    client.cookies.set("lang", "en")
    told = text_of(client.get("/schedules"))
    assert f"Could not be done Measure “{other.title}” is “Draft”, so this is not" in told
    assert measure.title in told


def test_missed_periods_are_told_with_the_one_that_was_made_up(
    session: Session, app: FastAPI, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, confirmed=True, due_rule="monthly:25")
    client = sign_in(REGION, "office")
    send(client, "periods", subject=str(measure.id), rhythm="monthly", month_day="5")
    attempt_due(session, NOW + timedelta(days=80))
    told = listed(app, client)
    assert "2027-02-05 08:30 正在办理" in told
    assert "此前有 2 次到时间没有办理，也不再补办（最早一次 2026-12-05 08:30）。" in told
    assert "2027-03-05 08:30 停止" in told


def test_a_schedule_stopped_while_it_was_due_says_so(
    session: Session, app: FastAPI, released_soon: tuple[TestClient, Measure]
) -> None:
    client, _measure = released_soon
    app.dependency_overrides[get_now] = lambda: SOON
    client.post(f"/schedules/{session.exec(select(Schedule.id)).one()}/stop")
    assert "2026-11-23 09:20 已停止，未办完 已停止" in listed(app, client, SOON)


def test_the_timetable_costs_the_same_statements_for_many_rows(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    campaign = taken_in(session)
    client = sign_in(REGION, "office")
    counts = []
    for _ in range(2):
        send(client, "reports", subject=str(campaign.id))
        attempt_due(session, NOW + timedelta(days=8))
        with statements(session) as log:
            client.get("/schedules")
        counts.append(len(log))
    assert counts[0] == counts[1]


def test_a_schedule_that_will_reach_many_units_is_asked_about_with_the_count(
    session: Session, sign_in: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.campaigns.new_schedule.MANY", 40)
    measure = drafted(session, confirmed=True)
    client, address = sign_in(REGION, "office"), "/schedules/new/release"
    asked = send(client, "release", subject=str(measure.id), day="2026-12-01", sure="")
    assert asked.status_code == 200
    assert "到时间下发给 32 个填报单位" in text_of(asked)
    assert "定时下发：2026-12-01 08:30" in text_of(asked)
    assert session.exec(select(Schedule)).all() == []
    fields = fields_of(asked, address)
    back = client.post(address, data=fields | {"sure": "", "back": "yes"})
    assert fields_of(back, address)["day"] == ["2026-12-01"]
    answer = client.post(address, data=fields | {"sure": "yes"})
    assert len(session.exec(select(Schedule)).all()) == 1
    told = text_of(client.get(answer.headers["location"]))
    assert "到时间自动下发给 32 个填报单位，17 个单位转发并汇总。" in told


def test_what_would_be_refused_is_not_asked_about(
    session: Session, sign_in: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.campaigns.new_schedule.MANY", 0)
    measure, campaign = drafted(session, confirmed=True), taken_in(session)
    client = sign_in(REGION, "office")
    late = send(client, "release", subject=str(measure.id), day="2026-11-20")
    assert "须晚于现在" in text_of(late)
    reports = send(client, "reports", subject=str(campaign.id), weekday="5")
    assert reports.status_code == 303
