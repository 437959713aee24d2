from datetime import timedelta

import pytest

from queries.reviews import (
    count_waiting,
    count_waiting_by_measure,
    list_waiting,
    list_waiting_ids,
)
from services.reviews import approve, return_
from services.submissions import recall
from tests.answering import account_of, answer, released_measure
from tests.building import BANNER, TOWNSHIP, VILLAGE, assignment_of
from tests.conftest import NOW
from tests.counting import statements

LATER = NOW + timedelta(hours=1)
VILLAGES = ("150402005002", "150402005003", "150402005004")


@pytest.fixture
def township(session):
    return account_of(session, TOWNSHIP)


def test_the_list_shows_what_waits_for_this_unit_and_its_numbers(session, township):
    measure = released_measure(session)
    sent = answer(session, measure, VILLAGE, 7)
    answer(session, measure, "150402102200")
    page = list_waiting(session, township.unit_id)
    assert (page.total, page.page, page.pages) == (1, 1, 1)
    row = page.rows[0]
    assert (row.submission_id, row.unit_name, row.measure_title, row.late, row.sent_at) == (
        sent.id, "红星社区居委会", "入户排查取暖安全", False, NOW
    )  # fmt: skip
    assert page.numbers == {row.assignment_id: {"checked": "7", "spent": "3.5"}}


def test_what_is_decided_or_taken_back_waits_no_longer(session, township):
    measure = released_measure(session)
    sent = [answer(session, measure, code) for code in VILLAGES]
    approve(session, sent[0].id, actor=township, now=LATER)
    return_(session, sent[1].id, reason="请核对户数", actor=township, now=LATER)
    third = assignment_of(session, measure, VILLAGES[2])
    recall(session, third.id, actor=account_of(session, VILLAGES[2]), now=LATER)
    assert count_waiting(session, township.unit_id) == 0
    again = answer(session, measure, VILLAGES[1])
    assert list_waiting_ids(session, township.unit_id) == [again.id]


def test_the_list_can_be_cut_down_to_one_measure(session, township):
    first, second = released_measure(session), released_measure(session, title="检修管网")
    for code in VILLAGES:
        answer(session, first, code)
    last = answer(session, second, VILLAGE)
    page = list_waiting(session, township.unit_id, measure_id=second.id)
    assert [row.submission_id for row in page.rows] == [last.id]
    assert list_waiting_ids(session, township.unit_id, measure_id=second.id) == [last.id]
    assert count_waiting_by_measure(session, township.unit_id) == [
        (first.id, first.title, 3), (second.id, "检修管网", 1)
    ]  # fmt: skip


def test_a_unit_between_waits_for_the_unit_above_it(session):
    measure = released_measure(session)
    answer(session, measure, TOWNSHIP)
    banner = account_of(session, BANNER)
    assert [row.unit_code for row in list_waiting(session, banner.unit_id).rows] == [TOWNSHIP]


def test_pages_hold_fifty_and_a_page_too_far_shows_the_last(session, township, monkeypatch):
    monkeypatch.setattr("queries.reviews.PAGE_LENGTH", 2)
    measure = released_measure(session)
    for code in VILLAGES:
        answer(session, measure, code)
    pages = [list_waiting(session, township.unit_id, page=number) for number in (0, 1, 2, 9)]
    assert [(page.page, len(page.rows), page.pages) for page in pages] == [
        (1, 2, 2), (1, 2, 2), (2, 1, 2), (2, 1, 2)
    ]  # fmt: skip


def test_an_empty_list_has_one_page(session, township):
    page = list_waiting(session, township.unit_id)
    assert (page.rows, page.numbers, page.total, page.page, page.pages) == ([], {}, 0, 1, 1)


def test_a_page_costs_three_statements_however_long_it_is(session, township):
    measure, unit_id = released_measure(session), township.unit_id
    for code in VILLAGES:
        answer(session, measure, code)
        with statements(session) as sent:
            list_waiting(session, unit_id)
        assert len(sent) == 3
