from datetime import timedelta

from sqlmodel import Session

from models import Measure
from queries.review.review_clock import count_reviews, list_overdue_reviewers
from rules.dates.calendar import PUBLISHED, local_date
from rules.dates.review_clock import told_above_before
from services.review.reviews import approve
from tests.answering import account_of, answer
from tests.building import BANNER, TOWNSHIP, VILLAGE, get_unit
from tests.conftest import NOW
from tests.counting import statements

SECOND = "150402005003"
TODAY = local_date(NOW)
"""A Monday; a review may take two working days."""
WEDNESDAY, THURSDAY, FRIDAY = (TODAY + timedelta(days=days) for days in (2, 3, 4))


def test_the_reviewer_is_told_first_and_the_unit_above_a_working_day_later(
    session: Session, measure: Measure
) -> None:
    for code in (VILLAGE, SECOND):
        answer(session, measure, code)
    township, banner = get_unit(session, TOWNSHIP), get_unit(session, BANNER)
    days = (WEDNESDAY, THURSDAY, FRIDAY)
    assert [count_reviews(session, township.id, day).overdue for day in days] == [0, 2, 2]
    told = [
        list_overdue_reviewers(session, banner.id, told_above_before(day, PUBLISHED))
        for day in days
    ]
    assert told[:2] == [[], []]
    assert [(unit.unit_id, unit.name, unit.count, unit.since) for unit in told[2]] == [
        (township.id, township.name, 2, NOW)
    ]


def test_what_was_sent_again_counts_from_the_last_sending(
    session: Session, measure: Measure
) -> None:
    township = account_of(session, TOWNSHIP)
    sent = answer(session, measure, VILLAGE)
    approve(session, sent.id, actor=township, now=NOW)
    answer(session, measure, VILLAGE, 13, now=NOW + timedelta(days=2))
    assert count_reviews(session, township.unit_id, THURSDAY).overdue == 0
    assert count_reviews(session, township.unit_id, TODAY + timedelta(days=7)).overdue == 1


def test_a_decided_review_is_not_overdue(session: Session, measure: Measure) -> None:
    township = account_of(session, TOWNSHIP)
    sent = answer(session, measure, VILLAGE)
    approve(session, sent.id, actor=township, now=NOW)
    assert count_reviews(session, township.unit_id, FRIDAY).overdue == 0


def test_both_cost_one_statement(session: Session, measure: Measure) -> None:
    unit_id = get_unit(session, TOWNSHIP).id
    for code in (VILLAGE, SECOND):
        answer(session, measure, code)
        with statements(session) as sent:
            count_reviews(session, unit_id, FRIDAY)
            list_overdue_reviewers(session, unit_id, FRIDAY)
        assert len(sent) == 2
