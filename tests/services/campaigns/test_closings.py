"""Closing and opening again: what units can do, what counts, what is left as it was."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models import (
    Account,
    Assignment,
    Decision,
    Draft,
    Event,
    Gate,
    Measure,
    MeasureEvent,
    MeasureStatus,
    Schedule,
    Status,
)
from queries.assignments.inbox import list_ended, list_owed, list_waiting_answers
from queries.assignments.kept_totals import read_totals
from queries.campaigns.closings import list_outstanding
from queries.filling.submissions import find_current
from rules.assignments.states import ClosedMeasure
from rules.dates.timetable import Rhythm, Timing
from rules.sentences.refusal import Refusal
from services.assignments import assignments, gates, hand_down
from services.assignments.recounts import list_wrong_totals
from services.campaigns.closings import close_measures, open_measure_again
from services.campaigns.measures import GateChoice, release_measure
from services.campaigns.schedules import schedule_periods
from services.campaigns.withdrawals import withdraw_measure
from services.filling.recalls import recall
from services.review.review_batches import decide_ticked, undo
from services.review.reviews import approve, return_
from services.workbooks.workbooks import get_layout
from tests.answering import (
    ANSWER,
    account_of,
    keep_draft,
    released_measure,
    return_many,
    send_key,
    try_to_send,
)
from tests.building import (
    REGION,
    TOWNSHIP,
    URGENT,
    assignment_of,
    get_unit,
    hand_down_now,
    make_account,
    make_measure,
    release_down,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.present import present

APPROVED, WAITING, OWING = "150402005002", "150402005003", "150402005004"
LATER = NOW + timedelta(days=40)
"""After the due date."""


@pytest.fixture
def measure(session: Session) -> Measure:
    """One village is approved, one waits for review, one has a draft."""
    measure = released_measure(session)
    reviewer = account_of(session, TOWNSHIP)
    for code in (APPROVED, WAITING):
        send(session, measure, code)
    approve(session, current(session, measure, APPROVED), actor=reviewer, now=NOW)
    draft(session, measure, OWING)
    account_of(session, REGION)
    return measure


def send(session: Session, measure: Measure, code: str) -> None:
    assignment = assignment_of(session, measure, code)
    actor = account_of(session, code)
    try_to_send(session, assignment.id, ANSWER, send_key=send_key(), actor=actor, now=NOW)


def draft(session: Session, measure: Measure, code: str) -> None:
    assignment, actor = assignment_of(session, measure, code), account_of(session, code)
    keep_draft(session, assignment.id, {"checked": ["7"]}, actor=actor, now=NOW)


def current(session: Session, measure: Measure, code: str) -> int:
    found = find_current(session, assignment_of(session, measure, code).id)
    assert found
    return found.submission.id


def office(session: Session) -> Account:
    return account_of(session, REGION)


def close(session: Session, measure: Measure) -> int:
    return close_measures(session, [measure], actor=office(session), now=LATER)


def open_again(session: Session, measure: Measure) -> int:
    return open_measure_again(
        session, measure, reason="还有单位没有报", actor=office(session), now=LATER
    )


def statuses(session: Session, measure: Measure) -> list[str]:
    return [assignment_of(session, measure, code).status for code in (APPROVED, WAITING, OWING)]


def test_what_is_approved_is_closed_and_all_else_keeps_its_status(
    session: Session, measure: Measure
) -> None:
    count = close(session, measure)
    assert count == len(session.exec(select(Assignment)).all())
    assert measure.status == MeasureStatus.CLOSED
    assert statuses(session, measure) == [Status.CLOSED, Status.SUBMITTED, Status.ISSUED]
    assert session.exec(select(Draft)).one().answers == {"checked": ["7"]}
    assignment = assignment_of(session, measure, OWING)
    last = present(
        session.exec(
            select(Event).where(Event.assignment_id == assignment.id).order_by(col(Event.id).desc())
        ).first()
    )
    assert (last.act, last.from_status, last.to_status, last.at) == (
        "close", Status.ISSUED, Status.ISSUED, LATER,
    )  # fmt: skip


def test_nothing_can_be_done_any_more_and_the_sentence_says_whom_to_ask(
    session: Session, measure: Measure
) -> None:
    close(session, measure)
    reviewer, village = account_of(session, TOWNSHIP), account_of(session, WAITING)
    waiting, approved = current(session, measure, WAITING), current(session, measure, APPROVED)
    assignment_id = assignment_of(session, measure, WAITING).id
    owing = assignment_of(session, measure, OWING).id
    acts: list[Callable[[], object]] = [
        lambda: send(session, measure, OWING),
        lambda: send(session, measure, APPROVED),
        lambda: draft(session, measure, OWING),
        lambda: recall(session, assignment_id, actor=village, now=LATER),
        lambda: approve(session, waiting, actor=reviewer, now=LATER),
        lambda: return_(session, waiting, reason="数字与上月不符", actor=reviewer, now=LATER),
        lambda: return_(session, approved, reason="数字与上月不符", actor=reviewer, now=LATER),
        lambda: assignments.acknowledge(
            session, owing, actor=account_of(session, OWING), now=LATER
        ),
        lambda: get_layout(
            session, assignment_of(session, measure, OWING), get_unit(session, OWING)
        ),
    ]
    for act in acts:
        with pytest.raises(ClosedMeasure, match="内蒙古自治区于 2027-01-02 09:00 办结"):
            act()
    assert return_many(session, [waiting], reason="请全部核对", actor=reviewer, now=LATER) == 0
    with pytest.raises(Refusal, match="已办结"):
        release_measure(session, measure, actor=office(session), now=LATER)
    with pytest.raises(Refusal, match="已办结"):
        withdraw_measure(session, measure, reason="不办了", actor=office(session), now=LATER)


def test_a_decision_is_not_undone_after_the_closing(session: Session, measure: Measure) -> None:
    reviewer, soon = account_of(session, TOWNSHIP), NOW + timedelta(minutes=5)
    ids = [current(session, measure, APPROVED), current(session, measure, WAITING)]
    how: dict[str, Any] = {"reason": "请全部核对", "actor": reviewer, "now": NOW}
    batch = decide_ticked(session, ids[1:], Decision.RETURN, **how)
    assert batch
    close_measures(session, [measure], actor=office(session), now=NOW)
    assert undo(session, batch.id, actor=reviewer, now=soon).undone_count == 0
    assert statuses(session, measure) == [Status.CLOSED, Status.RETURNED, Status.ISSUED]


def test_totals_do_not_change_and_nothing_is_overdue(session: Session, measure: Measure) -> None:
    before = read_totals(session, measure.id)
    close(session, measure)
    after = read_totals(session, measure.id)
    assert list_wrong_totals(session) == []
    names = ("submitted", "approved", "reported", "reviewed", "reported_sum", "reviewed_sum")
    for key, values in before.items():
        found = after.get(key, {})
        assert [values.get(name) for name in names] == [found.get(name) for name in names]
        assert not found.get("unsent")
    open_again(session, measure)
    assert read_totals(session, measure.id) == before


def test_it_leaves_what_is_due_and_what_waits(session: Session, measure: Measure) -> None:
    owing, township = get_unit(session, OWING).id, get_unit(session, TOWNSHIP).id
    assert (len(list_owed(session, owing)), len(list_waiting_answers(session, township))) == (1, 1)
    close(session, measure)
    assert list_owed(session, owing) == []
    assert list_waiting_answers(session, township) == []
    (ended,) = list_ended(session, owing, since=NOW, limit=5)
    assert (ended.closed_at, ended.unit) == (LATER, get_unit(session, REGION).name)
    assert ended.draft_at is not None
    assert list_ended(session, get_unit(session, WAITING).id, since=NOW, limit=5) == []


def test_opened_again_everything_is_as_before(session: Session, measure: Measure) -> None:
    before = statuses(session, measure)
    count = close(session, measure)
    assert open_again(session, measure) == count
    assert (measure.status, statuses(session, measure)) == (MeasureStatus.RELEASED, before)
    send(session, measure, OWING)
    approve(
        session, current(session, measure, WAITING), actor=account_of(session, TOWNSHIP), now=LATER
    )
    told = session.exec(select(MeasureEvent).order_by(col(MeasureEvent.id).desc()).limit(2)).all()
    assert [(event.act, event.reason) for event in told] == [
        ("open_again", "还有单位没有报"), ("close", ""),
    ]  # fmt: skip
    assert told[0].differs == {"status": ["closed", "released"]}


def test_two_clicks_are_as_one(session: Session, measure: Measure) -> None:
    assert open_again(session, measure) == 0
    close(session, measure)
    assert close(session, measure) == 0
    open_again(session, measure)
    assert open_again(session, measure) == 0
    acts = session.exec(select(MeasureEvent.act).order_by(col(MeasureEvent.id))).all()
    assert acts[-2:] == ["close", "open_again"]


def test_what_is_not_released_is_not_closed_and_none_of_a_set(
    session: Session, measure: Measure
) -> None:
    draft = make_measure(session, office(session))
    with pytest.raises(Refusal, match="已确认"):
        close_measures(session, [measure, draft], actor=office(session), now=LATER)
    assert measure.status == MeasureStatus.RELEASED
    with pytest.raises(Refusal, match="已确认"):
        open_again(session, draft)
    close(session, measure)
    for reason in (" ", "长" * 1001):
        with pytest.raises(Refusal, match="原因"):
            open_measure_again(session, measure, reason=reason, actor=office(session), now=LATER)


def test_wishes_end_and_are_taken_up_again(session: Session) -> None:
    office = make_account(session)
    measure = make_measure(session, office, gates={"league": GateChoice(Gate.DETAIL, 3)})
    wish = release_measure(session, measure, actor=office, now=NOW)
    hand_down_now(session, [wish])
    league = assignment_of(session, measure, "150400000000")
    other = assignments.release(
        session, league.id, actor=account_of(session, "150400000000"), now=NOW
    )
    reached = len(session.exec(select(Assignment)).all())
    close_measures(session, [measure], actor=office, now=LATER)
    (open_wish,) = hand_down_ids(session, measure, other.unit_id)
    hand_down_now(session, [open_wish])
    assert len(session.exec(select(Assignment)).all()) == reached
    assert gates.open_gates(session, now=LATER) == 0
    open_measure_again(session, measure, reason="继续办理", actor=office, now=LATER)
    hand_down_now(session, [open_wish])
    assert len(session.exec(select(Assignment)).all()) > reached


def hand_down_ids(session: Session, measure: Measure, unit_id: int) -> list[int]:
    return [hand_down.request(session, measure.id, "once", unit_id, actor=None, now=NOW)]


def test_schedules_pause_and_go_on(session: Session) -> None:
    office = make_account(session)
    measure = make_measure(session, office, due_rule="monthly:25")
    release_measure(session, measure, reason=URGENT, actor=office, now=NOW)
    timing = Timing(Rhythm.DAILY, NOW.time().replace(hour=9, minute=0))
    schedule = schedule_periods(session, measure, timing, actor=office, now=NOW)
    close_measures(session, [measure], actor=office, now=NOW)
    session.refresh(schedule)
    assert (schedule.active, schedule.next_at) == (True, None)
    open_measure_again(session, measure, reason="继续办理", actor=office, now=LATER)
    assert present(session.exec(select(Schedule)).one().next_at) > LATER


def test_the_number_of_statements_does_not_grow_with_units_or_measures(session: Session) -> None:
    office = make_account(session)
    measures = [make_measure(session, office) for _ in range(3)]
    small = make_measure(session, office, addressees=(("league", ""),))
    for measure in (*measures, small):
        release_down(session, measure, office)
    counts = []
    for chosen in ([small], measures):
        for stored in (office, *chosen):
            session.refresh(stored)
        with statements(session) as log:
            close_measures(session, chosen, actor=office, now=LATER)
        counts.append(len(log))
    assert counts[0] == counts[1]


def test_the_page_before_counts_what_would_be_left_undone(
    session: Session, measure: Measure
) -> None:
    (unit,) = list_outstanding(session, [measure.id])
    assert (unit.waiting, unit.approved) == (1, 1)
    assert unit.answering == unit.unanswered + unit.waiting + unit.approved
    close(session, measure)
    assert list_outstanding(session, [measure.id]) == []
