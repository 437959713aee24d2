from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, func, select

from models import (
    Account,
    Act,
    AnswerNumber,
    Assignment,
    Draft,
    Event,
    Measure,
    Review,
    Status,
    Submission,
)
from queries.filling.answer_sheets import get_answer_sheet
from rules.assignments.states import IllegalChange
from rules.filling.receipts import is_whole, read_receipt
from rules.sentences.refusal import Refusal
from services.campaigns.withdrawals import withdraw_measure
from services.filling.recalls import recall
from services.filling.sendings import Faulty, Sent
from services.review.reviews import approve, return_
from tests.answering import (
    ANSWER,
    account_of,
    answer,
    keep_draft,
    send,
    send_key,
    totals_of,
    try_to_send,
)
from tests.building import (
    BANNER,
    FIELDS,
    LEAGUE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    make_account,
    make_form,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.present import present

LATER = NOW + timedelta(hours=3)
AFTER_DUE = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)


def acts_of(session: Session, assignment: Assignment) -> list[Any]:
    rows = session.exec(
        select(Event).where(Event.assignment_id == assignment.id).order_by(col(Event.id))
    )
    return [(row.act, row.from_status, row.to_status) for row in rows]


def count(session: Session, table: type[Submission] | type[Draft] | type[Review]) -> int:
    return session.exec(select(func.count()).select_from(table)).one()


def test_a_sent_form_is_stored_whole_and_gives_a_receipt(
    session: Session, village: Assignment, clerk: Account
) -> None:
    sent = send(session, village, actor=clerk)
    session.expire_all()
    stored = session.get_one(Submission, sent.id)
    assert stored.answers == {"checked": 12, "spent": "3.5", "note": "逐户走访。"}
    assert read_receipt(stored.receipt) == stored.receipt
    assert is_whole(stored)
    stored.answers = {**stored.answers, "checked": 13}
    assert not is_whole(stored)


def test_sending_signs_for_the_assignment_at_the_lowest_level(
    session: Session, village: Assignment, clerk: Account
) -> None:
    send(session, village, actor=clerk)
    assert (village.status, village.acknowledged_at) == (Status.SUBMITTED, NOW)
    assert acts_of(session, village)[-1] == (Act.SUBMIT, Status.ISSUED, Status.SUBMITTED)


def test_the_numbers_reach_every_unit_above(
    session: Session, measure: Measure, village: Assignment, clerk: Account
) -> None:
    send(session, village, actor=clerk)
    for code in (TOWNSHIP, BANNER, LEAGUE, REGION):
        assert totals_of(session, measure, code) == {"checked": (120_000, 0), "spent": (35_000, 0)}


def test_faults_are_returned_and_what_was_typed_is_kept(
    session: Session, village: Assignment, clerk: Account
) -> None:
    typed = {"checked": ["十二"], "note": ["逐户走访。"]}
    outcome = try_to_send(session, village.id, typed, send_key=send_key(), actor=clerk, now=NOW)
    assert isinstance(outcome, Faulty)
    assert str(outcome.faults["checked"]) == "请只填数字，不带单位和文字。"
    assert count(session, Submission) == 0
    assert village.status == Status.ISSUED
    assert get_answer_sheet(session, village.id).typed == typed


def test_the_same_sending_twice_is_one_submission(
    session: Session, village: Assignment, clerk: Account
) -> None:
    key = send_key()
    first = send(session, village, actor=clerk, key=key)
    again = try_to_send(
        session, village.id, ANSWER, send_key=key, seen_revision=0, actor=clerk, now=LATER
    )
    assert again == Sent(first, again=True)
    assert count(session, Submission) == 1
    assert len(acts_of(session, village)) == 2


def test_a_repeated_sending_is_harmless_after_its_review(
    session: Session, village: Assignment, clerk: Account, reviewer: Account
) -> None:
    key = send_key()
    first = send(session, village, actor=clerk, key=key)
    approve(session, first.id, actor=reviewer, now=LATER)
    again = try_to_send(session, village.id, ANSWER, send_key=key, actor=clerk, now=LATER)
    assert again == Sent(first, again=True)
    assert village.status == Status.APPROVED


def test_changes_under_a_used_key_are_not_passed_off_as_sent(
    session: Session, village: Assignment, clerk: Account
) -> None:
    key = send_key()
    first = send(session, village, actor=clerk, key=key)
    changed = {**ANSWER, "checked": ["13"]}
    with pytest.raises(Refusal, match=f"11-23 09:00.*{first.receipt}.*没有送出"):
        try_to_send(session, village.id, changed, send_key=key, actor=clerk, now=LATER)


def test_a_key_of_another_assignment_is_refused(
    session: Session, measure: Measure, village: Assignment, clerk: Account
) -> None:
    key = send_key()
    send(session, village, actor=clerk, key=key)
    other = assignment_of(session, measure, "150402005003")
    with pytest.raises(Refusal, match="另一项任务"):
        try_to_send(
            session, other.id, ANSWER, send_key=key, now=NOW,
            actor=account_of(session, "150402005003"),
        )  # fmt: skip


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "a b c d e f", "键键键键键键键键"])
def test_a_sending_without_a_proper_key_is_refused(
    session: Session, village: Assignment, clerk: Account, key: str
) -> None:
    with pytest.raises(Refusal, match="重新打开"):
        try_to_send(session, village.id, ANSWER, send_key=key, actor=clerk, now=NOW)


def test_the_second_of_two_people_is_told_who_was_first(
    session: Session, village: Assignment, clerk: Account
) -> None:
    first = send(session, village, actor=clerk)
    other = make_account(session, VILLAGE, login="second")
    with pytest.raises(Refusal, match=f"“综合办公室”已于 11-23 09:00 填报（回执 {first.receipt}"):
        try_to_send(
            session, village.id, {**ANSWER, "checked": ["13"]}, send_key=send_key(),
            seen_revision=0, actor=other, now=LATER,
        )  # fmt: skip
    assert count(session, Submission) == 1


def test_another_unit_cannot_answer(
    session: Session, village: Assignment, clerk: Account, reviewer: Account
) -> None:
    for act in (try_to_send, keep_draft):
        given = {"send_key": send_key()} if act is try_to_send else {}
        with pytest.raises(Refusal, match="红星社区居委会"):
            act(session, village.id, ANSWER, actor=reviewer, now=NOW, **given)
    with pytest.raises(Refusal, match="红星社区居委会"):
        recall(session, village.id, actor=reviewer, now=NOW)


def test_a_withdrawn_measure_takes_no_answer(
    session: Session, measure: Measure, village: Assignment, clerk: Account
) -> None:
    withdraw_measure(
        session, measure, reason="文件作废", actor=account_of(session, REGION), now=NOW
    )
    with pytest.raises(IllegalChange, match="已撤回"):
        try_to_send(session, village.id, ANSWER, send_key=send_key(), actor=clerk, now=NOW)
    with pytest.raises(IllegalChange, match="已撤回"):
        keep_draft(session, village.id, ANSWER, actor=clerk, now=NOW)


def test_an_answer_after_the_due_date_is_late_and_one_on_the_day_is_not(
    session: Session, measure: Measure
) -> None:
    village = assignment_of(session, measure, VILLAGE)
    on_the_day = datetime.combine(village.due_on, datetime.min.time(), UTC).replace(hour=15)
    answer(session, measure, VILLAGE, now=on_the_day)
    assert not village.late
    other = "150402005003"
    answer(session, measure, other, now=on_the_day + timedelta(hours=1))
    assert assignment_of(session, measure, other).late


def test_a_draft_comes_back_as_it_was_typed_and_goes_when_the_form_is_sent(
    session: Session, village: Assignment, clerk: Account
) -> None:
    keep_draft(session, village.id, {"checked": ["1"], "csrf": ["x"]}, actor=clerk, now=NOW)
    keep_draft(session, village.id, {"checked": ["十"], "note": [""]}, actor=clerk, now=LATER)
    sheet = get_answer_sheet(session, village.id)
    assert sheet.typed == {"checked": ["十"], "note": [""]}
    assert present(sheet.draft).saved_at == LATER
    send(session, village, actor=clerk)
    assert count(session, Draft) == 0


def test_a_draft_that_cannot_be_stored_as_typed_loses_only_what_nobody_can_see(
    session: Session, village: Assignment, clerk: Account
) -> None:
    keep_draft(session, village.id, {"note": ["甲\x00乙\ud83d"]}, actor=clerk, now=NOW)
    assert get_answer_sheet(session, village.id).typed == {"note": ["甲乙"]}


def test_a_draft_too_long_to_keep_is_refused(
    session: Session, village: Assignment, clerk: Account
) -> None:
    with pytest.raises(Refusal, match="200000"):
        keep_draft(session, village.id, {"note": ["字" * 200_001]}, actor=clerk, now=NOW)


def test_a_sent_form_takes_no_draft(session: Session, village: Assignment, clerk: Account) -> None:
    send(session, village, actor=clerk)
    with pytest.raises(IllegalChange, match="待审核"):
        keep_draft(session, village.id, ANSWER, actor=clerk, now=LATER)


def test_only_the_returned_fields_are_open(
    session: Session, measure: Measure, village: Assignment, clerk: Account, reviewer: Account
) -> None:
    sent = send(session, village, actor=clerk)
    return_(
        session, sent.id, reason="户数与上月不符", fields=["checked"], actor=reviewer,
        now=LATER,
    )  # fmt: skip
    sheet = get_answer_sheet(session, village.id)
    assert sheet.open_names == {"checked"}
    assert sheet.typed == ANSWER
    mended = send(
        session, village, {"checked": ["9"], "spent": ["999"], "note": ["换掉"]}, actor=clerk
    )
    assert mended.answers == {"checked": 9, "spent": "3.5", "note": "逐户走访。"}
    assert totals_of(session, measure, REGION) == {"checked": (90_000, 0), "spent": (35_000, 0)}


def test_what_a_constraint_ties_to_a_returned_field_is_open_and_checked_with_it(
    session: Session, measure: Measure, village: Assignment, clerk: Account, reviewer: Account
) -> None:
    bound = {**FIELDS[1], "constraint": ". <= ${checked}"}
    measure.form_version_id = make_form(
        session, account_of(session, REGION), [FIELDS[0], bound, *FIELDS[2:]]
    ).id
    session.add(measure)
    session.flush()
    sent = send(session, village, actor=clerk)
    return_(
        session, sent.id, reason="户数与上月不符", fields=["checked"], actor=reviewer, now=LATER
    )
    assert get_answer_sheet(session, village.id).open_names == {"checked", "spent"}
    unfit = try_to_send(
        session, village.id, {"checked": ["2"]}, send_key=send_key(), actor=clerk, now=LATER
    )
    assert isinstance(unfit, Faulty)
    assert set(unfit.faults) == {"spent"}
    mended = send(session, village, {"checked": ["2"], "spent": ["1.5"]}, actor=clerk)
    assert mended.answers == {"checked": 2, "spent": "1.5", "note": "逐户走访。"}


def test_a_draft_of_a_partly_returned_form_holds_the_open_fields_only(
    session: Session, village: Assignment, clerk: Account, reviewer: Account
) -> None:
    sent = send(session, village, actor=clerk)
    return_(
        session, sent.id, reason="户数与上月不符", fields=["checked"], actor=reviewer,
        now=LATER,
    )  # fmt: skip
    keep_draft(session, village.id, {"checked": ["八"], "spent": ["1"]}, actor=clerk, now=LATER)
    assert get_answer_sheet(session, village.id).typed == {**ANSWER, "checked": ["八"]}


def test_a_new_form_version_opens_everything(
    session: Session, measure: Measure, village: Assignment, clerk: Account, reviewer: Account
) -> None:
    sent = send(session, village, actor=clerk)
    return_(
        session, sent.id, reason="户数与上月不符", fields=["checked"], actor=reviewer,
        now=LATER,
    )  # fmt: skip
    measure.form_version_id = make_form(session, account_of(session, REGION), FIELDS[:2]).id
    session.add(measure)
    session.flush()
    assert get_answer_sheet(session, village.id).open_names == {"checked", "spent"}
    again = send(session, village, {"checked": ["1"]}, actor=clerk)
    assert again.answers == {"checked": 1}
    assert again.form_version_id == measure.form_version_id


def test_the_numbers_of_an_earlier_revision_are_replaced(
    session: Session, measure: Measure, village: Assignment, clerk: Account
) -> None:
    send(session, village, actor=clerk)
    recall(session, village.id, actor=clerk, now=LATER)
    send(session, village, {"checked": ["5"]}, actor=clerk, now=LATER)
    rows = session.exec(select(AnswerNumber).where(AnswerNumber.assignment_id == village.id)).all()
    assert {row.field: row.value for row in rows} == {"checked": 50_000}
    assert totals_of(session, measure, REGION)["spent"] == (0, 0)


def test_an_answer_costs_the_same_statements_in_any_tree(
    session: Session, measure: Measure
) -> None:
    counts = set()
    for code in (VILLAGE, "150402005003", "150402005004"):
        assignment, actor = assignment_of(session, measure, code), account_of(session, code)
        with statements(session) as sent:
            send(session, assignment, actor=actor)
        counts.add(len(sent))
    assert len(counts) == 1
    assert counts.pop() <= 20
