"""A schedule in the office's own words, its page, and what keeps it from being done."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import LastLook, Measure, MeasureStatus, Schedule, Shift, Trouble, TroubleKind, WorkName
from services.campaigns.troubles import Sighted, note_more
from tests.building import LEAGUE, REGION
from tests.conftest import NOW
from tests.counting import statements
from tests.due import attempt_due
from tests.web.campaigns.test_schedules import send
from tests.web.office import drafted, taken_in
from tests.web.pages import check, fields_of, text_of

ADDRESS = "/schedules/new/periods"


@pytest.fixture
def office(sign_in: Callable[..., TestClient]) -> TestClient:
    return sign_in(REGION, "office")


@pytest.fixture
def plan(session: Session, office: TestClient) -> Schedule:
    """A measure is opened every month on its last working day."""
    measure = drafted(session, confirmed=True, due_rule="monthly:last")
    send(office, "periods", subject=str(measure.id), words="最后一个工作日 9点")
    return session.exec(select(Schedule)).one()


def test_a_time_in_own_words_is_shown_with_its_next_five_times_before_it_is_kept(
    session: Session, office: TestClient
) -> None:
    measure = drafted(session, confirmed=True, due_rule="monthly:last")
    asked = send(
        office, "periods", subject=str(measure.id), words="每月15日或前一个工作日，9点",
        ends_on="2027-12-31", sure="",
    )  # fmt: skip
    assert session.exec(select(Schedule)).all() == []
    shown = text_of(asked)
    assert "每月 15日 09:00 遇休息日提前" in shown
    assert "2026-12-15 09:00 星期二 · 2026年12月 2027-01-15 09:00 星期五 · 2027年1月" in shown
    assert len(check(asked).xpath("//main//ol[@class='names']/li")) == 5
    fields = fields_of(asked, ADDRESS)
    back = office.post(ADDRESS, data=fields | {"back": "yes"})
    assert fields_of(back, ADDRESS)["words"] == ["每月15日或前一个工作日，9点"]
    office.post(ADDRESS, data=fields | {"sure": "yes"})
    kept = session.exec(select(Schedule)).one()
    assert (kept.cron, kept.shift, kept.ends_on) == (
        "0 9 15 * *", Shift.BEFORE, date(2027, 12, 31),
    )  # fmt: skip
    assert "每月 15日 09:00 遇休息日提前" in text_of(office.get("/schedules"))


def test_a_rhythm_that_does_not_fit_is_asked_about_and_can_be_kept_all_the_same(
    session: Session, office: TestClient
) -> None:
    measure = drafted(session, confirmed=True, due_rule="monthly:5")
    asked = send(office, "periods", subject=str(measure.id), words="每月20日", sure="")
    assert "2026年12月20日（周日） 下发的是2026年12月" in text_of(asked)
    assert "仍然这样安排" in text_of(asked)
    office.post(ADDRESS, data=fields_of(asked, ADDRESS) | {"sure": "yes"})
    assert len(session.exec(select(Schedule)).all()) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"words": "每年2月31日"}, "2月没有31日，这个安排永远不会办理"),
        ({"words": "看情况"}, "没有看懂“看情况”是哪一天"),
        ({"words": "每月25日", "ends_on": "2026-13-01"}, "日期"),
        ({"words": "每月25日", "starts_on": "2027-02-01", "ends_on": "2027-01-01"}, "不能早于"),
        ({"words": "每月25日", "ends_on": "2026-11-24"}, "没有一次到时间"),
        ({"rhythm": "yearly", "month": "2", "month_day": "30"}, "2月没有30日"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_still_there(
    session: Session, office: TestClient, fields: dict[str, str], sentence: str
) -> None:
    measure = drafted(session, confirmed=True, due_rule="monthly:last")
    answer = send(office, "periods", subject=str(measure.id), **fields)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    kept = fields_of(answer, ADDRESS)
    assert all(kept[name] == [typed] for name, typed in fields.items())
    assert session.exec(select(Schedule)).all() == []


def test_the_page_of_a_schedule_skips_pauses_goes_on_and_tells_all_that_became_of_it(
    session: Session, office: TestClient, plan: Schedule
) -> None:
    address = f"/schedules/{plan.id}"
    assert "2026-11-30 09:00 星期一 · 2026年11月" in text_of(office.get(address))
    for _ in range(2):
        assert office.post(f"{address}/skip", data={"day": "2026-11-30"}).status_code == 303
    assert "跳过的 11月30日" in text_of(office.get(address))
    office.post(f"{address}/keep", data={"day": "2026-11-30"})
    assert plan.next_day == date(2026, 11, 30)
    assert "不能跳过" in text_of(office.post(f"{address}/skip", data={"day": "2026-11-29"}))
    assert office.post(f"{address}/skip", data={"day": "昨天"}).status_code == 404
    office.post(f"{address}/pause")
    assert "已暂停" in text_of(office.get("/schedules"))
    assert "恢复这个安排" in text_of(office.get(address))
    office.post(f"{address}/go-on")
    for months in (1, 2, 3):
        attempt_due(session, NOW + timedelta(days=31 * months))
    told = text_of(office.get(address)).partition("历次办理")[2]
    assert [f"2026-{day} 09:00" in told for day in ("11-30", "12-31")] == [True, True]
    assert "2027-01-29 09:00" in told


@pytest.mark.parametrize(("code", "role"), [(REGION, "clerk"), (LEAGUE, "office")])
def test_a_schedules_page_and_its_troubles_belong_to_its_office(
    session: Session, sign_in: Callable[..., TestClient], plan: Schedule, code: str, role: str
) -> None:
    trouble = note(session, plan, "off")
    stranger = sign_in(code, role)
    assert stranger.get(f"/schedules/{plan.id}").status_code == 404
    for act in (f"schedules/{plan.id}/pause", f"troubles/{trouble.id}/settle",
                f"troubles/{trouble.id}/take-over"):  # fmt: skip
        assert stranger.post(f"/{act}").status_code == 404
    assert "停用了" not in text_of(stranger.get("/schedules"))


def note(session: Session, plan: Schedule, said: str, cron: str = "") -> Trouble:
    """Somebody has changed a schedule on Prefect's page."""
    seen = Sighted(
        f"changed {said}", TroubleKind.PUT_RIGHT, WorkName.CARRY_OUT_DUE, "冬春季 · 排查", said,
        cron, schedule_id=plan.id,
    )  # fmt: skip
    note_more(session, [seen], now=NOW)
    return session.exec(select(Trouble).where(Trouble.key == seen.key)).one()


def test_what_went_wrong_stands_on_the_offices_pages_with_what_to_do_until_it_is_read(
    session: Session, office: TestClient
) -> None:
    measure = drafted(session, confirmed=True)
    failed = Sighted(
        "run 1", TroubleKind.FAILED, WorkName.HAND_DOWN, "冬春季 · 排查", "磁盘满了",
        measure_id=measure.id, since=NOW,
    )  # fmt: skip
    paused = Sighted("pool jieli", TroubleKind.POOL_PAUSED, WorkName.OTHER, "jieli")
    note_more(session, [failed, paused], now=NOW)
    session.add(LastLook(name="dispatcher", at=NOW - timedelta(minutes=20)))
    page = office.get("/schedules")
    shown = text_of(page)
    assert "“冬春季 · 排查”的下发出了错，还没有办完。系统会自动再办" in shown
    assert "原文：磁盘满了" in shown
    assert "工作池“jieli”被暂停" in shown
    assert "后台程序从 2026-11-23 08:40 起没有运行" in shown
    for address in ("/", "/campaigns"):
        assert "后台办理有 2 件事要看一下" in text_of(office.get(address))
    (settle,) = check(page).xpath("//form[contains(@action, '/settle')]/@action")
    assert office.post(settle).status_code == 303
    assert "磁盘满了" not in text_of(office.get("/schedules"))


def test_a_change_on_prefects_page_is_taken_over_with_one_click(
    session: Session, office: TestClient, plan: Schedule
) -> None:
    edited = note(session, plan, "time", "15 10 20 * *")
    shown = text_of(office.get("/schedules"))
    assert "有人在 Prefect 页面改动了“冬春季 · 排查”：改了时间。已经按本页的安排改了回来。" in shown
    office.post(f"/troubles/{edited.id}/take-over")
    assert plan.cron == "15 10 20 * *"
    assert plan.next_day == date(2026, 12, 20)
    assert plan.next_at == datetime(2026, 12, 18, 2, 15, tzinfo=UTC), "the working day before"
    note(session, plan, "off")
    assert "暂停这个安排" in text_of(office.get("/schedules"))


def test_a_schedule_says_beforehand_that_it_will_come_to_nothing(
    session: Session, office: TestClient, plan: Schedule
) -> None:
    measure = session.get_one(Measure, plan.measure_id)
    measure.due_rule = "2026-12-20"
    session.flush()
    assert "措施现在只办一次，到时间没有周期可以下发" in text_of(office.get("/schedules"))
    measure.status = MeasureStatus.DRAFT
    session.flush()
    assert "措施修改后还没有确认" in text_of(office.get(f"/schedules/{plan.id}"))


def test_the_pages_cost_the_same_statements_for_many_troubles_and_moments(
    session: Session, office: TestClient, plan: Schedule
) -> None:
    taken_in(session)
    counts = []
    for round_ in range(2):
        for number in range(round_ * 20):
            note(session, plan, f"off{number}")
            attempt_due(session, NOW + timedelta(days=31 * number))
        with statements(session) as log:
            office.get("/schedules")
            office.get(f"/schedules/{plan.id}")
        counts.append(len(log))
    assert counts[0] == counts[1]
