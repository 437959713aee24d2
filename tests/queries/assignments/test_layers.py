"""Layers: what each unit between has added, from the top down, and nothing of a unit beside."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session

from models import Account, Act, Gate, Measure
from queries.assignments.layers import (
    LayerFilter,
    LayerKind,
    count_layers,
    list_layers,
    list_layers_below,
)
from services.assignments import assignments, gates
from services.campaigns.measures import GateChoice
from tests.answering import account_of
from tests.building import (
    LEAGUE,
    OTHER_VILLAGE,
    REGION,
    VILLAGE,
    assignment_of,
    get_unit,
    hand_down_now,
    make_account,
    make_measure,
    release_down,
)
from tests.counting import statements
from tests.services.assignments.test_hand_down import pending

TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def measure(session: Session, office: Account) -> Measure:
    """One league adds and releases; the other one sleeps, and the measure goes on by itself."""
    gate = {"league": GateChoice(Gate.DETAIL, 5)}
    measure = make_measure(session, office, gates=gate, due_rule="2026-12-31")
    release_down(session, measure, office)
    league, actor = assignment_of(session, measure, LEAGUE), account_of(session, LEAGUE)
    assignments.save_detail(
        session, league.id, text="先查平房", due_on=date(2026, 12, 20), contact="0476-1",
        actor=actor, now=TUESDAY,
    )  # fmt: skip
    assignments.release(session, league.id, actor=actor, now=TUESDAY)
    hand_down_now(session, pending(session), TUESDAY)
    assert gates.open_gates(session, now=LATER) == 1
    hand_down_now(session, pending(session), LATER)
    return measure


def test_a_village_sees_all_four_layers_above_it_in_order(
    session: Session, measure: Measure
) -> None:
    with statements(session) as sent:
        league, *others = list_layers(session, assignment_of(session, measure, VILLAGE))
    assert len([text for text in sent if "way_up" in text]) == 1
    assert league.unit.code == LEAGUE
    assert league.detail is not None
    assert (league.detail.text, league.account, league.by_itself) == (
        "先查平房", account_of(session, LEAGUE).name, None,
    )  # fmt: skip
    assert [(layer.adds, layer.by_itself) for layer in others] == [(False, Act.PASS_ON)] * 2
    beside = list_layers(session, assignment_of(session, measure, OTHER_VILLAGE))
    assert [layer.detail for layer in beside] == [None, None, None]
    assert beside[0].by_itself == Act.PASS_ON


def test_the_issuer_has_no_layer_above_it(session: Session, measure: Measure) -> None:
    assert list_layers(session, assignment_of(session, measure, REGION)) == []
    (own,) = list_layers(session, assignment_of(session, measure, LEAGUE))
    assert own.unit.code == LEAGUE


def test_the_table_is_narrowed_in_two_statements_whatever_is_below(
    session: Session, measure: Measure
) -> None:
    def listed(code: str, chosen: LayerFilter) -> list[str]:
        place = (measure.id, "once", get_unit(session, code), chosen)
        with statements(session) as sent:
            rows = list_layers_below(session, *place, page=1, size=99)
            assert count_layers(session, *place) == len(rows)
        assert len([text for text in sent if "FROM assignment" in text]) == 2
        return [row.unit.code for row in rows]

    everything = listed(REGION, LayerFilter())
    assert len(everything) == 2 + 4 + 11
    assert listed(REGION, LayerFilter(LayerKind.ADDED)) == [LEAGUE]
    assert listed(REGION, LayerFilter(LayerKind.EARLIER)) == [LEAGUE]
    assert listed(REGION, LayerFilter(LayerKind.HELD)) == []
    assert len(listed(REGION, LayerFilter(LayerKind.BY_ITSELF, "league"))) == 1
    assert set(listed(LEAGUE, LayerFilter())) < set(everything)
