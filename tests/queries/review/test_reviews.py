from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from models import Account, Flag, FlagKind, Measure, Submission
from queries.review.review_list import (
    Position,
    ReviewFilter,
    Sort,
    WaitingSubmissions,
    find_first,
    find_next,
    find_previous,
)
from queries.review.reviews import (
    count_waiting,
    find_page,
    list_waiting_measures,
    list_waiting_submissions,
)
from rules.dates.calendar import local_date
from services.filling.recalls import recall
from services.review.reviews import approve, return_
from tests.answering import account_of, answer, released_measure, released_measures
from tests.building import BANNER, TOWNSHIP, VILLAGE, assignment_of, get_unit
from tests.conftest import NOW
from tests.counting import statements
from tests.present import present
from tests.scenes import scene

LATER = NOW + timedelta(hours=1)
VILLAGES = ("150402005002", "150402005003", "150402005004")


@pytest.fixture
def township(session: Session) -> Account:
    return account_of(session, TOWNSHIP)


@scene
def two_handed_down(session: Session) -> tuple[int | None, int | None]:
    """Three villages have answered the first, an hour apart, the last one first."""
    first, second = released_measures(session, {}, {"title": "检修管网", "due_rule": "2026-12-10"})
    for hours, code in enumerate(reversed(VILLAGES)):
        answer(session, first, code, now=NOW + timedelta(hours=hours))
    return first.id, second.id


@pytest.fixture
def three(session: Session, two_handed_down: tuple[int | None, int | None]) -> Measure:
    """A measure that three villages have answered."""
    return session.get_one(Measure, two_handed_down[0])


@pytest.fixture
def second(session: Session, two_handed_down: tuple[int | None, int | None]) -> Measure:
    """Another measure; nobody has answered it."""
    return session.get_one(Measure, two_handed_down[1])


def codes(session: Session, reviewer_id: int, now: datetime = NOW, **chosen: Any) -> list[Any]:
    wanted = WaitingSubmissions(reviewer_id, ReviewFilter(**chosen), local_date(now))
    return [row.unit_code for row in list_waiting_submissions(session, wanted).rows]


def test_the_list_shows_what_waits_for_this_unit_and_its_numbers(
    session: Session, township: Account, measure: Measure
) -> None:
    sent = answer(session, measure, VILLAGE, 7)
    answer(session, measure, "150402102200")
    page = list_waiting_submissions(session, WaitingSubmissions(township.unit_id))
    assert (page.total, page.page, page.pages) == (1, 1, 1)
    row = page.rows[0]
    assert (row.submission_id, row.unit_name, row.measure_title, row.late, row.sent_at) == (
        sent.id, "红星社区居委会", "入户排查取暖安全", False, NOW
    )  # fmt: skip
    assert page.numbers == {row.assignment_id: {"checked": "7", "spent": "3.5"}}


def test_what_is_decided_or_taken_back_waits_no_longer(
    session: Session, township: Account, measure: Measure
) -> None:
    sent = [answer(session, measure, code) for code in VILLAGES]
    approve(session, sent[0].id, actor=township, now=LATER)
    return_(session, sent[1].id, reason="请核对户数", actor=township, now=LATER)
    third = assignment_of(session, measure, VILLAGES[2])
    recall(session, third.id, actor=account_of(session, VILLAGES[2]), now=LATER)
    assert count_waiting(session, WaitingSubmissions(township.unit_id)) == (0, 0)
    again = answer(session, measure, VILLAGES[1])
    rows = list_waiting_submissions(session, WaitingSubmissions(township.unit_id)).rows
    assert [(row.submission_id, row.revision) for row in rows] == [(again.id, 2)]


def test_the_list_can_be_cut_down_to_one_measure_unit_or_name(
    session: Session, township: Account, three: Measure, second: Measure
) -> None:
    answer(session, second, VILLAGE)
    unit_id = township.unit_id
    assert codes(session, unit_id, measure_id=second.id) == [VILLAGE]
    assert len(codes(session, unit_id, unit_id=get_unit(session, VILLAGE).id)) == 2
    assert set(codes(session, unit_id, search="红星")) == {VILLAGE}
    assert codes(session, unit_id, search="150402005003") == ["150402005003"]
    assert codes(session, unit_id, search="%") == []
    assert codes(session, unit_id, period="202611") == []
    offered = list_waiting_measures(session, unit_id)
    assert [(choice.title, choice.period, choice.count) for choice in offered] == [
        (three.title, "once", 3), ("检修管网", "once", 1)
    ]  # fmt: skip


def test_the_list_can_be_cut_down_to_late_repeated_and_flagged_ones(
    session: Session, township: Account, three: Measure
) -> None:
    unit_id = township.unit_id
    returned = list_waiting_submissions(session, WaitingSubmissions(unit_id)).rows[0]
    return_(session, returned.submission_id, reason="请核对户数", actor=township, now=LATER)
    answer(session, three, returned.unit_code, 13)
    flagged = present(
        session.get(
            Submission,
            list_waiting_submissions(session, WaitingSubmissions(unit_id)).rows[-1].submission_id,
        )
    )
    flagged.flags, flagged.flag_count = (Flag(FlagKind.ALL_ZERO),), 1
    late = assignment_of(session, three, VILLAGES[1])
    late.late = True
    session.flush()
    assert codes(session, unit_id, again=True) == [returned.unit_code]
    assert set(codes(session, unit_id, again=False)) == set(VILLAGES) - {returned.unit_code}
    assert len(codes(session, unit_id, flagged=True)) == 1
    assert count_waiting(session, WaitingSubmissions(unit_id), flagged=True) == (3, 1)
    assert codes(session, unit_id, late=True) == [VILLAGES[1]]


def test_what_waits_longer_than_its_review_may_take_can_be_listed(
    session: Session, township: Account, three: Measure
) -> None:
    unit_id = township.unit_id  # sent on a Monday, two working days for the review
    wednesday, thursday = NOW + timedelta(days=2), NOW + timedelta(days=3)
    assert codes(session, unit_id, wednesday, overdue=True) == []
    assert set(codes(session, unit_id, thursday, overdue=True)) == set(VILLAGES)
    row = list_waiting_submissions(session, WaitingSubmissions(unit_id)).rows[0]
    assert not row.overdue(local_date(wednesday))
    assert row.overdue(local_date(thursday))


def test_the_list_can_be_ordered(session: Session, township: Account, three: Measure) -> None:
    unit_id = township.unit_id
    assert codes(session, unit_id, sort=Sort.UNIT) == list(VILLAGES)
    assert codes(session, unit_id, sort=Sort.SENT) == list(reversed(VILLAGES))
    assignment_of(session, three, VILLAGES[1]).due_on -= timedelta(days=1)
    session.flush()
    assert codes(session, unit_id, sort=Sort.DUE)[0] == VILLAGES[1]
    third = list_waiting_submissions(
        session, WaitingSubmissions(unit_id, ReviewFilter(search=VILLAGES[2]))
    ).rows[0]
    present(session.get(Submission, third.submission_id)).flag_count = 2
    session.flush()
    assert codes(session, unit_id, sort=Sort.FLAGS)[0] == VILLAGES[2]


def test_what_is_to_be_decided_on_first_stands_first(
    session: Session, township: Account, three: Measure
) -> None:
    quick = released_measure(session, title="检修管网", review_days=0)
    answer(session, quick, VILLAGES[1], now=NOW + timedelta(days=1))
    rows = list_waiting_submissions(session, WaitingSubmissions(township.unit_id)).rows
    days = [(row.measure_id, (row.review_due_on - local_date(NOW)).days) for row in rows]
    assert days == [(quick.id, 1), *[(three.id, 2)] * 3]
    return_(session, rows[1].submission_id, reason="请核对户数", actor=township, now=LATER)
    answer(session, three, rows[1].unit_code, 13, now=NOW + timedelta(days=4))
    last = list_waiting_submissions(session, WaitingSubmissions(township.unit_id)).rows[-1]
    assert (last.unit_code, last.revision) == (rows[1].unit_code, 2)


def test_a_unit_that_has_moved_stands_with_the_one_above_it(
    session: Session, township: Account, three: Measure
) -> None:
    get_unit(session, VILLAGE).parent_id = get_unit(session, BANNER).id
    session.flush()
    rows = list_waiting_submissions(session, WaitingSubmissions(township.unit_id)).rows
    uppers = {row.unit_code: row.upper_name for row in rows}
    assert uppers == {VILLAGES[1]: None, VILLAGES[2]: None, VILLAGE: get_unit(session, BANNER).name}


@pytest.mark.parametrize("sort", list(Sort))
def test_next_and_previous_walk_the_list_in_its_order(
    session: Session,
    township: Account,
    second: Measure,
    sort: Sort,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer(session, second, VILLAGE)
    wanted = WaitingSubmissions(township.unit_id, ReviewFilter(sort=sort))
    listed = [row.assignment_id for row in list_waiting_submissions(session, wanted).rows]
    here = find_first(session, wanted)
    walked = [here]
    while here := find_next(session, wanted, position(session, wanted, here)):
        walked.append(here)
    assert walked == listed
    stood = [position(session, wanted, submission) for submission in listed]
    back = [find_previous(session, wanted, here) for here in stood]
    assert back == [None, *listed[:-1]]
    monkeypatch.setattr("queries.review.reviews.PAGE_LENGTH", 2)
    pages = [find_page(session, wanted, here) for here in stood]
    assert pages == [(1, 4), (1, 4), (2, 4), (2, 4)]


def position(session: Session, wanted: WaitingSubmissions, assignment_id: int | None) -> Position:
    everything = WaitingSubmissions(wanted.unit_id, replace(wanted.chosen, sort=Sort.DUE))
    rows = list_waiting_submissions(session, everything).rows
    row = next(row for row in rows if row.assignment_id == assignment_id)
    submission = present(session.get(Submission, row.submission_id))
    assignment = assignment_of(
        session, present(session.get(Measure, row.measure_id)), row.unit_code
    )
    return wanted.position(assignment, submission, get_unit(session, row.unit_code))


def test_next_and_previous_are_one_statement_each(
    session: Session, township: Account, three: Measure
) -> None:
    wanted = WaitingSubmissions(township.unit_id)
    here = position(session, wanted, find_first(session, wanted))
    with statements(session) as sent:
        find_next(session, wanted, here)
        find_previous(session, wanted, here)
    assert len(sent) == 2


def test_a_correction_of_what_was_approved_is_marked(
    session: Session, township: Account, measure: Measure
) -> None:
    sent = answer(session, measure, VILLAGE)
    approve(session, sent.id, actor=township, now=LATER)
    answer(session, measure, VILLAGE, 13)
    answer(session, measure, VILLAGES[1])
    rows = list_waiting_submissions(session, WaitingSubmissions(township.unit_id)).rows
    assert {row.unit_code: row.corrects for row in rows} == {VILLAGE: True, VILLAGES[1]: False}


def test_a_unit_between_waits_for_the_unit_above_it(session: Session, measure: Measure) -> None:
    answer(session, measure, TOWNSHIP)
    assert codes(session, account_of(session, BANNER).unit_id) == [TOWNSHIP]


def test_pages_hold_fifty_and_a_page_too_far_shows_the_last(
    session: Session, township: Account, three: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queries.review.reviews.PAGE_LENGTH", 2)
    wanted = WaitingSubmissions(township.unit_id)
    pages = [list_waiting_submissions(session, wanted, page=number) for number in (0, 1, 2, 9)]
    assert [(page.page, len(page.rows), page.pages) for page in pages] == [
        (1, 2, 2), (1, 2, 2), (2, 1, 2), (2, 1, 2)
    ]  # fmt: skip


def test_an_empty_list_has_one_page(session: Session, township: Account) -> None:
    page = list_waiting_submissions(session, WaitingSubmissions(township.unit_id))
    assert (page.rows, page.numbers, page.total, page.page, page.pages) == ([], {}, 0, 1, 1)


def test_a_page_costs_three_statements_however_long_it_is(
    session: Session, township: Account, measure: Measure
) -> None:
    unit_id = township.unit_id
    for code in VILLAGES:
        answer(session, measure, code)
        with statements(session) as sent:
            list_waiting_submissions(session, WaitingSubmissions(unit_id))
        assert len(sent) == 3
