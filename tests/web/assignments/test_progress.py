"""Where a measure stands across the subtree."""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.testclient import TestClient
from lxml import html
from sqlmodel import Session

from models import Gate, Role
from services.campaigns.measures import GateChoice
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_LEAGUE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    make_account,
    make_measure,
    release_down,
)
from tests.counting import statements
from tests.web.conftest import World
from tests.web.pages import check, text_of
from web.edge.viewer.transactions import get_now


def numbers(tree: html.HtmlElement, row: int) -> list[str]:
    """The counts of one row of the table by lower unit; -1 is the sum."""
    rows = tree.xpath("//table[@id='lower']//tr[td[@class]]")
    return [cell.text_content() for cell in rows[row].xpath("td[contains(@class,'num')]")]


def test_the_table_counts_every_lower_unit_and_sums_up(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    path = f"/measures/{world.measure.id}/progress"
    tree = check(sign_in(REGION).get(path))
    first, second, total = (numbers(tree, row) for row in (0, 1, -1))
    assert first == ["15", "15", "1", "0", "0", "0"]
    assert second == ["17", "17", "0", "0", "0", "0"]
    assert total == ["32", "32", "1", "0", "0", "0"]


def test_levels_stand_each_on_their_own_and_are_not_added_together(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    tree = check(sign_in(REGION).get(f"/measures/{world.measure.id}/progress"))
    rows = [
        [cell.text_content().strip() for cell in row.xpath("th|td")]
        for row in tree.xpath("//h2[@id='levels']/following::table[1]/tbody/tr")
    ]
    assert [row[:3] for row in rows] == [
        ["盟市", "2", "0"], ["旗县区", "4", "0"], ["苏木乡镇街道", "11", "0"],
        ["嘎查村社区", "32", "1"],
    ]  # fmt: skip
    assert [row[4] for row in rows] == ["0", "0", "0", "1"]


def test_it_drills_down_level_by_level(world: World, sign_in: Callable[..., TestClient]) -> None:
    client = sign_in(REGION)
    path = f"/measures/{world.measure.id}/progress"
    for code in (LEAGUE, BANNER):
        tree = check(client.get(path))
        links = tree.xpath("//table[contains(@class,'dense')]//th/a/@href")
        path = next(link for link in links if code in link)
    assert "南新街街道" in text_of(client.get(path))
    page = text_of(client.get(f"/measures/{world.measure.id}/progress?unit={TOWNSHIP}"))
    assert "红星社区" in page


def test_overdue_is_counted_by_the_date_of_today(
    world: World, sign_in: Callable[..., TestClient], app: FastAPI
) -> None:
    client = sign_in(REGION)
    path = f"/measures/{world.measure.id}/progress"
    assert numbers(check(client.get(path)), -1)[5] == "0"
    app.dependency_overrides[get_now] = lambda: datetime(2026, 11, 23, 1, 5, tzinfo=UTC)
    assert numbers(check(client.get(path)), -1)[5] == "0"


def test_a_unit_sees_its_own_branch_only(world: World, sign_in: Callable[..., TestClient]) -> None:
    client = sign_in(LEAGUE)
    path = f"/measures/{world.measure.id}/progress"
    assert client.get(path).status_code == 200
    assert client.get(f"{path}?unit={BANNER}").status_code == 200
    assert client.get(f"{path}?unit={OTHER_LEAGUE}").status_code == 404
    assert client.get(f"{path}?unit={REGION}").status_code == 404
    assert client.get(f"{path}?period=202601").status_code == 404
    assert client.get("/measures/999999/progress").status_code == 404


def test_the_same_table_is_reached_from_an_assignment(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION)
    path = f"/assignments/{world.id(LEAGUE)}/below"
    assert "红山区" in text_of(client.get(path))
    assert "南新街街道" in text_of(client.get(f"{path}?unit={BANNER}"))
    assert client.get(f"{path}?unit={OTHER_LEAGUE}").status_code == 404


def test_missing_units_are_listed_page_by_page(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION)
    path = f"/measures/{world.measure.id}/progress"
    first, second = text_of(client.get(path)), text_of(client.get(f"{path}?missing=2"))
    assert "尚未报送的单位（32 个）" in first
    assert "第 1 页，共 2 页" in first
    assert "第 2 页，共 2 页" in second


def test_the_page_costs_the_same_at_every_level(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client = sign_in(REGION)
    counts = set()
    for code in (REGION, LEAGUE, BANNER, TOWNSHIP):
        session.expire_all()
        with statements(session) as sent:
            client.get(f"/measures/{world.measure.id}/progress?unit={code}")
        counts.add(len(sent))
    assert max(counts) <= 17
    assert max(counts) - min(counts) <= 1


def test_a_unit_with_nothing_below_it_is_shown_by_its_own_task(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(TOWNSHIP)
    answer = client.get(f"/measures/{world.measure.id}/progress?unit={VILLAGE}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/assignments/{world.id(VILLAGE)}"


def test_units_that_still_wait_for_a_gate_above_are_told(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    office = make_account(session, REGION, Role.OFFICE)
    measure = make_measure(session, office, gates={"league": GateChoice(Gate.DETAIL)})
    release_down(session, measure, office)
    page = sign_in(REGION).get(f"/measures/{measure.id}/progress")
    assert "下级应填报单位共 32 个，已交办 0 个；其余 32 个还在等上级单位下发" in text_of(page)
    assert "0/32 已报（份）" in text_of(page)
    assert numbers(check(page), 0) == ["15", "0", "0", "0", "0", "0"]


def test_nothing_is_said_of_waiting_when_everything_has_arrived(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    page = sign_in(REGION).get(f"/measures/{world.measure.id}/progress")
    assert "下级应填报单位共" not in text_of(page)
