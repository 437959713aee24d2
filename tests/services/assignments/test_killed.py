"""Killed at any point and run again, work ends exactly as if it had never been killed.

Real processes (tests/killed_child.py) work on a real database and are ended by SIGKILL: at every
point they pass, one after the other, and at random times. Every one of them gets a measure of
its own, so that one database serves them all; what is compared is everything stored about the
measure, without surrogate ids and times.
"""

import random
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from models import (
    Account,
    Assignment,
    Campaign,
    FormVersion,
    Gate,
    HandDown,
    Measure,
    MeasureStatus,
    Submission,
    Tally,
    Unit,
)
from rules.filling.posting import Posting
from services.assignments import assignments
from services.assignments.roll_up import recount
from services.campaigns.closings import close_measures
from services.campaigns.measures import GateChoice, release_measure
from services.filling.sendings import Sending, Sent, send_each
from tests.answering import account_of as clerk_of
from tests.answering import try_to_send
from tests.building import (
    BANNER,
    LEAGUE,
    REGION,
    assignment_of,
    get_unit,
    hand_down_now,
    make_measure,
)
from tests.conftest import NOW
from tests.killing import Order, Workers, stored
from tests.second_try import REAL

pytestmark = [pytest.mark.long, REAL]

RANDOM_KILLS = 8
PART = 20
"""Units of a part: the villages of the sample tree are handed down in two parts."""
TYPED = {"checked": ["37"], "spent": ["4.5"], "note": ["已逐户排查。"]}


@pytest.fixture
def session(committed: Engine) -> Iterator[Session]:
    """Commits what a worker is to see, and holds no lock while one works."""
    with Session(committed) as session:
        yield session


def account_of(session: Session, code: str) -> Account:
    return session.exec(select(Account).where(Account.login == f"office-{code}")).one()


def new_wish(session: Session, lowest: str = "village", **gates: Gate) -> tuple[Measure, Order]:
    """A measure that was just released, and the order to hand it down."""
    office = account_of(session, REGION)
    measure = make_measure(
        session,
        office,
        session.exec(select(Campaign)).one(),
        form=session.exec(select(FormVersion)).one(),
        addressees=((lowest, ""),),
        gates={level: GateChoice(gate, 3) for level, gate in gates.items()},
    )
    wish = release_measure(session, measure, actor=office, now=NOW)
    return measure, order_to_carry_out([wish])


def order_to_carry_out(ids: list[Any]) -> Order:
    return {
        "work": "carry_out", "hand_down_ids": ids, "flow_run_id": "a flow run", "size": PART
    }  # fmt: skip


def handed_down(session: Session, lowest: str, **gates: Gate) -> Measure:
    """A measure that has been handed down as far as its gates are open."""
    measure, order = new_wish(session, lowest, **gates)
    hand_down_now(session, order["hand_down_ids"])
    return measure


def before_a_gate(session: Session) -> tuple[Measure, Order]:
    """A measure that waits at a gate, and the order to sign for it and to release it."""
    measure = handed_down(session, "township", league=Gate.DETAIL)
    gate, actor = assignment_of(session, measure, LEAGUE), account_of(session, LEAGUE)
    return measure, {
        "work": "sign_and_release", "assignment_id": gate.id, "account_id": actor.id
    }  # fmt: skip


def behind_a_gate(session: Session) -> tuple[Measure, Order]:
    """A measure that was just released at a gate, and the order to hand it down from there."""
    measure, order = before_a_gate(session)
    click(session, order)
    return measure, order_to_carry_out(pending(session, measure))


def before_sending(session: Session) -> tuple[Measure, Order]:
    """A measure at its lowest units, and the order to send the form of one of them."""
    measure = handed_down(session, "banner")
    own, actor = assignment_of(session, measure, BANNER), account_of(session, BANNER)
    return measure, {
        "work": "send", "assignment_id": own.id, "account_id": actor.id,
        "typed": TYPED, "send_key": f"key-of-measure-{measure.id}",
    }  # fmt: skip


def before_sending_many(session: Session) -> tuple[Measure, Order]:
    """A measure at its lowest units, and the order to send the forms of three of them together."""
    measure = handed_down(session, "banner")
    lowest = select(Assignment).where(Assignment.measure_id == measure.id, Assignment.lowest)
    forms = [
        {
            "assignment_id": own.id,
            "account_id": clerk_of(session, session.get_one(Unit, own.unit_id).code).id,
            "send_key": f"key-of-assignment-{own.id}",
        }
        for own in session.exec(lowest.order_by(col(Assignment.id)).limit(3))
    ]
    return measure, {"work": "send_many", "forms": forms, "typed": TYPED}


def before_closing(session: Session) -> tuple[Measure, Order]:
    """A measure with a wish that is not fulfilled, and the order to close it."""
    measure, _ = before_a_gate(session)
    gate = assignment_of(session, measure, LEAGUE)
    click(session, {"assignment_id": gate.id})
    office = account_of(session, REGION)
    return measure, {"work": "close", "measure_id": measure.id, "account_id": office.id}


def click(session: Session, order: Order) -> None:
    """The person looks at the page again, signs and releases."""
    for act in (assignments.acknowledge, assignments.release):
        act(session, order["assignment_id"], actor=account_of(session, LEAGUE), now=NOW)


def pending(session: Session, measure: Measure) -> list[Any]:
    wanted = select(HandDown.id).where(HandDown.measure_id == measure.id)
    return list(session.exec(wanted.where(col(HandDown.done_at).is_(None))).all())


def run_again(session: Session, measure: Measure) -> None:
    """What the next dispatcher does: it carries out the wishes that are still open."""
    ids = pending(session, measure)
    if ids:
        hand_down_now(session, ids)
    session.commit()


def test_a_hand_down_killed_at_every_point_ends_as_an_undisturbed_one(
    session: Session, each_point: Callable[..., Iterator[Any]]
) -> None:
    undisturbed, *killed = [stored_again(session, *point) for point in each_point(new_wish)]
    assert undisturbed["assignment"].total() == 50
    assert len(killed) > 50
    for number, again in enumerate(killed, 1):
        assert again == undisturbed, f"killed at point {number}"


def stored_again(
    session: Session, measure: Measure, _order: Order, _said: dict[str, Any]
) -> dict[str, Any]:
    """What is stored when the work has been run again."""
    run_again(session, measure)
    found = stored(session, measure.id)
    session.commit()
    return found


def test_a_hand_down_killed_at_random_times_ends_as_an_undisturbed_one(
    session: Session, workers: Workers
) -> None:
    """Inside a statement, too; each hand-down twice, within the time an undisturbed one takes."""
    measure, order = new_wish(session)
    session.commit()
    began = monotonic()
    workers.run(**order)
    longest = monotonic() - began
    undisturbed = stored_again(session, measure, order, {})
    chance = random.Random(20261122)
    for _ in range(RANDOM_KILLS):
        measure, order = new_wish(session)
        session.commit()
        for _ in range(2):
            workers.run(**order, kill_after=chance.uniform(0, longest))
        assert stored_again(session, measure, order, {}) == undisturbed


def test_a_gate_killed_anywhere_is_neither_half_open_nor_opened_twice(
    session: Session, each_point: Callable[..., Iterator[Any]]
) -> None:
    undisturbed = None
    for measure, order, _ in each_point(before_a_gate, step=2):
        gate = assignment_of(session, measure, LEAGUE)
        assert len(pending(session, measure)) == (gate.released_at is not None)
        click(session, order)
        found = stored_again(session, measure, order, {})
        undisturbed = undisturbed or found
        assert found == undisturbed, order


def test_a_hand_down_from_a_gate_killed_anywhere_ends_as_an_undisturbed_one(
    session: Session, each_point: Callable[..., Iterator[Any]]
) -> None:
    undisturbed, *killed = [
        stored_again(session, *point) for point in each_point(behind_a_gate, step=5)
    ]
    assert undisturbed["assignment"].total() == 10
    assert all(again == undisturbed for again in killed)


def test_a_form_with_a_receipt_is_stored_and_sending_it_again_is_harmless(
    session: Session, each_point: Callable[..., Iterator[Any]]
) -> None:
    undisturbed = None
    for measure, order, said in each_point(before_sending):
        wanted = select(Submission.receipt).where(
            Submission.assignment_id == order["assignment_id"]
        )
        found = session.exec(wanted).all()
        assert said.get("receipt") in [None, *found]
        again = try_to_send(
            session, order["assignment_id"], TYPED, send_key=order["send_key"],
            actor=account_of(session, BANNER), now=NOW,
        )  # fmt: skip
        assert isinstance(again, Sent)
        assert again.again == bool(found)
        now_there = stored_again(session, measure, order, {})
        undisturbed = undisturbed or now_there
        assert now_there == undisturbed, order


def test_forms_sent_together_are_all_stored_or_none_and_can_be_sent_again(
    session: Session, each_point: Callable[..., Iterator[Any]]
) -> None:
    undisturbed = None
    for measure, order, said in each_point(before_sending_many):
        ids = [form["assignment_id"] for form in order["forms"]]
        wanted = select(Submission.receipt).where(col(Submission.assignment_id).in_(ids))
        found = sorted(session.exec(wanted).all())
        assert len(found) in (0, len(ids))
        assert sorted(said.get("receipts", found)) == found
        again = send_each(
            session,
            [
                Sending(
                    form["assignment_id"], TYPED, Posting(form["send_key"]),
                    session.get_one(Account, form["account_id"]), NOW,
                )
                for form in order["forms"]
            ],
        )  # fmt: skip
        assert [isinstance(outcome, Sent) and outcome.again for outcome in again] == [
            bool(found)
        ] * len(ids)
        now_there = stored_again(session, measure, order, {})
        undisturbed = undisturbed or now_there
        assert now_there == undisturbed, order


def test_a_closing_killed_anywhere_is_whole_or_has_not_begun(
    session: Session, each_point: Callable[..., Iterator[Any]]
) -> None:
    undisturbed = None
    for measure, order, _ in each_point(before_closing):
        session.refresh(measure)
        of_this = select(Assignment.closed_at).where(Assignment.measure_id == measure.id)
        (closed_at,) = set(session.exec(of_this))
        closed = measure.status == MeasureStatus.CLOSED
        assert (closed_at is not None, not pending(session, measure)) == (closed, closed)
        close_measures(session, [measure], actor=account_of(session, REGION), now=NOW)
        found = stored_again(session, measure, order, {})
        undisturbed = undisturbed or found
        assert found == undisturbed, order


def test_after_all_these_kills_every_total_is_what_is_there(session: Session) -> None:
    """Runs last: no kill has left anything in the totals of another measure."""
    given = select(Assignment.measure_id, func.count()).where(
        col(Assignment.parent_id).is_not(None)
    )
    region = get_unit(session, REGION).id
    counted = select(Tally.measure_id, func.sum(Tally.issued)).where(Tally.unit_id == region)
    by_measure = [
        dict(session.exec(column.group_by(column.selected_columns[0])).all())
        for column in (given, counted)
    ]
    assert by_measure[0] == by_measure[1]
    answered = select(Submission.assignment_id).limit(1)
    measure = session.get_one(Assignment, session.exec(answered).one()).measure_id
    before = stored(session, measure)
    recount(session, measure, "once")
    assert stored(session, measure) == before
