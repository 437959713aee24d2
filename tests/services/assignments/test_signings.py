"""A unit signs for many assignments at once, as it would sign for each."""

import pytest
from sqlmodel import Session, col, select

from models import Account, Assignment, Event, Gate, HandDown, Measure, Status
from rules.sentences.not_found import NotFound
from services.assignments.assignments import acknowledge
from services.assignments.recounts import list_wrong_totals
from services.assignments.signings import Signed, acknowledge_each
from services.campaigns.closings import close_measures
from services.campaigns.measures import GateChoice
from tests.answering import account_of, released_measures
from tests.building import LEAGUE, REGION, VILLAGE, assignment_of
from tests.conftest import NOW
from tests.counting import statements

GATES = {"league": GateChoice(Gate.ACKNOWLEDGE)}
DETAILS = {"league": GateChoice(Gate.DETAIL)}


def ids_at(session: Session, measures: list[Measure], code: str) -> list[int]:
    return [assignment_of(session, measure, code).id for measure in measures]


@pytest.fixture
def clerk(session: Session) -> Account:
    return account_of(session, VILLAGE)


def test_all_are_signed_for_once_however_often_it_is_pressed(
    session: Session, clerk: Account
) -> None:
    ids = ids_at(session, released_measures(session, {}, {}, {}), VILLAGE)
    assert acknowledge_each(session, ids, actor=clerk, now=NOW) == Signed(3, 0, 0)
    assert acknowledge_each(session, ids, actor=clerk, now=NOW) == Signed(0, 0, 0)
    rows = session.exec(select(Assignment).where(col(Assignment.id).in_(ids))).all()
    assert {(row.status, row.acknowledged_at) for row in rows} == {(Status.ACKNOWLEDGED, NOW)}
    signed = select(Event).where(col(Event.assignment_id).in_(ids), Event.act == "acknowledge")
    assert len(session.exec(signed).all()) == 3
    assert list_wrong_totals(session) == []


def test_what_a_colleague_signed_or_the_issuer_closed_meanwhile_stays(
    session: Session, clerk: Account
) -> None:
    measures = released_measures(session, {}, {}, {})
    ids = ids_at(session, measures, VILLAGE)
    acknowledge(session, ids[0], actor=clerk, now=NOW)
    close_measures(session, measures[1:2], actor=account_of(session, REGION), now=NOW)
    assert acknowledge_each(session, ids, actor=clerk, now=NOW) == Signed(1, 0, 0)


def test_signing_hands_down_where_the_gate_asks_for_no_more(session: Session) -> None:
    measures = released_measures(session, {"gates": GATES}, {"gates": DETAILS})
    ids = ids_at(session, measures, LEAGUE)
    league = account_of(session, LEAGUE)
    assert acknowledge_each(session, ids, actor=league, now=NOW) == Signed(2, 1, 1)
    session.expire_all()
    statuses = [assignment_of(session, measure, LEAGUE).status for measure in measures]
    assert statuses == [Status.RELEASED, Status.ACKNOWLEDGED]
    own = select(HandDown).where(HandDown.unit_id == league.unit_id)
    assert [wish.measure_id for wish in session.exec(own)] == [measures[0].id]
    assert list_wrong_totals(session) == []


def test_what_went_down_by_itself_is_signed_for_as_well(session: Session) -> None:
    ids = ids_at(session, released_measures(session, {}, {}), LEAGUE)
    league = account_of(session, LEAGUE)
    assert acknowledge_each(session, ids, actor=league, now=NOW) == Signed(2, 0, 0)
    rows = session.exec(select(Assignment).where(col(Assignment.id).in_(ids))).all()
    assert {(row.status, row.acknowledged_at) for row in rows} == {(Status.RELEASED, NOW)}


def test_nobody_signs_for_another_unit(session: Session, clerk: Account) -> None:
    measures = released_measures(session, {}, {})
    ids = [*ids_at(session, measures, VILLAGE)[:1], *ids_at(session, measures, LEAGUE)[1:]]
    with pytest.raises(NotFound):
        acknowledge_each(session, ids, actor=clerk, now=NOW)
    with pytest.raises(NotFound):
        acknowledge_each(session, [10**9], actor=clerk, now=NOW)


def test_five_cost_the_statements_of_two(session: Session, clerk: Account) -> None:
    ids = ids_at(session, released_measures(session, *[{} for _ in range(8)]), VILLAGE)
    acknowledge_each(session, ids[7:], actor=clerk, now=NOW)
    with statements(session) as few:
        acknowledge_each(session, ids[:2], actor=clerk, now=NOW)
    with statements(session) as many:
        acknowledge_each(session, ids[2:7], actor=clerk, now=NOW)
    assert len(few) == len(many)
