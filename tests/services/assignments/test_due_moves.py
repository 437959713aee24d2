"""Due dates move in one place, with history and totals."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models import Act, Assignment, DueMove, DueMoveKind, Event, Measure
from queries.assignments.kept_totals import read_totals
from services.assignments.due_moves import Move, move_due
from services.assignments.recounts import list_wrong_totals
from tests.answering import ANSWER, account_of, send_key, try_to_send
from tests.building import TOWNSHIP, VILLAGE, assignment_of
from tests.conftest import NOW
from tests.counting import statements
from tests.present import present

LATER, LATEST = date(2026, 12, 25), date(2026, 12, 31)


def _move(
    session: Session,
    to_on: date,
    *codes: Assignment,
    kind: DueMoveKind = DueMoveKind.EXTENSION,
    from_on: date | None = None,
) -> list[int]:
    moves = [Move(found.id, from_on or found.due_on, to_on) for found in codes]
    actor = account_of(session, TOWNSHIP)
    return move_due(session, moves, kind=kind, reason="雪灾封路", actor=actor, now=NOW)


def test_a_move_changes_date_history_and_totals(session: Session, measure: Measure) -> None:
    village = assignment_of(session, measure, VILLAGE)
    before = village.due_on
    assert _move(session, LATER, village) == [village.id]
    assert (village.due_on, village.first_due_on) == (LATER, before)
    row = present(session.exec(select(DueMove)).one_or_none())
    assert (row.from_on, row.to_on, row.reason) == (before, LATER, "雪灾封路")
    assert row.workdays > 0
    event = session.exec(select(Event).where(col(Event.act) == Act.MOVE_DUE)).one()
    assert event.from_status == event.to_status == village.status
    days = {key[4] for key in read_totals(session, measure.id) if key[0] == "Tally"}
    assert LATER in days
    assert list_wrong_totals(session) == []


def test_done_twice_it_changes_nothing(session: Session, measure: Measure) -> None:
    village = assignment_of(session, measure, VILLAGE)
    before = village.due_on
    _move(session, LATER, village)
    assert _move(session, LATER, village, from_on=before) == []
    assert _move(session, LATER, village) == []
    assert len(session.exec(select(DueMove)).all()) == 1


def test_what_is_sent_keeps_its_date(session: Session, measure: Measure) -> None:
    village = assignment_of(session, measure, VILLAGE)
    actor = account_of(session, VILLAGE)
    try_to_send(session, village.id, ANSWER, send_key=send_key(), actor=actor, now=NOW)
    assert _move(session, LATER, village) == []


def test_other_moves_take_the_first_date_along(session: Session, measure: Measure) -> None:
    village = assignment_of(session, measure, VILLAGE)
    _move(session, date(2026, 12, 30), village, kind=DueMoveKind.CALENDAR)
    assert village.first_due_on is None
    _move(session, LATEST, village)
    assert village.first_due_on == date(2026, 12, 30)
    _move(session, LATEST + timedelta(days=4), village, kind=DueMoveKind.STOOD_STILL)
    assert village.first_due_on == date(2026, 12, 31)


def test_many_move_in_as_many_statements_as_one(session: Session, measure: Measure) -> None:
    villages = session.exec(
        select(Assignment).where(
            Assignment.measure_id == measure.id, col(Assignment.lowest).is_(True)
        )
    ).all()
    actor = account_of(session, TOWNSHIP)
    moves = [Move(village.id, village.due_on, LATER) for village in villages]
    how: dict[str, Any] = {"kind": DueMoveKind.AMENDED, "reason": "改期", "actor": actor}
    counts = []
    for chosen in (moves[:1], moves[1:]):
        session.refresh(actor)
        with statements(session) as sent:
            assert len(move_due(session, chosen, **how, now=NOW)) == len(chosen)
        counts.append(len(sent))
    assert len(moves) > 10
    assert counts[0] == counts[1] < 10
    assert list_wrong_totals(session) == []
