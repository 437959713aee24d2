from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, func, select

from models import (
    Account,
    Act,
    Assignment,
    Decision,
    Event,
    Measure,
    Review,
    Status,
    Submission,
    Tally,
    Total,
    Unit,
)
from queries.filling.submissions import find_current
from rules.assignments.states import IllegalChange
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.assignments.roll_up import recount
from services.filling.recalls import recall
from services.review.reviews import approve, return_
from tests.answering import (
    ANSWER,
    account_of,
    answer,
    approve_many,
    released_measures,
    return_many,
    send,
)
from tests.building import LEAGUE, REGION, TOWNSHIP, VILLAGE, assignment_of, get_unit
from tests.conftest import NOW
from tests.counting import statements
from tests.present import present

LATER = NOW + timedelta(hours=3)
REASON = "户数与上月不符，请核对"
VILLAGES = ("150402005002", "150402005003", "150402005004")


@pytest.fixture
def sent(session: Session, measure: Measure) -> Submission:
    return answer(session, measure, VILLAGE)


def total_of(
    session: Session, measure: Measure, code: str, field: str = "checked"
) -> tuple[Any, Any]:
    session.expire_all()
    unit = get_unit(session, code)
    total = present(session.get(Total, (measure.id, "once", unit.id, field)))
    return total.reported_sum // 10_000, total.reviewed_sum // 10_000


def last_event(session: Session, assignment: Assignment) -> Event | None:
    return session.exec(
        select(Event).where(Event.assignment_id == assignment.id).order_by(col(Event.id).desc())
    ).first()


def test_an_approved_submission_counts_as_reviewed_everywhere_above(
    session: Session, measure: Measure, village: Assignment, sent: Submission, reviewer: Account
) -> None:
    review = approve(session, sent.id, actor=reviewer, now=LATER)
    assert (review.decision, review.decided_at) == (Decision.APPROVE, LATER)
    assert village.status == Status.APPROVED
    for code in (TOWNSHIP, LEAGUE, REGION):
        assert total_of(session, measure, code) == (12, 12)


def test_a_return_says_what_and_why_and_takes_the_numbers_out(
    session: Session, measure: Measure, village: Assignment, sent: Submission, reviewer: Account
) -> None:
    return_(session, sent.id, reason=REASON, fields=["note", "checked"], actor=reviewer, now=LATER)
    current = present(find_current(session, village.id))
    assert (present(current.review).reason, present(current.review).fields) == (
        REASON,
        ("checked", "note"),
    )
    assert current.reviewer == "综合办公室"
    assert village.status == Status.RETURNED
    assert present(last_event(session, village)).reason == REASON
    assert total_of(session, measure, REGION) == (0, 0)


@pytest.mark.parametrize("reason", ["", "  不对 ", "\x00\x00\x00\x00", "字" * 1001])
def test_a_return_without_a_proper_reason_is_refused(
    session: Session, sent: Submission, reviewer: Account, reason: str
) -> None:
    with pytest.raises(Refusal, match="退回的原因"):
        return_(session, sent.id, reason=reason, actor=reviewer, now=LATER)
    with pytest.raises(Refusal, match="退回的原因"):
        return_many(session, [sent.id], reason=reason, actor=reviewer, now=LATER)


def test_a_return_of_a_field_the_form_does_not_have_is_refused(
    session: Session, sent: Submission, reviewer: Account
) -> None:
    with pytest.raises(Refusal, match="没有这些项：colour"):
        return_(
            session, sent.id, reason=REASON, fields=["colour", "note"], actor=reviewer, now=LATER
        )


def test_a_returned_unit_has_two_working_days(
    session: Session, village: Assignment, sent: Submission, reviewer: Account
) -> None:
    due_on = village.due_on
    return_(session, sent.id, reason=REASON, actor=reviewer, now=LATER)
    assert village.due_on == due_on
    again = send(session, village, actor=account_of(session, VILLAGE), now=LATER)
    friday = NOW.replace(month=12, day=25)
    return_(session, again.id, reason=REASON, actor=reviewer, now=friday)
    assert village.due_on == date(2026, 12, 29)


def test_only_the_unit_directly_above_reviews(
    session: Session, village: Assignment, sent: Submission
) -> None:
    for code in (VILLAGE, LEAGUE, REGION, "150402102000"):
        stranger = account_of(session, code)
        with pytest.raises(Refusal, match="直接上级"):
            approve(session, sent.id, actor=stranger, now=LATER)
        assert approve_many(session, [sent.id], actor=stranger, now=LATER) == 0
        assert return_many(session, [sent.id], reason=REASON, actor=stranger, now=LATER) == 0
    assert village.status == Status.SUBMITTED


def test_a_replaced_submission_cannot_be_reviewed(
    session: Session, village: Assignment, sent: Submission, reviewer: Account
) -> None:
    clerk = account_of(session, VILLAGE)
    recall(session, village.id, actor=clerk, now=LATER)
    send(session, village, actor=clerk, now=LATER)
    with pytest.raises(Refusal, match="刚才重新报送了（第 2 次）"):
        approve(session, sent.id, actor=reviewer, now=LATER)
    assert approve_many(session, [sent.id], actor=reviewer, now=LATER) == 0


def test_a_recalled_submission_cannot_be_reviewed(
    session: Session, village: Assignment, sent: Submission, reviewer: Account
) -> None:
    recall(session, village.id, actor=account_of(session, VILLAGE), now=LATER)
    with pytest.raises(IllegalChange, match="已签收"):
        approve(session, sent.id, actor=reviewer, now=LATER)
    assert approve_many(session, [sent.id], actor=reviewer, now=LATER) == 0


def test_a_submission_is_approved_once(
    session: Session, sent: Submission, reviewer: Account
) -> None:
    approve(session, sent.id, actor=reviewer, now=LATER)
    with pytest.raises(IllegalChange, match="已通过"):
        approve(session, sent.id, actor=reviewer, now=LATER)


def test_an_approved_submission_can_still_be_returned(
    session: Session, measure: Measure, village: Assignment, sent: Submission, reviewer: Account
) -> None:
    approve(session, sent.id, actor=reviewer, now=LATER)
    return_(session, sent.id, reason=REASON, actor=reviewer, now=LATER)
    assert village.status == Status.RETURNED
    assert present(present(find_current(session, village.id)).review).decision == Decision.RETURN
    assert total_of(session, measure, REGION) == (0, 0)
    acts = session.exec(
        select(Event.act).where(Event.assignment_id == village.id).order_by(col(Event.id))
    ).all()
    assert acts == [Act.ISSUE, Act.SUBMIT, Act.APPROVE, Act.RETURN]


def test_the_issuing_unit_can_reopen_its_own(session: Session, measure: Measure) -> None:
    sent = answer(session, measure, REGION)
    return_(session, sent.id, reason=REASON, actor=account_of(session, REGION), now=LATER)
    assert assignment_of(session, measure, REGION).status == Status.RETURNED


def test_an_unknown_submission_is_not_found(session: Session, reviewer: Account) -> None:
    with pytest.raises(NotFound):
        approve(session, 10**9, actor=reviewer, now=LATER)


def test_many_are_approved_at_once_with_their_history(
    session: Session, measure: Measure, reviewer: Account
) -> None:
    ids = [answer(session, measure, code).id for code in VILLAGES]
    assert approve_many(session, [*ids, 10**9], actor=reviewer, now=LATER) == 3
    assert total_of(session, measure, REGION) == (36, 36)
    events = session.exec(select(Event).where(Event.act == Act.APPROVE)).all()
    assert [(event.account_id, event.at, event.from_status) for event in events] == [
        (reviewer.id, LATER, Status.SUBMITTED)
    ] * 3
    assert len(session.exec(select(Review)).all()) == 3
    assert approve_many(session, ids, actor=reviewer, now=LATER) == 0


def test_many_are_returned_at_once_with_time_to_mend(
    session: Session, measure: Measure, reviewer: Account
) -> None:
    answered = [answer(session, measure, code) for code in VILLAGES]
    late = NOW.replace(month=12, day=25)
    ids = [submission.id for submission in answered]
    assert return_many(session, ids, reason=REASON, actor=reviewer, now=late) == 3
    for code in VILLAGES:
        assignment = assignment_of(session, measure, code)
        assert (assignment.status, assignment.due_on) == (Status.RETURNED, date(2026, 12, 29))
        assert present(present(find_current(session, assignment.id)).review).reason == REASON
    assert total_of(session, measure, REGION) == (0, 0)
    township = get_unit(session, TOWNSHIP)
    returned = session.exec(
        select(col(Tally.due_on), func.sum(Tally.returned))
        .where(Tally.unit_id == township.id, Tally.measure_id == measure.id)
        .group_by(col(Tally.due_on))
    ).all()
    assert {day: count for day, count in returned if count} == {date(2026, 12, 29): 3}


def test_approved_ones_are_left_out_of_a_return_of_many(
    session: Session, measure: Measure, reviewer: Account
) -> None:
    ids = [answer(session, measure, code).id for code in VILLAGES]
    approve(session, ids[0], actor=reviewer, now=LATER)
    assert return_many(session, ids, reason=REASON, actor=reviewer, now=LATER) == 2


def test_nothing_chosen_changes_nothing(session: Session, reviewer: Account) -> None:
    assert approve_many(session, [], actor=reviewer, now=LATER) == 0


def test_one_and_many_cost_the_same_statements(session: Session, reviewer: Account) -> None:
    counts = set()
    two = released_measures(session, {}, {})
    for codes, measure in zip((VILLAGES[:1], VILLAGES), two, strict=True):
        ids = [answer(session, measure, code).id for code in codes]
        with statements(session) as sent:
            assert approve_many(session, ids, actor=reviewer, now=LATER) == len(codes)
        counts.add(len(sent))
    assert len(counts) == 1
    assert counts.pop() <= 16


def test_returning_one_and_many_costs_the_same_statements(
    session: Session, reviewer: Account
) -> None:
    counts = set()
    two = released_measures(session, {}, {})
    for codes, measure in zip((VILLAGES[:1], VILLAGES), two, strict=True):
        ids = [answer(session, measure, code).id for code in codes]
        with statements(session) as sent:
            return_many(session, ids, reason=REASON, actor=reviewer, now=LATER)
        counts.add(len(sent))
    assert len(counts) == 1


def test_many_of_several_measures_are_approved_together(
    session: Session, reviewer: Account
) -> None:
    measures = released_measures(session, {}, {}, {})
    ids = [answer(session, measure, VILLAGE).id for measure in measures]
    assert approve_many(session, ids, actor=reviewer, now=LATER) == 3
    for measure in measures:
        assert total_of(session, measure, REGION) == (12, 12)
    assert session.exec(select(func.count()).select_from(Unit)).one() == 50


def test_a_note_stands_beside_a_returned_field_and_only_there(
    session: Session, village: Assignment, sent: Submission, reviewer: Account
) -> None:
    notes = {"checked": "比台账少三户\u202e", "note": "没有勾选", "colour": "没有这一项"}
    return_(
        session, sent.id, reason=REASON, fields=["checked"], notes=notes, actor=reviewer, now=LATER
    )
    assert present(present(find_current(session, village.id)).review).notes == {
        "checked": "比台账少三户"
    }


def test_a_note_that_is_too_long_is_refused(
    session: Session, sent: Submission, reviewer: Account
) -> None:
    with pytest.raises(Refusal, match="最多 200 字"):
        return_(
            session, sent.id, reason=REASON, fields=["note"], notes={"note": "字" * 201},
            actor=reviewer, now=LATER,
        )  # fmt: skip


def test_only_returned_fields_can_be_changed_and_the_rest_stays(
    session: Session, village: Assignment, sent: Submission, reviewer: Account
) -> None:
    return_(session, sent.id, reason=REASON, fields=["checked"], actor=reviewer, now=LATER)
    typed = {"checked": ["15"], "spent": ["999"], "note": ["偷偷改的"]}
    again = send(session, village, typed, actor=account_of(session, VILLAGE), now=LATER)
    assert again.answers == {**sent.answers, "checked": 15}


def test_a_correction_reopens_the_review_and_the_totals_follow(
    session: Session, measure: Measure, village: Assignment, sent: Submission, reviewer: Account
) -> None:
    approve(session, sent.id, actor=reviewer, now=LATER)
    again = send(
        session, village, {**ANSWER, "checked": ["20"]}, actor=account_of(session, VILLAGE)
    )
    assert (village.status, village.revision, again.revision) == (Status.SUBMITTED, 2, 2)
    assert present(last_event(session, village)).act == Act.CORRECT
    assert total_of(session, measure, REGION) == (20, 0)
    recount(session, measure.id, "once")
    assert total_of(session, measure, REGION) == (20, 0)
    approve(session, again.id, actor=reviewer, now=LATER)
    assert total_of(session, measure, REGION) == (20, 20)


def test_the_issuing_unit_corrects_its_own_and_is_approved_again(
    session: Session, measure: Measure
) -> None:
    answer(session, measure, REGION)
    answer(session, measure, REGION)
    root = assignment_of(session, measure, REGION)
    assert (root.status, root.revision) == (Status.APPROVED, 2)


def test_a_closed_assignment_cannot_be_corrected(
    session: Session, measure: Measure, village: Assignment, sent: Submission, reviewer: Account
) -> None:
    approve(session, sent.id, actor=reviewer, now=LATER)
    village.status = Status.CLOSED
    session.flush()
    with pytest.raises(IllegalChange, match="已办结"):
        send(session, village, actor=account_of(session, VILLAGE))
