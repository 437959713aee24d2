"""What schedules have due, on both databases: noted once, done once, and told."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlmodel import Session, col, select

from models import (
    Account,
    Assignment,
    HandDown,
    Measure,
    MeasureAct,
    MeasureEvent,
    MeasureStatus,
    Occurrence,
    Outcome,
    Schedule,
)
from queries.campaigns.occurrences import has_due, list_coming, list_open
from rules.campaigns.standings import Standing, standing_of
from rules.dates.timetable import LAST_DAY, Rhythm, Timing
from services.campaigns import occurrences
from services.campaigns.measure_content import content_of
from services.campaigns.measures import delete_measure, edit_measure, release_measure
from services.campaigns.occurrences import LEASE
from services.campaigns.schedules import (
    order_reports,
    schedule_periods,
    schedule_release,
    schedule_reports,
    stop_schedule,
)
from services.campaigns.withdrawals import withdraw_measure
from tests.building import make_account, make_campaign, make_measure
from tests.conftest import NOW
from tests.counting import statements
from tests.due import attempt_due

TOMORROW = NOW + timedelta(days=1)
MONTH_ENDS = Timing(Rhythm.MONTHLY, time(0, 30), LAST_DAY)
"""30 November 00:30 in Hohhot is still 29 November in UTC."""
DAILY = Timing(Rhythm.DAILY, time(9, 0))


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session)


def all_of(session: Session) -> list[Occurrence]:
    session.expire_all()
    return list(session.exec(select(Occurrence).order_by(col(Occurrence.id))))


def latest(session: Session) -> Occurrence:
    return all_of(session)[-1]


def test_a_release_is_done_once_when_its_moment_has_come(session: Session, office: Account) -> None:
    measure = make_measure(session, office)
    schedule = schedule_release(session, measure, TOMORROW, actor=office, now=NOW)
    attempt_due(session, TOMORROW - timedelta(seconds=1))
    assert all_of(session) == []
    for minutes in (0, 1, 60 * 24 * 400):
        attempt_due(session, TOMORROW + timedelta(minutes=minutes))
    (done,) = all_of(session)
    assert (done.due_at, done.outcome, done.attempts) == (TOMORROW, Outcome.DONE, 1)
    wish = session.exec(select(HandDown)).one()
    assert (wish.id, wish.measure_id) == (done.hand_down_id, measure.id)
    assert measure.status == MeasureStatus.RELEASED
    assert schedule.next_at is None
    assert list_coming(session) == []


def test_of_several_missed_periods_the_latest_is_opened_and_the_others_are_told(
    session: Session, office: Account
) -> None:
    measure = make_measure(session, office, due_rule="monthly:25")
    schedule_periods(session, measure, MONTH_ENDS, actor=office, now=NOW)
    back = datetime(2027, 2, 3, 1, 0, tzinfo=UTC)
    attempt_due(session, back)
    (made_up,) = all_of(session)
    assert session.exec(select(HandDown.period)).one() == "202701"
    assert made_up.due_at == datetime(2027, 1, 30, 16, 30, tzinfo=UTC)
    assert made_up.passed_over == 2
    assert made_up.passed_over_since == datetime(2026, 11, 29, 16, 30, tzinfo=UTC)
    assert standing_of(made_up, back) == Standing.MADE_UP
    assert list_coming(session)[0].next_at == datetime(2027, 2, 27, 16, 30, tzinfo=UTC)


def test_a_period_is_that_of_the_moment_in_hohhot_it_was_due_at(
    session: Session, office: Account
) -> None:
    """Due on 1 January 07:00 there, which is still the year before in UTC; made up in February."""
    measure = make_measure(session, office, due_rule="quarterly:25")
    first_days = Timing(Rhythm.QUARTERLY, time(7, 0), 1)
    schedule_periods(session, measure, first_days, actor=office, now=NOW)
    attempt_due(session, datetime(2027, 2, 3, 1, 0, tzinfo=UTC))
    assert session.exec(select(Assignment.period).distinct()).all() == ["2027Q1"]


def test_withdrawing_stops_the_plans_once_for_all_and_the_history_names_them(
    session: Session, office: Account
) -> None:
    measure = make_measure(session, office, due_rule="monthly:25")
    plan = schedule_periods(session, measure, DAILY, actor=office, now=NOW)
    attempt_due(session, TOMORROW + timedelta(hours=1))
    later = TOMORROW + timedelta(hours=2)
    withdraw_measure(session, measure, reason="不办了", actor=office, now=later)
    for days in (1, 2, 3):
        attempt_due(session, later + timedelta(days=days))
    (done,) = all_of(session)
    assert done.outcome == Outcome.DONE
    assert (plan.active, plan.next_at) == (False, None)
    told = select(MeasureEvent.act, MeasureEvent.schedule_id).where(MeasureEvent.at == later)
    assert session.exec(told.order_by(col(MeasureEvent.id))).all() == [
        (MeasureAct.STOP_SCHEDULE, plan.id),
        (MeasureAct.WITHDRAW, None),
    ]


def test_a_measure_that_was_edited_meanwhile_is_refused_once_and_the_reason_kept(
    session: Session, office: Account
) -> None:
    measure = make_measure(session, office)
    schedule_release(session, measure, TOMORROW, actor=office, now=NOW)
    edit_measure(
        session, measure, content_of(session, measure), version=measure.version,
        actor=office, now=NOW,
    )  # fmt: skip
    for minutes in (0, 5):
        attempt_due(session, TOMORROW + timedelta(minutes=minutes))
    (refused,) = all_of(session)
    assert (refused.outcome, refused.attempts) == (Outcome.REFUSED, 1)
    assert "现为“草稿”" in str(refused.refusal)
    assert session.exec(select(HandDown)).all() == []


def test_a_measure_that_recurs_no_more_opens_no_period(session: Session, office: Account) -> None:
    measure = make_measure(session, office, due_rule="monthly:25")
    schedule_periods(session, measure, DAILY, actor=office, now=NOW)
    measure.due_rule = "2026-12-20"
    session.add(measure)
    attempt_due(session, TOMORROW + timedelta(hours=1))
    assert "只办一次" in str(latest(session).refusal)
    assert session.exec(select(HandDown)).all() == []


def test_a_measure_released_by_hand_before_its_moment_is_not_released_twice(
    session: Session, office: Account
) -> None:
    measure = make_measure(session, office)
    schedule_release(session, measure, TOMORROW, actor=office, now=NOW)
    wish = release_measure(session, measure, actor=office, now=NOW)
    attempt_due(session, TOMORROW)
    assert latest(session).hand_down_id == wish
    assert len(session.exec(select(Assignment)).all()) == 1


def test_a_measure_is_deleted_with_its_schedules_and_what_became_of_them(
    session: Session, office: Account
) -> None:
    measure = make_measure(session, office)
    for hours in (1, 2):
        schedule_release(session, measure, NOW + timedelta(hours=hours), actor=office, now=NOW)
    occurrences.note_due(session, now=NOW + timedelta(hours=1))
    (noted,) = list_open(session)
    delete_measure(session, measure, actor=office)
    occurrences.carry_out(session, noted.id, now=NOW)
    for table in (Measure, Schedule, Occurrence):
        assert session.exec(select(table)).all() == []


def test_stopping_a_schedule_that_is_due_ends_it_and_twice_changes_nothing(
    session: Session, office: Account
) -> None:
    campaign = make_campaign(session, office)
    daily = schedule_reports(session, campaign, DAILY, actor=office, now=NOW)
    occurrences.note_due(session, now=TOMORROW)
    for _ in range(2):
        stop_schedule(session, daily, actor=office, now=TOMORROW)
    assert [occurrence.outcome for occurrence in all_of(session)] == [Outcome.STOPPED]
    attempt_due(session, TOMORROW + timedelta(days=3))
    assert len(all_of(session)) == 1


def test_reports_are_ordered_once_at_a_time(session: Session, office: Account) -> None:
    campaign = make_campaign(session, office)
    assert order_reports(session, campaign, actor=office, now=NOW)
    assert order_reports(session, campaign, actor=office, now=NOW) is None
    (order,) = list_open(session)
    occurrences.finish(session, order.id, now=NOW)
    assert order_reports(session, campaign, actor=office, now=TOMORROW)
    assert len(all_of(session)) == 2


def test_reports_nobody_could_make_are_overtaken_by_the_next_of_their_schedule(
    session: Session, office: Account
) -> None:
    campaign = make_campaign(session, office)
    schedule_reports(session, campaign, DAILY, actor=office, now=NOW)
    for days in (1, 2, 3):
        occurrences.note_due(session, now=NOW + timedelta(days=days, hours=1))
    first, second, third = all_of(session)
    assert first.outcome == second.outcome == Outcome.PASSED_OVER
    assert (third.outcome, third.passed_over) == (None, 2)
    assert third.passed_over_since == first.due_at


@pytest.fixture
def order(session: Session, office: Account) -> int:
    order_reports(session, make_campaign(session, office), actor=office, now=NOW)
    return list_open(session)[0].id


def test_an_attempt_is_begun_by_one_and_the_next_one_waits_longer(
    session: Session, order: int
) -> None:
    waited = []
    now = NOW
    for number in range(1, 12):
        assert occurrences.begin(session, order, now=now) == number
        assert occurrences.begin(session, order, now=now) == 0
        occurrences.hand_over(session, order, number, "a flow run", now=now)
        assert occurrences.begin(session, order, now=now + LEASE * 10) == 0
        occurrences.give_up(session, order, number, now=now)
        waited.append((latest(session).again_at - now).total_seconds())
        now = latest(session).again_at
    assert waited == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_an_attempt_that_was_overtaken_is_told_so_and_may_still_finish(
    session: Session, order: int
) -> None:
    assert occurrences.begin(session, order, now=NOW) == 1
    occurrences.hand_over(session, order, 1, "a flow run", now=NOW)
    assert occurrences.show_life(session, order, 1, now=NOW, units=18, rendered=4)
    occurrence = latest(session)
    assert (occurrence.units, occurrence.rendered, standing_of(occurrence, None)) == (
        18,
        4,
        Standing.UNDER_WAY,
    )
    occurrences.give_up(session, order, 1, now=NOW)
    assert standing_of(latest(session), None) == Standing.AGAIN
    assert occurrences.begin(session, order, now=NOW + LEASE) == 2
    assert not occurrences.show_life(session, order, 1, now=NOW + LEASE)
    occurrences.finish(session, order, now=NOW + LEASE)
    assert not occurrences.show_life(session, order, 2, now=NOW + LEASE)
    occurrences.give_up(session, order, 2, now=NOW + LEASE)
    assert latest(session).outcome == Outcome.DONE


def test_looking_for_what_is_due_costs_two_statements_whatever_the_number_of_schedules(
    session: Session, office: Account
) -> None:
    campaign = make_campaign(session, office)
    counts = []
    for _ in range(2):
        schedule_reports(session, campaign, DAILY, actor=office, now=NOW)
        with statements(session) as log:
            assert not has_due(session, NOW)
            assert not list_open(session)
        counts.append(len(log))
    assert counts == [2, 2]
