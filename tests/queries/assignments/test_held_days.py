"""Where the days went, on both databases: what was done by hand is found again."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, col, select

from models import Account, Assignment, Event, Gate, Measure, Unit
from queries.assignments.held_days import held_in_campaign, held_in_measure, read_held_days
from queries.filling.submissions import find_current
from rules.assignments.held_days import Held, HeldTable
from services.assignments import assignments
from services.campaigns.closings import close_measures, open_measure_again
from services.campaigns.measures import GateChoice
from services.review.reviews import approve, return_
from tests.answering import ANSWER, NARRATIVE, account_of, send_key, try_to_send
from tests.building import (
    BANNER,
    LEAGUE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
    hand_down_now,
    make_account,
    make_measure,
    release_down,
)
from tests.counting import statements
from tests.present import present
from tests.services.assignments.test_hand_down import pending


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 2, 0, tzinfo=UTC)


LATE = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
"""One in the morning of Friday the 27th in Asia/Shanghai."""


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def measure(session: Session, office: Account) -> Measure:
    """Waits at the league from Monday, 23 November."""
    measure = make_measure(session, office, gates={"league": GateChoice(Gate.DETAIL, 9)})
    release_down(session, measure, office)
    return measure


def go_down(session: Session, measure: Measure) -> None:
    league = assignment_of(session, measure, LEAGUE)
    assignments.release(session, league.id, actor=account_of(session, LEAGUE), now=LATE)
    hand_down_now(session, pending(session), LATE)


def send(session: Session, measure: Measure, code: str, now: datetime) -> None:
    assignment = assignment_of(session, measure, code)
    typed = ANSWER if assignment.answering else NARRATIVE
    actor = account_of(session, code)
    try_to_send(session, assignment.id, typed, send_key=send_key(), actor=actor, now=now)


def held(session: Session, measure: Measure, code: str, today: datetime) -> HeldTable:
    unit = get_unit(session, code)
    scope = held_in_measure(measure.id, "once", unit.id)
    return read_held_days(session, scope, today.date())[unit.id]


def test_each_day_is_with_whoever_had_it_in_the_morning(session: Session, measure: Measure) -> None:
    go_down(session, measure)
    send(session, measure, VILLAGE, at(12, 1))
    village = present(find_current(session, assignment_of(session, measure, VILLAGE).id))
    reviewer = account_of(session, TOWNSHIP)
    what = {"reason": "请核对户数", "fields": [], "actor": reviewer}
    return_(session, village.submission.id, **what, now=at(12, 7))  # type: ignore[arg-type]
    send(session, measure, VILLAGE, at(12, 8))
    again = present(find_current(session, assignment_of(session, measure, VILLAGE).id))
    approve(session, again.submission.id, actor=reviewer, now=at(12, 9))
    table = held(session, measure, VILLAGE, at(12, 31))
    assert table.levels["village"] == Held(assignments=1, write=2, mend=1)
    assert table.levels["township"] == Held(review=5, sent=2)
    assert not assignment_of(session, measure, VILLAGE).late


def test_a_review_that_took_long_is_no_delay_of_the_village(
    session: Session, measure: Measure
) -> None:
    go_down(session, measure)
    send(session, measure, VILLAGE, at(12, 1))
    village = present(find_current(session, assignment_of(session, measure, VILLAGE).id))
    reviewer = account_of(session, TOWNSHIP)
    what = {"reason": "请核对户数", "fields": [], "actor": reviewer}
    return_(session, village.submission.id, **what, now=at(12, 28))  # type: ignore[arg-type]
    returned = assignment_of(session, measure, VILLAGE)
    assert not returned.late
    assert returned.due_on > date(2026, 12, 28)
    table = held(session, measure, TOWNSHIP, at(12, 28))
    assert table.levels["township"].review == 19
    assert table.levels["village"].mend == 0


def test_what_waits_at_a_gate_lies_with_the_unit_and_nowhere_else(
    session: Session, measure: Measure, office: Account
) -> None:
    go_down(session, measure)
    table = held(session, measure, REGION, LATE)
    league = get_unit(session, LEAGUE)
    assert table.units[league.id] == Held(assignments=1, gate=4)
    others = [held.gate for unit, held in table.units.items() if unit != league.id]
    assert max(others) == 3


def test_once_all_below_are_done_the_days_are_the_units_own(
    session: Session, measure: Measure
) -> None:
    go_down(session, measure)
    below = select(Unit.code).join(Assignment, col(Assignment.unit_id) == Unit.id)
    township = assignment_of(session, measure, TOWNSHIP)
    for code in session.exec(below.where(Assignment.parent_id == township.id)).all():
        send(session, measure, code, at(12, 1))
        current = present(find_current(session, assignment_of(session, measure, code).id))
        reviewer = account_of(session, TOWNSHIP)
        approve(session, current.submission.id, actor=reviewer, now=at(12, 2))
    own = held(session, measure, TOWNSHIP, at(12, 7))
    assert own.units[township.unit_id].write == 3
    assert own.below == 3
    send(session, measure, TOWNSHIP, at(12, 8))
    later = held(session, measure, TOWNSHIP, at(12, 10))
    assert later.levels["banner"].review == 2
    assert (later.units[township.unit_id].write, later.below) == (4, 3)


def test_a_closing_ends_all_days_and_opening_again_begins_them(
    session: Session, measure: Measure, office: Account
) -> None:
    go_down(session, measure)
    close_measures(session, [measure], actor=office, now=at(12, 1))
    closed = held(session, measure, REGION, at(12, 31))
    assert closed == held(session, measure, REGION, at(12, 1))
    open_measure_again(session, measure, reason="再等等", actor=office, now=at(12, 10))
    again = held(session, measure, BANNER, at(12, 11))
    village = again.levels["village"]
    assert village.write == village.assignments * (2 + 1)


def test_every_day_of_every_assignment_is_booked(session: Session, measure: Measure) -> None:
    go_down(session, measure)
    send(session, measure, VILLAGE, at(12, 1))
    table = held(session, measure, REGION, at(12, 4))
    issued = {row.id: row.issued_at for row in session.exec(select(Assignment)).all()}
    days = {moment: (9 if moment.day == 23 else 5) for moment in set(issued.values())}
    assert table.assignments == len(issued)
    assert table.days == sum(days[moment] for moment in issued.values())
    steps = session.exec(select(Event)).all()
    assert {step.assignment_id for step in steps} == set(issued)


def test_two_statements_whatever_the_number_of_units(session: Session, measure: Measure) -> None:
    go_down(session, measure)
    units = [get_unit(session, code).id for code in (REGION, LEAGUE, BANNER, TOWNSHIP)]
    scope = held_in_campaign(measure.campaign_id, units)
    with statements(session) as sent:
        found = read_held_days(session, scope, date(2026, 12, 4))
    assert len(sent) == 2
    assert found.keys() == set(units)
    assert found[units[0]] == held(session, measure, REGION, at(12, 4))
