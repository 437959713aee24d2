"""Where the days went: by level, and the units above the lowest level; never a village by name."""

from collections.abc import Callable
from datetime import timedelta

from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlmodel import Session

from models import Event
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_LEAGUE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    get_unit,
    make_campaign,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.web.conftest import World, account_of
from tests.web.edge.test_exports import rows_of
from tests.web.pages import check, text_of


def test_days_are_told_by_level_and_villages_as_a_sum(
    session: Session,
    world: World,
    sign_in: Callable[..., TestClient],
) -> None:
    world.send(VILLAGE)
    session.execute(update(Event).values(at=NOW - timedelta(days=6)))
    client = sign_in(REGION)
    page = check(client.get(f"/measures/{world.measure.id}/held"))
    heads = [row.text_content().strip() for row in page.xpath("//*[@id='held-levels']//tbody//th")]
    assert heads[-1] == "嘎查村社区"
    named = page.xpath("//*[@id='held-units']")[0].text_content()
    assert get_unit(session, TOWNSHIP).name in named
    assert get_unit(session, VILLAGE).name not in named
    rows = rows_of(client.get(f"/measures/{world.measure.id}/held?format=xlsx"))
    village = next(row for row in rows if row[0] == "嘎查村社区")
    assert village[1] == "全部"
    assert VILLAGE not in {row[2] for row in rows}
    township = next(row for row in rows if row[2] == TOWNSHIP)
    assert township[7:9] == [4, 1]


def test_a_unit_sees_its_own_branch_and_a_unit_beside_is_not_found(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    path = f"/measures/{world.measure.id}/held"
    league = text_of(sign_in(LEAGUE).get(path))
    assert get_unit(session, OTHER_LEAGUE).name not in league
    assert sign_in(LEAGUE).get(f"{path}?unit={OTHER_LEAGUE}").status_code == 404
    assert sign_in(LEAGUE).get(f"{path}?period=202601").status_code == 404
    assert "嘎查村社区" in text_of(sign_in(VILLAGE).get(path))


def test_a_campaign_tells_all_measures_together_and_an_unreleased_one_nothing(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    path = f"/campaigns/{world.measure.campaign_id}/held"
    client = sign_in(REGION)
    counts = set()
    for code in (REGION, BANNER):
        session.expire_all()
        with statements(session) as sent:
            assert client.get(f"{path}?unit={code}").status_code == 200
        counts.add(len(sent))
    assert len(counts) == 1
    empty = make_campaign(session, account_of(session, REGION))
    assert "还没有下发" in text_of(client.get(f"/campaigns/{empty.id}/held"))
