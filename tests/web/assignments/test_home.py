"""The first page of a unit."""

from collections.abc import Callable
from datetime import date, timedelta

from fastapi.testclient import TestClient
from sqlmodel import Session

from models import Role
from rules.dates.calendar import local_time
from services.assignments.assignments import acknowledge
from services.campaigns.closings import close_measures, open_measure_again
from services.review.reviews import return_
from tests.building import REGION, TOWNSHIP, VILLAGE, make_campaign, make_measure, release_down
from tests.conftest import NOW
from tests.counting import statements
from tests.web.conftest import World, account_of
from tests.web.pages import check, text_of


def test_a_village_sees_what_has_come_in_and_signs_for_it(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    page = text_of(client.get("/"))
    assert "新任务" in page
    assert "入户排查取暖安全" in page
    answer = client.post(f"/assignments/{world.id(VILLAGE)}/acknowledge", data={"next": "/"})
    assert answer.headers["location"] == "/"
    assert "新任务" not in text_of(client.get("/"))
    assert world.assignment(VILLAGE).status == "acknowledged"


def test_a_unit_without_anything_to_do_is_told_what_will_appear(
    sign_in: Callable[..., TestClient],
) -> None:
    assert "现在没有待办任务" in text_of(sign_in(VILLAGE).get("/"))


def test_what_is_late_comes_first_and_says_so(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    office = account_of(session, REGION, Role.OFFICE)
    later = make_measure(session, office, title="后到期的", due_rule="2026-12-30")
    release_down(session, later, office)
    assignment = world.assignment(VILLAGE)
    acknowledge(session, assignment.id, actor=account_of(session, VILLAGE), now=NOW)
    assignment.due_on = date(2026, 11, 18)
    session.add(assignment)
    session.flush()
    tree = check(sign_in(VILLAGE).get("/"))
    late = tree.xpath("//li[@class='late']")
    assert len(late) == 1
    assert "逾期 3 个工作日" in late[0].text_content()


def test_what_was_returned_is_to_be_done_today_with_its_reason(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    sent = world.send(VILLAGE)
    return_(session, sent.id, reason="漏了流动户", actor=account_of(session, TOWNSHIP), now=NOW)
    page = text_of(sign_in(VILLAGE).get("/"))
    assert "退回原因：漏了流动户" in page
    assert "今天要办（1 项）" in page
    assert "以后到期" not in page


def test_an_upper_unit_sees_what_waits_for_review_and_how_far_it_has_got(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    page = text_of(sign_in(TOWNSHIP).get("/"))
    assert "1 份待审核" in page
    assert "各项措施办理进度" in page


def test_the_first_page_costs_the_same_for_one_measure_and_for_five(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client = sign_in(REGION, "office")
    with statements(session) as for_one:
        client.get("/")
    office = account_of(session, REGION, Role.OFFICE)
    campaign = make_campaign(session, office)
    for number in range(4):
        measure = make_measure(session, office, campaign, title=f"措施{number}")
        release_down(session, measure, office)
    with statements(session) as five:
        page = text_of(client.get("/"))
    assert "措施3" in page
    assert len(five) == len(for_one) <= 10


def test_everything_ever_given_is_listed_page_by_page(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    assert "入户排查取暖安全" in text_of(client.get("/assignments"))
    assert client.get("/assignments?page=0").status_code == 404
    assert "还没有任务" in text_of(client.get("/assignments?page=9"))


def test_what_was_sent_stays_in_sight_with_what_became_of_it(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    assert "最近报送" not in text_of(client.get("/"))
    world.send(VILLAGE)
    sent = check(client.get("/")).xpath("//details[@id='sent']//ul")[0]
    assert "入户排查取暖安全" in sent.text_content()
    assert "待审核" in sent.text_content()


def test_a_saved_draft_shows_on_the_card(world: World, sign_in: Callable[..., TestClient]) -> None:
    client = sign_in(VILLAGE)
    assert "有草稿" not in text_of(client.get("/"))
    path = f"/assignments/{world.id(VILLAGE)}/form"
    client.post(path, data={"f-checked": "3", "_act": "save"})
    assert "有草稿，未报送" in text_of(client.get("/"))


def test_everybody_sees_the_tasks_first_and_the_time_of_the_latest_sending(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    for code in (VILLAGE, TOWNSHIP):
        page = text_of(sign_in(code).get("/"))
        assert page.index("入户排查取暖安全") < page.index("三个工作日内到期")
    sent = world.send(VILLAGE)
    return_(session, sent.id, reason="漏了流动户", actor=account_of(session, TOWNSHIP), now=NOW)
    again = world.send(VILLAGE, checked="13")
    again.sent_at = NOW + timedelta(days=1, hours=2)
    session.add(again)
    session.flush()
    listed = check(sign_in(VILLAGE).get("/")).xpath("//details[@id='sent']//li")
    told = listed[0].text_content()
    assert f"{local_time(again.sent_at):%m-%d %H:%M}" in told.replace("\u2060", "")


def test_a_task_that_was_opened_again_says_so_until_something_is_done(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    office, client = account_of(session, REGION, Role.OFFICE), sign_in(VILLAGE)
    close_measures(session, [world.measure], actor=office, now=NOW)
    open_measure_again(session, world.measure, reason="还有两个村没报", actor=office, now=NOW)
    assert "已重新开启" in text_of(client.get("/"))
    client.post(f"/assignments/{world.id(VILLAGE)}/acknowledge")
    client.get("/assignments")
    assert "已重新开启" not in text_of(client.get("/"))


def test_campaigns_stand_apart_in_the_folded_progress_at_no_further_statement(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client, office = sign_in(REGION, "office"), account_of(session, REGION, Role.OFFICE)
    for number in range(4):
        campaign = make_campaign(session, office)
        campaign.title = f"专项{number}"
        release_down(session, make_measure(session, office, campaign), office)
    with statements(session) as counted:
        page = check(client.get("/"))
    assert len(counted) <= 10
    groups = page.xpath("//details[@id='standings']//tbody")
    assert [len(group.xpath("tr")) for group in groups] == [2] * 5
