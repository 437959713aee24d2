"""Many assignments are signed for from the first page; campaigns stand on tasks and in lists."""

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import Session

from models import Assignment, Gate, Measure, Role
from services.campaigns.measures import GateChoice
from tests.answering import released_measures
from tests.building import LEAGUE, REGION, VILLAGE, assignment_of
from tests.counting import statements
from tests.web.conftest import World
from tests.web.pages import check, fields_of, text_of

Signing = Callable[..., TestClient]
SIGN = "/assignments/acknowledge"


def given(session: Session, code: str, *contents: dict[str, Any]) -> list[Assignment]:
    measures: list[Measure] = released_measures(session, *contents)
    return [assignment_of(session, measure, code) for measure in measures]


def ticks(client: TestClient) -> dict[str, bool]:
    """The boxes of the first page: assignment → ticked."""
    boxes = check(client.get("/")).xpath("//input[@name='assignment']")
    assert {box.get("form") for box in boxes} <= {"sign-many"}
    return {box.get("value"): box.get("checked") is not None for box in boxes}


def test_a_village_signs_for_everything_with_one_press(session: Session, sign_in: Signing) -> None:
    rows, client = given(session, VILLAGE, {}, {}, {}), sign_in(VILLAGE)
    assert ticks(client) == {str(row.id): True for row in rows}
    for said in ("已签收 3 项任务。", "此前已经签收"):
        assert client.post(SIGN, data={"assignment": [row.id for row in rows]}).status_code == 303
        assert said in text_of(client.get("/"))
    assert "新任务" not in text_of(client.get("/"))


def test_one_new_task_has_no_box(world: World, sign_in: Signing) -> None:
    assert ticks(sign_in(VILLAGE)) == {}


def test_what_hands_down_is_not_ticked_and_the_rest_to_be_detailed_is_told(
    session: Session, sign_in: Signing
) -> None:
    acknowledge = {"gates": {"league": GateChoice(Gate.ACKNOWLEDGE)}, "title": "签收即下发"}
    detail = {"gates": {"league": GateChoice(Gate.DETAIL)}, "title": "先细化"}
    releasing, waiting = given(session, LEAGUE, acknowledge, detail)
    client = sign_in(LEAGUE)
    assert ticks(client) == {str(releasing.id): False, str(waiting.id): True}
    client.post(SIGN, data={"assignment": [releasing.id, waiting.id]})
    shown = text_of(client.get("/"))
    assert "已签收 2 项任务，其中 1 项已下发给下级单位；另有 1 项还要由您细化或直接下发" in shown


def test_signing_that_reaches_many_units_asks_first(session: Session, sign_in: Signing) -> None:
    gates = {"gates": {"league": GateChoice(Gate.ACKNOWLEDGE)}}
    rows = given(session, LEAGUE, *[{**gates, "title": f"第{n}项"} for n in range(8)])
    client = sign_in(LEAGUE)
    asked = client.post(SIGN, data={"assignment": [row.id for row in rows]})
    assert asked.status_code == 200
    assert "共到达" in text_of(asked)
    assert all(row.acknowledged_at is None for row in rows)
    sure = fields_of(asked, SIGN) | {"sure": ["yes"]}
    assert client.post(SIGN, data=sure).status_code == 303
    assert "其中 8 项已下发给下级单位" in text_of(client.get("/"))


def test_nothing_ticked_is_told_and_others_are_not_signed_for(
    session: Session, sign_in: Signing, world: World
) -> None:
    client = sign_in(VILLAGE)
    assert "请先勾选要签收的任务" in text_of(client.post(SIGN))
    assert client.post(SIGN, data={"assignment": world.id(LEAGUE)}).status_code == 404


def test_tasks_name_their_campaign(world: World, sign_in: Signing) -> None:
    client = sign_in(VILLAGE)
    for path in ("/", "/assignments", f"/assignments/{world.id(VILLAGE)}/form"):
        assert "冬春季安全排查" in text_of(client.get(path)), path


def test_a_league_sees_the_campaigns_it_has_tasks_from_with_its_own_figures(
    session: Session, world: World, sign_in: Signing
) -> None:
    campaign = session.get_one(Measure, world.measure.id).campaign_id
    client = sign_in(LEAGUE, Role.OFFICE)
    page = check(client.get("/campaigns"))
    (row,) = page.xpath("//h2[@id='given']/following-sibling::table[1]/tbody/tr")
    cells = [" ".join(cell.text_content().split()) for cell in row]
    assert cells == ["冬春季安全排查", "内蒙古自治区", "1", "1", "0", "0", "0", "通知原文 进展看板"]
    (link,) = row.xpath("./th/a/@href")
    assert link == f"/assignments?campaign={campaign}"
    assert "入户排查取暖安全" in text_of(client.get(link))
    assert client.get("/assignments?campaign=999999").status_code == 404
    assert "上级交办的专项工作" not in text_of(sign_in(REGION, Role.OFFICE).get("/campaigns"))


def test_campaigns_cost_the_same_for_one_task_and_for_five(
    session: Session, world: World, sign_in: Signing
) -> None:
    client, costs = sign_in(LEAGUE, Role.OFFICE), []
    for _more in range(2):
        with statements(session) as log:
            client.get("/campaigns")
        costs.append(len(log))
        released_measures(session, {}, {}, {}, {})
    assert costs[0] == costs[1]
