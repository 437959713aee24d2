"""Gates open by themselves before the lowest level loses its working days."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, col, func, select

from models import (
    Account,
    Act,
    Assignment,
    Event,
    Gate,
    Measure,
    Message,
    MessageKind,
    Status,
    Unit,
)
from services.assignments import assignments, gates
from services.assignments.hand_down import FOR_TIME
from services.assignments.recounts import list_wrong_totals
from services.campaigns.measures import GateChoice
from tests.building import (
    LEAGUE,
    assignment_of,
    hand_down_now,
    make_account,
    make_measure,
    release_down,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.services.assignments.test_hand_down import pending

WAITING = {level: GateChoice(Gate.DETAIL, 9) for level in ("league", "banner", "township")}
LATER = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
"""A Tuesday; a measure due on 9 December, with a review day a level, is due at villages on the
4th."""


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session)


def waiting(session: Session, office: Account, due_rule: str = "2026-12-09") -> Measure:
    measure = make_measure(session, office, gates=WAITING, due_rule=due_rule, review_days=1)
    release_down(session, measure, office)
    return measure


def acts(session: Session, measure: Measure, act: Act) -> int:
    found: int = session.exec(
        select(func.count())
        .select_from(Event)
        .join(Assignment, col(Assignment.id) == Event.assignment_id)
        .where(Assignment.measure_id == measure.id, Event.act == act)
    ).one()
    return found


def test_a_gate_opens_once_waiting_would_take_from_the_floor_and_so_do_all_below(
    session: Session, office: Account
) -> None:
    measure = waiting(session, office)
    assert gates.open_gates(session, now=NOW) == 0
    assert gates.open_gates(session, now=LATER) == 2
    assert gates.open_gates(session, now=LATER) == 0
    league = assignment_of(session, measure, LEAGUE)
    last = session.exec(
        select(Event).where(Event.assignment_id == league.id).order_by(col(Event.id).desc())
    ).first()
    assert last
    assert (last.act, last.reason, last.account_id) == (
        Act.PASS_ON_FOR_TIME, FOR_TIME, None,
    )  # fmt: skip
    told = select(Message.unit_id).where(Message.kind == MessageKind.PASSED_ON)
    assert len(session.exec(told).all()) == 2
    hand_down_now(session, pending(session), LATER)
    levels = session.exec(
        select(Assignment.level, func.count())
        .where(Assignment.measure_id == measure.id, Assignment.status == Status.RELEASED)
        .group_by(Assignment.level)
    ).all()
    assert dict(levels).keys() == {"region", "league", "banner", "township"}
    below = sum(count for level, count in levels if level != "region")
    assert acts(session, measure, Act.PASS_ON_FOR_TIME) == below
    assert len(session.exec(told).all()) == below
    assert list_wrong_totals(session) == []


def test_an_earlier_date_that_the_unit_sets_is_counted_at_once(
    session: Session, office: Account
) -> None:
    measure = waiting(session, office, "2026-12-31")
    league = assignment_of(session, measure, LEAGUE)
    assert gates.open_gates(session, now=NOW) == 0
    assignments.save_detail(
        session,
        league.id,
        text="请提前",
        due_on=date(2026, 11, 30),
        contact="",
        actor=make_account(session, LEAGUE),
        now=NOW,
    )
    assert gates.open_gates(session, now=NOW) == 1
    assert assignment_of(session, measure, LEAGUE).status == Status.RELEASED


def test_below_an_earlier_date_the_gates_of_that_branch_alone_open_on_arrival(
    session: Session, office: Account
) -> None:
    measure = waiting(session, office, "2026-12-31")
    actor = make_account(session, LEAGUE)
    league = assignment_of(session, measure, LEAGUE)
    early = {"text": "", "due_on": date(2026, 11, 27), "contact": ""}
    assignments.save_detail(session, league.id, **early, actor=actor, now=NOW)  # type: ignore[arg-type]
    for row in session.exec(select(Assignment).where(Assignment.level == "league")).all():
        clerk = actor if row.id == league.id else make_account_of(session, row)
        assignments.release(session, row.id, actor=clerk, now=NOW)
    hand_down_now(session, pending(session))
    banners = session.exec(select(Assignment).where(Assignment.level == "banner")).all()
    opened = {row.parent_id == league.id: row.status for row in banners}
    assert opened == {True: Status.RELEASED, False: Status.ISSUED}
    assert list_wrong_totals(session) == []


def make_account_of(session: Session, assignment: Assignment) -> Account:
    return make_account(session, session.get_one(Unit, assignment.unit_id).code)


def test_a_measure_that_lowers_count_from_their_receipt_waits_for_the_gate_alone(
    session: Session, office: Account
) -> None:
    measure = waiting(session, office, "workdays:2")
    assert gates.open_gates(session, now=LATER) == 0
    assert acts(session, measure, Act.PASS_ON_FOR_TIME) == 0


def test_the_statements_do_not_depend_on_measures_or_units(
    session: Session, office: Account
) -> None:
    waiting(session, office)
    with statements(session) as one:
        gates.open_gates(session, now=LATER)
    for _ in range(3):
        waiting(session, office)
    with statements(session) as three:
        assert gates.open_gates(session, now=LATER) == 6
    assert len(three) == len(one)
