from datetime import date
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.sql.elements import BinaryExpression
from sqlmodel import Session, col, func, select

from models import (
    Account,
    Act,
    Assignment,
    Event,
    Gate,
    HandDown,
    HandDownStep,
    Measure,
    MeasureGate,
    Status,
    Tag,
    Tally,
    UnitTag,
)
from rules.sentences.refusal import Refusal
from services.assignments import assignments, gates, hand_down
from services.assignments.roll_up import recount
from services.campaigns.measures import GateChoice, release_measure
from services.campaigns.withdrawals import withdraw_measure
from services.units.unit_groups import count_groups
from tests.answering import account_of
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_VILLAGE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
    hand_down_now,
    make_account,
    make_measure,
    reach_level,
    release_down,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.killing import stored
from tests.present import present


def count(session: Session, *where: bool | BinaryExpression[bool]) -> int:
    return session.exec(select(func.count()).select_from(Assignment).where(*where)).one()


def pending(session: Session) -> list[int]:
    return list(session.exec(select(HandDown.id).where(col(HandDown.done_at).is_(None))).all())


@pytest.fixture
def office(session: Session) -> Account:
    return account_of(session, REGION)


def test_a_measure_without_gates_reaches_every_unit_of_the_tree_at_once(
    session: Session, measure: Measure
) -> None:
    assert count(session, Assignment.measure_id == measure.id) == 50
    village = assignment_of(session, measure, VILLAGE)
    assert (village.status, village.lowest, village.answering) == (Status.ISSUED, True, True)
    township = assignment_of(session, measure, TOWNSHIP)
    assert (township.status, township.lowest, township.answering) == (Status.RELEASED, False, False)
    assert village.parent_id == township.id


def test_each_level_gets_its_own_due_date_with_working_days_for_review(
    session: Session, measure: Measure
) -> None:
    assert measure.review_days == 2
    due = {code: assignment_of(session, measure, code).due_on for code in (LEAGUE, BANNER, VILLAGE)}
    assert due == {
        LEAGUE: date(2026, 12, 20),
        BANNER: date(2026, 12, 17),
        VILLAGE: date(2026, 12, 11),
    }


def test_handing_down_twice_changes_nothing(
    session: Session, measure: Measure, office: Account
) -> None:

    def everything() -> list[Any]:
        return [
            session.exec(select(table).order_by(*inspect(table).primary_key)).all()
            for table in (Assignment, Event, HandDown, HandDownStep, Tally)
        ]

    before = [[row.model_dump() for row in rows] for rows in everything()]
    wish = release_measure(session, measure, actor=office, now=NOW)
    hand_down_now(session, [wish])
    assert [[row.model_dump() for row in rows] for rows in everything()] == before


def test_a_gate_stops_the_measure_until_the_unit_releases_it(
    session: Session, office: Account
) -> None:
    measure = make_measure(session, office, gates={"banner": GateChoice(Gate.DETAIL, 3)})
    release_down(session, measure, office)
    assert count(session, Assignment.level == "township") == 0
    banner = assignment_of(session, measure, BANNER)
    assert banner.status == Status.ISSUED
    clerk = make_account(session, BANNER)
    assignments.save_detail(
        session, banner.id, text="先查平房区。", due_on=date(2026, 12, 8), contact="应急办 8231",
        actor=clerk, now=NOW,
    )  # fmt: skip
    assignments.release(session, banner.id, actor=clerk, now=NOW)
    hand_down_now(session, pending(session))
    assert count(session, Assignment.level == "township") == 2
    village = assignment_of(session, measure, VILLAGE)
    assert assignment_of(session, measure, TOWNSHIP).due_on == date(2026, 12, 8)
    assert village.due_on == date(2026, 12, 4)


def test_signing_is_enough_where_the_gate_asks_only_for_that(
    session: Session, office: Account
) -> None:
    measure = make_measure(session, office, gates={"league": GateChoice(Gate.ACKNOWLEDGE)})
    release_down(session, measure, office)
    league = assignment_of(session, measure, LEAGUE)
    clerk = make_account(session, LEAGUE)
    for _ in range(2):
        assignments.acknowledge(session, league.id, actor=clerk, now=NOW)
    assert league.status == Status.RELEASED
    assert len(pending(session)) == 1
    hand_down_now(session, pending(session))
    assert count(session, Assignment.level == "village") == 15


def test_a_sleeping_office_holds_nobody_up(session: Session, office: Account) -> None:
    measure = make_measure(session, office, gates={"league": GateChoice(Gate.DETAIL, 2)})
    release_down(session, measure, office)
    assert gates.open_gates(session, now=NOW) == 0
    later = NOW.replace(day=25)
    assert gates.open_gates(session, now=later) == 2
    hand_down_now(session, pending(session), later)
    assert count(session, Assignment.level == "village") == 32
    events = session.exec(
        select(Event).where(Event.act == Act.PASS_ON, Event.at == later, Event.reason != "")
    ).all()
    assert len(events) == 2
    assert all(event.account_id is None for event in events)


def test_units_between_are_in_scope_only_above_an_addressed_unit(
    session: Session, office: Account
) -> None:
    session.add(Tag(code="border", name="边境", name_en="Border"))
    session.flush()
    session.add(UnitTag(unit_id=get_unit(session, OTHER_VILLAGE).id, tag="border"))
    count_groups(session)
    measure = make_measure(session, office, addressees=(("village", "border"),))
    release_down(session, measure, office)
    assert count(session, Assignment.measure_id == measure.id) == 5
    assert count(session, col(Assignment.answering).is_(True)) == 1


def test_a_measure_for_leagues_and_banners_goes_no_lower(session: Session, office: Account) -> None:
    measure = make_measure(session, office, addressees=(("league", ""), ("banner", "")))
    release_down(session, measure, office)
    assert count(session, Assignment.measure_id == measure.id) == 7
    assert assignment_of(session, measure, BANNER).lowest


def test_excluded_units_get_nothing(session: Session, office: Account) -> None:
    unit = get_unit(session, VILLAGE)
    unit.takes_assignments = False
    session.add(unit)
    measure = make_measure(session, office)
    release_down(session, measure, office)
    assert count(session, Assignment.unit_id == unit.id) == 0


def test_a_release_to_nobody_is_refused(session: Session, office: Account) -> None:
    session.add(Tag(code="none", name="空", name_en="None"))
    session.flush()
    with pytest.raises(Refusal, match="没有下发对象"):
        make_measure(session, office, addressees=(("village", "none"),))


def test_withdrawing_ends_every_assignment_and_empties_the_totals(
    session: Session, measure: Measure, office: Account
) -> None:
    assert withdraw_measure(session, measure, reason="重复部署", actor=office, now=NOW) == 50
    assert count(session, Assignment.status != Status.WITHDRAWN) == 0
    assert session.exec(select(func.sum(Tally.issued))).one() == 0


def test_the_tally_of_the_region_counts_every_level_below_it(
    session: Session, measure: Measure
) -> None:
    rows = session.exec(
        select(Tally.level, Tally.issued, Tally.released, Tally.answering).where(
            Tally.unit_id == get_unit(session, REGION).id
        )
    ).all()
    assert {row[0]: tuple(row[1:]) for row in rows} == {
        "league": (2, 2, 0),
        "banner": (4, 4, 0),
        "township": (11, 11, 0),
        "village": (32, 0, 32),
    }


def test_the_number_of_statements_does_not_depend_on_the_number_of_units(
    session: Session, office: Account
) -> None:
    seen = set()
    for addressees in ((("village", ""),), (("league", ""), ("village", ""))):
        measure = make_measure(session, office, addressees=addressees)
        wish = release_measure(session, measure, actor=office, now=NOW)
        for level in hand_down.plan(session, [wish]).levels:
            session.expire_all()
            with statements(session) as sent:
                hand_down.hand_down_part(session, [wish], level, now=NOW)
            seen.add(len(sent))
    assert max(seen) <= 14, seen


def test_gates_are_stored_by_level(session: Session, office: Account) -> None:
    measure = make_measure(session, office, gates={"banner": GateChoice(Gate.DETAIL, 4)})
    gate = present(session.get(MeasureGate, (measure.id, "banner")))
    assert (gate.gate, gate.pass_on_days) == ("detail", 4)


def test_the_reason_of_a_withdrawal_is_bounded_and_clean(
    session: Session, measure: Measure, office: Account
) -> None:
    with pytest.raises(Refusal):
        withdraw_measure(session, measure, reason="长" * 1001, actor=office, now=NOW)
    withdraw_measure(session, measure, reason="重复\x01下发", actor=office, now=NOW)
    reasons = session.exec(select(Event.reason).where(Event.act == Act.WITHDRAW).distinct()).all()
    assert reasons == ["重复下发"]


def test_what_a_unit_adds_is_stored_without_control_characters(session: Session) -> None:
    office = make_account(session, REGION)
    measure = make_measure(session, office, gates={"league": GateChoice(Gate.DETAIL, 3)})
    release_down(session, measure, office)
    league = make_account(session, LEAGUE)
    detail = assignments.save_detail(
        session,
        assignment_of(session, measure, LEAGUE).id,
        text="先查\x1b烟道\n再查电路 ",
        due_on=None,
        contact="王\x00工",
        actor=league,
        now=NOW,
    )
    assert (detail.text, detail.contact) == ("先查烟道\n再查电路", "王工")


@pytest.mark.parametrize("size", [1, 7, 32])
def test_parts_of_a_level_come_to_the_same_as_the_whole(
    session: Session, office: Account, size: int
) -> None:
    whole, parts = (make_measure(session, office) for _ in range(2))
    release_down(session, whole, office)
    wish = release_measure(session, parts, actor=office, now=NOW)
    for level in hand_down.plan(session, [wish]).levels:
        reached = reach_level(session, [wish], level, size=size)
        assert reached == reach_level(session, [wish], level, size=size)
    hand_down.finish(session, [wish], now=NOW)
    assert stored(session, parts.id) == stored(session, whole.id)


def test_totals_hold_between_two_parts(session: Session, office: Account) -> None:
    measure = make_measure(session, office)
    wish = release_measure(session, measure, actor=office, now=NOW)
    *levels, lowest = hand_down.plan(session, [wish]).levels
    for level in levels:
        reach_level(session, [wish], level)
    part = hand_down.hand_down_part(session, [wish], lowest, size=9, now=NOW)
    assert (part.reached, part.next is None) == (9, False)
    before = stored(session, measure.id)
    recount(session, measure.id, "once")
    assert stored(session, measure.id) == before
