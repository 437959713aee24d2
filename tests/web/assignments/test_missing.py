"""Who has not answered: by the unit between, filtered, as a file with the office's telephone."""

from collections.abc import Callable
from datetime import date

from fastapi.testclient import TestClient
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
    get_unit,
    make_account,
    make_measure,
    release_down,
)
from tests.counting import statements
from tests.web.conftest import World
from tests.web.edge.test_exports import rows_of
from tests.web.pages import check, text_of


def test_missing_units_are_grouped_by_the_unit_between_with_counts(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    get_unit(session, BANNER).telephone = "0476-1234"
    page = check(sign_in(REGION).get(f"/measures/{world.measure.id}/missing"))
    summaries = [" ".join(summary.text_content().split()) for summary in page.xpath("//summary")]
    assert summaries[0].startswith("赤峰市：14 个没有报送")
    assert summaries[1].endswith("17 个没有报送")
    inside = " ".join(page.xpath("//details")[0].text_content().split())
    assert get_unit(session, BANNER).name in inside
    assert "0476-1234" in inside
    league = text_of(sign_in(LEAGUE).get(f"/measures/{world.measure.id}/missing"))
    assert get_unit(session, TOWNSHIP).name in league
    assert "赤峰市：" not in league


def test_the_list_is_filtered_by_level_by_unit_between_and_by_what_is_overdue(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION)
    path = f"/measures/{world.measure.id}/missing"
    assert len(check(client.get(f"{path}?level=village")).xpath("//tbody/tr")) == 32
    assert len(check(client.get(f"{path}?above={TOWNSHIP}")).xpath("//tbody/tr")) < 10
    assert "没有符合条件的单位" in text_of(client.get(f"{path}?overdue=1"))
    world.assignment(VILLAGE).due_on = date(2026, 11, 20)  # a Friday; today is Monday
    session.flush()
    late = client.get(f"{path}?overdue=1")
    assert len(check(late).xpath("//tbody/tr")) == 1
    assert "逾期 1 个工作日" in text_of(late)


def test_the_file_has_every_missing_unit_with_the_telephone_of_its_office(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    get_unit(session, VILLAGE).telephone = "0476-5678"
    client = sign_in(REGION)
    path = f"/measures/{world.measure.id}/missing"
    (link,) = check(client.get(path)).xpath("//a[normalize-space()='导出 Excel']/@href")
    rows = rows_of(client.get(link))
    assert len(rows) == 32
    (village,) = (row for row in rows if row[1] == VILLAGE)
    assert village[2] == "嘎查村社区"
    assert village[3] == get_unit(session, TOWNSHIP).name
    assert village[5] == "没有报送"
    assert village[9] == "0476-5678"
    assert len(rows_of(client.get(f"{path}?above={LEAGUE}&format=xlsx"))) == 15


def test_units_that_have_not_passed_the_measure_on_are_in_the_list(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    office = make_account(session, REGION, Role.OFFICE)
    measure = make_measure(session, office, gates={"league": GateChoice(Gate.DETAIL)})
    release_down(session, measure, office)
    rows = rows_of(sign_in(REGION).get(f"/measures/{measure.id}/missing?format=xlsx"))
    assert [(row[1], row[5]) for row in rows] == [
        (LEAGUE, "没有下发"), (OTHER_LEAGUE, "没有下发"),
    ]  # fmt: skip


def test_a_unit_sees_only_its_own_branch_and_the_statements_do_not_grow(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    path = f"/measures/{world.measure.id}/missing"
    client = sign_in(LEAGUE)
    assert client.get(f"{path}?unit={OTHER_LEAGUE}").status_code == 404
    assert client.get(f"{path}?period=202601").status_code == 404
    client = sign_in(REGION)
    counts = set()
    for code in (REGION, LEAGUE, BANNER):
        session.expire_all()
        with statements(session) as sent:
            client.get(f"{path}?unit={code}")
        counts.add(len(sent))
    assert len(counts) == 1
