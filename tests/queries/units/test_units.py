from collections.abc import Sequence
from datetime import date

import pytest
from sqlmodel import Session, col, select

from models import Level, Unit
from queries.units.unit_groups import count_by_level
from queries.units.units import (
    get_root,
    get_unit,
    get_unit_by_id,
    list_above,
    list_found,
    list_levels,
    list_levels_below,
    list_lower,
    within,
)
from rules.sentences.not_found import NotFound
from tests.building import BANNER, LEAGUE, REGION, TOWNSHIP, VILLAGE


def codes(units: Sequence[Unit | Level]) -> list[str]:
    return [unit.code for unit in units]


def test_the_units_above_come_from_the_top_down(session: Session) -> None:
    village = get_unit(session, VILLAGE)
    assert codes(list_above(session, village)) == [REGION, LEAGUE, BANNER, TOWNSHIP]
    assert list_above(session, get_root(session)) == []


def test_the_lower_units_come_in_the_order_of_the_list(session: Session) -> None:
    lower = list_lower(session, get_unit(session, BANNER))
    assert codes(lower) == ["150402005000", "150402102000"]
    assert list_lower(session, get_unit(session, VILLAGE)) == []


def test_a_unit_that_ended_is_not_among_the_lower_ones_but_is_found(session: Session) -> None:
    township = get_unit(session, TOWNSHIP)
    township.valid_to = date(2026, 1, 1)
    session.flush()
    assert TOWNSHIP not in codes(list_lower(session, get_unit(session, BANNER)))
    assert get_unit(session, TOWNSHIP).name == "南新街街道"


def test_within_holds_the_unit_and_all_below_it(session: Session) -> None:
    banner = get_unit(session, BANNER)
    found = session.exec(select(Unit).where(within(banner)).order_by(col(Unit.lft))).all()
    assert len(found) == 9
    assert all(unit.code.startswith("150402") for unit in found)


def test_units_are_counted_by_level_from_the_top_down(session: Session) -> None:
    counts = count_by_level(session, get_root(session))
    assert list(counts.items()) == [
        ("region", 1), ("league", 2), ("banner", 4), ("township", 11), ("village", 32),
    ]  # fmt: skip


def test_levels_come_from_the_top_down(session: Session) -> None:
    assert codes(list_levels(session))[0] == "region"
    assert codes(list_levels_below(session, get_unit(session, BANNER))) == ["township", "village"]


def test_units_are_found_by_name_and_code_below_a_unit_only(session: Session) -> None:
    root, banner = get_root(session), get_unit(session, BANNER)
    assert codes(list_found(session, root, "新华社区")) == ["150402005004", "152502001005"]
    assert codes(list_found(session, banner, "新华社区")) == ["150402005004"]
    assert len(list_found(session, root, "1525", limit=3)) == 3
    assert list_found(session, root, "%") == []


def test_what_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        get_unit(session, "999")
    with pytest.raises(NotFound):
        get_unit_by_id(session, 10**9)
