from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models import Account, Act, Decision, Event, Measure, Review, ReviewBatch, Status
from queries.filling.submissions import find_current
from queries.review.review_list import ReviewFilter, WaitingSubmissions
from rules.dates.calendar import local_date
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.assignments.roll_up import recount
from services.filling.recalls import recall
from services.review.review_batches import MOST_TICKED, decide_matching, decide_ticked, undo
from services.review.reviews import approve, return_
from tests.answering import account_of, answer, released_measure, released_measures, send
from tests.building import BANNER, TOWNSHIP, VILLAGE, assignment_of, get_unit
from tests.conftest import NOW
from tests.counting import statements
from tests.present import present
from tests.services.assignments.test_roll_up_law import totals, true_totals

LATER = NOW + timedelta(hours=3)
SOON = LATER + timedelta(minutes=10)
REASON = "户数与上月不符，请核对"
VILLAGES = ("150402005002", "150402005003", "150402005004")


def decide(
    session: Session,
    reviewer: Account,
    decision: Decision,
    *,
    now: datetime = LATER,
    until: datetime | None = None,
    **chosen: Any,
) -> ReviewBatch | None:
    """Decide about all that match the filter."""
    wanted = WaitingSubmissions(
        reviewer.unit_id, ReviewFilter(**chosen), local_date(now), until or now
    )
    reason = REASON if decision == Decision.RETURN else ""
    return decide_matching(session, wanted, decision, reason=reason, actor=reviewer, now=now)


def statuses(session: Session, measure: Measure) -> list[Any]:
    session.expire_all()
    return [assignment_of(session, measure, code).status for code in VILLAGES]


def test_all_that_match_the_filter_are_decided_and_nothing_else(
    session: Session, measure: Measure, reviewer: Account
) -> None:
    other = released_measure(session, title="检修管网")
    for code in VILLAGES:
        answer(session, measure, code)
    left = answer(session, other, VILLAGE)
    beside = answer(session, measure, "150402102200")
    batch = present(decide(session, reviewer, Decision.APPROVE, measure_id=measure.id))
    assert (batch.count, batch.decision, batch.decided_at) == (3, Decision.APPROVE, LATER)
    assert set(statuses(session, measure)) == {Status.APPROVED}
    reviews = session.exec(select(Review)).all()
    assert [(review.batch_id, review.decided_by) for review in reviews] == [
        (batch.id, reviewer.id)
    ] * 3
    for assignment in (left, beside):
        assert present(find_current(session, assignment.assignment_id)).review is None


def test_what_came_in_after_the_count_was_shown_keeps_waiting(
    session: Session, measure: Measure, reviewer: Account
) -> None:
    answer(session, measure, VILLAGES[0])
    answer(session, measure, VILLAGES[1], now=NOW + timedelta(minutes=2))
    shown = NOW + timedelta(minutes=1)
    assert present(decide(session, reviewer, Decision.APPROVE, until=shown)).count == 1
    assert statuses(session, measure)[:2] == [Status.APPROVED, Status.SUBMITTED]


def test_nothing_that_matches_leaves_no_trace(
    session: Session, measure: Measure, reviewer: Account
) -> None:
    assert decide(session, reviewer, Decision.APPROVE) is None
    sent = answer(session, measure, VILLAGE)
    approve(session, sent.id, actor=reviewer, now=LATER)
    before = len(session.exec(select(ReviewBatch)).all())
    assert decide_ticked(session, [sent.id], Decision.APPROVE, actor=reviewer, now=LATER) is None
    assert len(session.exec(select(ReviewBatch)).all()) == before


def test_too_many_ticks_are_refused_with_the_way_out(session: Session, reviewer: Account) -> None:
    ids = list(range(1, MOST_TICKED + 2))
    with pytest.raises(Refusal, match="全部通过"):
        decide_ticked(session, ids, Decision.APPROVE, actor=reviewer, now=LATER)


@pytest.mark.parametrize("decision", list(Decision))
def test_undo_brings_everything_back_to_the_digit(
    session: Session, measure: Measure, reviewer: Account, decision: Decision
) -> None:
    for number, code in enumerate(VILLAGES):
        answer(session, measure, code, number + 1)
    before, due_on = totals(session, measure), assignment_of(session, measure, VILLAGE).due_on
    late = NOW.replace(month=12, day=25)  # a return moves the due date
    batch = present(decide(session, reviewer, decision, now=late))
    assert totals(session, measure) != before
    undone = undo(session, batch.id, actor=reviewer, now=late + timedelta(minutes=10))
    assert (undone.undone_count, undone.undone_by) == (3, reviewer.id)
    assert set(statuses(session, measure)) == {Status.SUBMITTED}
    assert totals(session, measure) == before == true_totals(session, measure)
    recount(session, measure.id, "once")
    assert totals(session, measure) == before
    assert assignment_of(session, measure, VILLAGE).due_on == due_on
    assert session.exec(select(Review)).all() == []
    events = session.exec(select(Event).where(Event.act == Act.REOPEN)).all()
    assert [(event.to_status, event.account_id) for event in events] == [
        (Status.SUBMITTED, reviewer.id)
    ] * 3


def test_what_moved_on_meanwhile_stays(
    session: Session, measure: Measure, reviewer: Account
) -> None:
    for code in VILLAGES:
        answer(session, measure, code)
    batch = present(decide(session, reviewer, Decision.RETURN))
    mended = assignment_of(session, measure, VILLAGES[0])
    again = send(session, mended, actor=account_of(session, VILLAGES[0]), now=LATER)
    mended = assignment_of(session, measure, VILLAGES[1])
    third = send(session, mended, actor=account_of(session, VILLAGES[1]), now=LATER)
    approve(session, third.id, actor=reviewer, now=LATER)
    assert undo(session, batch.id, actor=reviewer, now=SOON).undone_count == 1
    assert statuses(session, measure) == [Status.SUBMITTED, Status.APPROVED, Status.SUBMITTED]
    assert present(find_current(session, again.assignment_id)).submission.id == again.id
    reasons = [review.reason for review in session.exec(select(Review).order_by(col(Review.id)))]
    assert reasons == [REASON, REASON, ""]  # the returned revisions keep theirs
    assert totals(session, measure) == true_totals(session, measure)


def test_an_approval_that_was_turned_into_a_return_is_not_undone(
    session: Session, measure: Measure, reviewer: Account
) -> None:
    sent = answer(session, measure, VILLAGE)
    batch = present(decide(session, reviewer, Decision.APPROVE))
    return_(session, sent.id, reason=REASON, actor=reviewer, now=LATER)
    assert undo(session, batch.id, actor=reviewer, now=SOON).undone_count == 0
    assert statuses(session, measure)[0] == Status.RETURNED


def test_a_corrected_approval_is_not_undone(
    session: Session, measure: Measure, reviewer: Account
) -> None:
    answer(session, measure, VILLAGE)
    batch = present(decide(session, reviewer, Decision.APPROVE))
    answer(session, measure, VILLAGE, 13)
    assert undo(session, batch.id, actor=reviewer, now=SOON).undone_count == 0
    assert len(session.exec(select(Review)).all()) == 1


def test_undo_twice_is_harmless(session: Session, measure: Measure, reviewer: Account) -> None:
    answer(session, measure, VILLAGE)
    batch = present(decide(session, reviewer, Decision.APPROVE))
    undo(session, batch.id, actor=reviewer, now=SOON)
    decide(session, reviewer, Decision.APPROVE, now=SOON)
    again = undo(session, batch.id, actor=reviewer, now=SOON)
    assert (again.undone_at, again.undone_count) == (SOON, 1)
    assert statuses(session, measure)[0] == Status.APPROVED


def test_after_ten_minutes_undo_is_refused(
    session: Session, measure: Measure, reviewer: Account
) -> None:
    answer(session, measure, VILLAGE)
    batch = present(decide(session, reviewer, Decision.APPROVE))
    with pytest.raises(Refusal, match="10 分钟"):
        undo(session, batch.id, actor=reviewer, now=SOON + timedelta(seconds=1))


def test_another_unit_cannot_undo(session: Session, measure: Measure, reviewer: Account) -> None:
    answer(session, measure, VILLAGE)
    batch = present(decide(session, reviewer, Decision.APPROVE))
    for code in (BANNER, VILLAGE):
        with pytest.raises(NotFound):
            undo(session, batch.id, actor=account_of(session, code), now=SOON)


@pytest.mark.parametrize("decision", list(Decision))
def test_a_single_decision_can_be_undone_too(
    session: Session, measure: Measure, reviewer: Account, decision: object
) -> None:
    sent = answer(session, measure, VILLAGE)
    before = totals(session, measure)
    if decision == Decision.APPROVE:
        review = approve(session, sent.id, actor=reviewer, now=LATER)
    else:
        review = return_(
            session, sent.id, reason=REASON, fields=["note"], actor=reviewer, now=LATER
        )
    undo(session, present(review.batch_id), actor=reviewer, now=SOON)
    assert totals(session, measure) == before
    assert present(find_current(session, sent.assignment_id)).review is None


def test_a_recalled_one_is_not_decided(
    session: Session, measure: Measure, reviewer: Account
) -> None:
    sent = answer(session, measure, VILLAGE)
    recall(session, sent.assignment_id, actor=account_of(session, VILLAGE), now=LATER)
    assert decide(session, reviewer, Decision.APPROVE) is None


def test_three_and_forty_cost_the_same_statements(session: Session, reviewer: Account) -> None:
    counts = set()
    for many in (1, 13):
        for measure in released_measures(session, *[{}] * many):
            for code in VILLAGES:
                answer(session, measure, code)
        session.expire_all()
        reviewer = account_of(session, TOWNSHIP)
        assert get_unit(session, TOWNSHIP).id == reviewer.unit_id
        with statements(session) as sent:
            batch = present(decide(session, reviewer, Decision.RETURN))
            undo(session, batch.id, actor=reviewer, now=SOON)
            batch = present(decide(session, reviewer, Decision.APPROVE, now=SOON))
        assert batch.count == 3 * many
        counts.add(len(sent))
    assert len(counts) == 1


def test_what_a_colleague_reopened_after_the_count_was_not_in_it(
    session: Session, measure: Measure, reviewer: Account
) -> None:
    first, second = (answer(session, measure, code) for code in VILLAGES[:2])
    review = approve(session, first.id, actor=reviewer, now=LATER)
    counted_at = LATER + timedelta(minutes=1)
    undo(session, present(review.batch_id), actor=reviewer, now=LATER + timedelta(minutes=2))
    batch = present(
        decide(
            session, reviewer, Decision.APPROVE, now=LATER + timedelta(minutes=3), until=counted_at
        )
    )
    assert batch.count == 1
    assert statuses(session, measure)[:2] == [Status.SUBMITTED, Status.APPROVED]
    assert present(present(find_current(session, second.assignment_id)).review).batch_id == batch.id


def test_undoing_the_return_of_an_approved_answer_approves_it_again(
    session: Session, measure: Measure, reviewer: Account
) -> None:
    sent = answer(session, measure, VILLAGE)
    approve(session, sent.id, actor=reviewer, now=NOW)
    before = totals(session, measure)
    returned = return_(session, sent.id, reason=REASON, actor=reviewer, now=LATER)
    assert totals(session, measure) != before
    undo(session, present(returned.batch_id), actor=reviewer, now=SOON)
    assignment = assignment_of(session, measure, VILLAGE)
    review = present(present(find_current(session, assignment.id)).review)
    assert (assignment.status, review.decision) == (Status.APPROVED, Decision.APPROVE)
    assert (review.decided_at, review.decided_by) == (NOW, reviewer.id)
    assert totals(session, measure) == before == true_totals(session, measure)
