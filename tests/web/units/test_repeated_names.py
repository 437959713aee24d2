"""Units of one name are told apart by the unit above, wherever units are searched for."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from models import Role
from tests.building import OTHER_VILLAGE, REGION, VILLAGE, get_unit
from tests.counting import statements
from tests.web.conftest import account_of
from tests.web.pages import check

NAME = "红星村民委员会"


@pytest.fixture
def twins(session: Session) -> set[str]:
    """Two villages of one name, each with an account; the names of the units above."""
    above = set()
    for code in (VILLAGE, OTHER_VILLAGE):
        unit = get_unit(session, code)
        unit.name = NAME
        account_of(session, code)
        above.add(unit.code[:9])
    session.flush()
    return {get_unit(session, f"{code}000").name for code in above}


@pytest.mark.parametrize("path", ["/units?q={}", "/search?q={}", "/accounts?q={}"])
def test_units_of_one_name_stand_with_the_unit_above(
    sign_in: Callable[..., TestClient], twins: set[str], path: str
) -> None:
    page = check(sign_in(REGION, Role.OFFICE).get(path.format(NAME)))
    rows = [
        node.text_content()
        for node in page.xpath("//main//*[self::tr or self::li]")
        if NAME in node.text_content()
    ]
    assert len(rows) == 2
    assert {name for name in twins for row in rows if name in row} == twins


def test_a_search_costs_the_same_for_one_unit_and_for_many(
    sign_in: Callable[..., TestClient], session: Session, twins: set[str]
) -> None:
    client, costs = sign_in(REGION, Role.OFFICE), []
    for text in ("红星", "1504"):
        client.get(f"/units?q={text}")
        with statements(session) as log:
            client.get(f"/units?q={text}")
        costs.append(len(log))
    assert costs[0] == costs[1]
