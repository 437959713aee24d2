"""The board counts as every other page does."""

import pytest
from sqlmodel import Session

from models import Campaign, Measure, Unit
from queries.assignments.board import BoardRows, get_board
from queries.assignments.progress import get_below
from rules.assignments.counting import Answers, added
from rules.dates.calendar import local_date
from tests.answering import released_measures
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_LEAGUE,
    REGION,
    TOWNSHIP,
    assignment_of,
    get_unit,
)
from tests.conftest import NOW
from tests.counting import statements

TODAY = local_date(NOW)


def board_of(session: Session, measure: Measure, unit: Unit) -> BoardRows:
    return get_board(session, measure.campaign_id, unit, TODAY)


@pytest.mark.parametrize("code", [REGION, LEAGUE, OTHER_LEAGUE, BANNER, TOWNSHIP])
def test_lanes_and_tiles_say_what_progress_says(
    session: Session, two_answered_here_and_there: list[int], code: str
) -> None:
    unit = get_unit(session, code)
    for measure_id in two_answered_here_and_there:
        measure = session.get_one(Measure, measure_id)
        below = get_below(session, assignment_of(session, measure, code), TODAY)
        board = board_of(session, measure, unit)
        (lane,) = [lane for lane in board.lanes if lane.measure_id == measure_id]
        assert lane.answers == below.answers
        assert {row.level.code: row.issued for row in below.levels} == {
            level: found.units for level, found in lane.levels.items()
        }
    assert added(tile.answers for tile in board.tiles) == board.answers
    assert [tile.unit.lft for tile in board.tiles] == sorted(t.unit.lft for t in board.tiles)


def test_a_board_takes_as_many_statements_for_one_measure_as_for_many(
    session: Session, two_answered_here_and_there: list[int]
) -> None:
    unit = get_unit(session, REGION)
    measure = session.get_one(Measure, two_answered_here_and_there[0])
    campaign = session.get_one(Campaign, measure.campaign_id)
    number = campaign.id
    with statements(session) as for_one:
        get_board(session, number, unit, TODAY)
    more = [{"title": f"第{n}项", "campaign": campaign} for n in range(3)]
    released_measures(session, *more)
    session.refresh(unit)
    with statements(session) as for_more:
        found = get_board(session, number, unit, TODAY)
    assert len(found.lanes) == 4
    assert len(for_one) == len(for_more) == 3


def test_the_lowest_unit_has_neither_lanes_nor_tiles(
    session: Session, two_answered_here_and_there: list[int]
) -> None:
    measure = session.get_one(Measure, two_answered_here_and_there[0])
    board = board_of(session, measure, get_unit(session, "150402005002"))
    assert (board.lanes, board.tiles, board.answers) == ([], [], Answers())
