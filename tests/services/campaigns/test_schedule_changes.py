"""A schedule pauses and goes on, leaves a time out, gets other times, and follows holidays."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from sqlmodel import Session, col, select

from models import (
    Account,
    HandDown,
    Measure,
    MeasureAct,
    MeasureEvent,
    Occurrence,
    Outcome,
    Schedule,
    Shift,
    Trouble,
    TroubleKind,
    WorkName,
)
from queries.campaigns.occurrences import list_coming
from queries.campaigns.troubles import count_troubles, list_troubles
from rules.dates.calendar import PUBLISHED, Calendar
from rules.dates.recurrence import next_moments
from rules.dates.timetable import LAST_DAY, Rhythm, Timing
from rules.sentences.refusal import Refusal
from services.campaigns import occurrences
from services.campaigns.closings import close_measures, open_measure_again
from services.campaigns.schedule_changes import (
    go_on,
    keep_day,
    pause_schedule,
    retime_schedule,
    skip_day,
)
from services.campaigns.schedules import Bounds, schedule_periods, schedule_release, stop_schedule
from services.campaigns.troubles import Sighted, note_more, note_seen, settle_trouble, take_over
from tests.building import BANNER, make_account, make_measure
from tests.conftest import NOW
from tests.counting import statements
from tests.due import attempt_due

MONTHLY = Timing(Rhythm.MONTHLY, time(9, 0), 25)
LAST_WORKDAY = Timing(Rhythm.MONTHLY, time(9, 0), LAST_DAY, shift=Shift.BEFORE)
FEBRUARY = datetime(2027, 2, 3, 1, 0, tzinfo=UTC)


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def schedule(session: Session, office: Account) -> Schedule:
    measure = make_measure(session, office, due_rule="monthly:last")
    return schedule_periods(session, measure, MONTHLY, actor=office, now=NOW)


def opened(session: Session) -> list[str]:
    """The periods that were opened."""
    return list(session.exec(select(HandDown.period).order_by(col(HandDown.id))))


def test_a_pause_does_nothing_and_is_not_made_up_when_the_schedule_goes_on(
    session: Session, office: Account, schedule: Schedule
) -> None:
    for _ in range(2):
        pause_schedule(session, schedule, actor=office, now=NOW)
    assert list_coming(session) == []
    attempt_due(session, FEBRUARY)
    for _ in range(2):
        go_on(session, schedule, actor=office, now=FEBRUARY)
    attempt_due(session, FEBRUARY + timedelta(days=30))
    assert opened(session) == ["202702"]
    told = select(MeasureEvent.act).where(MeasureEvent.schedule_id == schedule.id)
    acts = session.exec(told.order_by(col(MeasureEvent.id))).all()
    assert acts[1:3] == [MeasureAct.CHANGE_SCHEDULE] * 2


def test_opening_a_measure_again_does_not_end_a_pause(
    session: Session, office: Account, schedule: Schedule
) -> None:
    attempt_due(session, NOW + timedelta(days=5))
    pause_schedule(session, schedule, actor=office, now=NOW)
    measure = session.get_one(Measure, schedule.measure_id)
    close_measures(session, [measure], actor=office, now=NOW)
    open_measure_again(session, measure, reason="再办", actor=office, now=NOW)
    assert list_coming(session) == []


def test_a_time_is_left_out_and_taken_back_in(
    session: Session, office: Account, schedule: Schedule
) -> None:
    december = date(2026, 12, 25)
    for _ in range(2):
        skip_day(session, schedule, december, actor=office, now=NOW)
    skip_day(session, schedule, date(2026, 11, 25), actor=office, now=NOW)
    assert schedule.next_day == date(2027, 1, 25)
    keep_day(session, schedule, december, actor=office, now=NOW)
    assert [found.day.month for found in next_moments(schedule, 3)] == [12, 1, 2]
    for day in (date(2026, 12, 24), date(2026, 10, 25)):
        with pytest.raises(Refusal, match="不能跳过"):
            skip_day(session, schedule, day, actor=office, now=NOW)
    with pytest.raises(Refusal, match="不能恢复"):
        keep_day(session, schedule, date(2026, 11, 25), actor=office, now=FEBRUARY)


def test_a_stopped_or_single_schedule_cannot_be_changed(
    session: Session, office: Account, schedule: Schedule
) -> None:
    stop_schedule(session, schedule, actor=office, now=NOW)
    once = schedule_release(session, make_measure(session, office), FEBRUARY, actor=office, now=NOW)
    for unfit in (schedule, once):
        with pytest.raises(Refusal, match="已经停止，或者只办一次"):
            pause_schedule(session, unfit, actor=office, now=NOW)


def test_a_rhythm_without_a_moment_between_start_and_end_is_refused(
    session: Session, office: Account
) -> None:
    measure = make_measure(session, office, due_rule="monthly:last")
    for bounds, sentence in (
        (Bounds(date(2026, 12, 1), date(2026, 12, 20)), "没有一次到时间"),
        (Bounds(date(2026, 12, 2), date(2026, 12, 1)), "不能早于"),
    ):
        with pytest.raises(Refusal, match=sentence):
            schedule_periods(session, measure, MONTHLY, bounds=bounds, actor=office, now=NOW)


def test_an_end_is_kept(session: Session, office: Account) -> None:
    measure = make_measure(session, office, due_rule="monthly:last")
    bounds = Bounds(date(2026, 12, 1), date(2027, 1, 31))
    schedule = schedule_periods(session, measure, MONTHLY, bounds=bounds, actor=office, now=NOW)
    for months in range(6):
        attempt_due(session, NOW + timedelta(days=31 * months))
    assert opened(session) == ["202612", "202701"]
    assert schedule.next_at is None


def test_the_last_day_missed_overnight_opens_that_month_and_not_the_next(
    session: Session, office: Account
) -> None:
    measure = make_measure(session, office, due_rule="monthly:last")
    late = Timing(Rhythm.MONTHLY, time(23, 50), LAST_DAY)
    schedule_periods(session, measure, late, actor=office, now=NOW)
    attempt_due(session, datetime(2026, 12, 1, 0, 30, tzinfo=UTC))
    assert opened(session) == ["202611"]


def test_the_first_of_a_month_opened_on_the_working_day_before_opens_its_own_month(
    session: Session, office: Account
) -> None:
    measure = make_measure(session, office, due_rule="monthly:last")
    first = Timing(Rhythm.MONTHLY, time(9, 0), 1, shift=Shift.BEFORE)
    schedule_periods(session, measure, first, actor=office, now=datetime(2026, 12, 2, tzinfo=UTC))
    attempt_due(session, datetime(2026, 12, 31, 1, 0, tzinfo=UTC))
    assert opened(session) == ["202701"]


def test_of_several_schedules_of_one_measure_one_late_opening_is_made(
    session: Session, office: Account, schedule: Schedule
) -> None:
    measure_id = schedule.measure_id
    for day in (5, 20):
        session.add(
            Schedule(
                work=schedule.work, unit_id=schedule.unit_id, campaign_id=schedule.campaign_id,
                measure_id=measure_id, cron=f"0 9 {day} * *", created_at=NOW,
                created_by=office.id, next_day=date(2026, 12, day),
                next_at=datetime(2026, 12, day, 1, 0, tzinfo=UTC),
            )
        )  # fmt: skip
    session.flush()
    attempt_due(session, datetime(2027, 1, 10, 1, 0, tzinfo=UTC))
    assert opened(session) == ["202701"]
    became = session.exec(select(Occurrence.outcome).order_by(col(Occurrence.due_at).desc())).all()
    assert became == [Outcome.DONE, Outcome.PASSED_OVER, Outcome.PASSED_OVER]


def test_a_holiday_put_in_moves_the_next_moment_and_nothing_is_lost(
    session: Session, office: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = make_measure(session, office, due_rule="monthly:last")
    schedule = schedule_periods(session, measure, LAST_WORKDAY, actor=office, now=NOW)
    assert schedule.next_at == datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
    assert occurrences.renew(session) == 0
    off = {date(2026, 11, 30): False, date(2026, 11, 27): False}
    changed = Calendar({**PUBLISHED.days, **off}, PUBLISHED.known_until)
    monkeypatch.setattr("queries.campaigns.courses.get_calendar_of", lambda *_: changed)
    assert occurrences.renew(session) == 1
    assert schedule.next_at == datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
    attempt_due(session, datetime(2026, 11, 28, 1, 0, tzinfo=UTC))
    attempt_due(session, datetime(2026, 12, 1, 1, 0, tzinfo=UTC))
    assert opened(session) == ["202611"]


@pytest.fixture
def changed(session: Session, schedule: Schedule) -> SimpleNamespace:
    """Notes a change of the schedule on Prefect's page."""

    def note(said: str, cron: str = "") -> Trouble:
        seen = Sighted(
            f"changed {said}", TroubleKind.PUT_RIGHT, WorkName.CARRY_OUT_DUE, "排查", said, cron,
            schedule_id=schedule.id,
        )  # fmt: skip
        note_more(session, [seen], now=NOW)
        return session.exec(select(Trouble).order_by(col(Trouble.id).desc())).all()[0]

    return SimpleNamespace(note=note)


def test_what_was_changed_on_prefects_page_is_taken_over_where_the_office_wants_it(
    session: Session, office: Account, schedule: Schedule, changed: SimpleNamespace
) -> None:
    take_over(session, changed.note("time", "15 10 20 * *"), actor=office, now=NOW)
    assert (schedule.cron, schedule.next_day) == ("15 10 20 * *", date(2026, 12, 20))
    take_over(session, changed.note("off"), actor=office, now=NOW)
    assert schedule.paused_at == NOW
    assert count_troubles(session, office.unit_id) == 0
    odd = changed.note("time", "*/5 * * * *")
    odd.cron = "*/5 * * * *"
    odd.ended_at = None
    with pytest.raises(Refusal, match="无法采用"):
        take_over(session, odd, actor=office, now=NOW)


def test_a_trouble_belongs_to_its_office_and_ends_when_it_is_read(
    session: Session, office: Account, schedule: Schedule, changed: SimpleNamespace
) -> None:
    beside = make_account(session, BANNER)
    trouble = changed.note("off")
    note_more(session, [Sighted("pool jieli", TroubleKind.POOL_PAUSED, WorkName.OTHER)], now=NOW)
    assert len(list_troubles(session, office.unit_id)) == 2
    assert [found.key for found in list_troubles(session, beside.unit_id)] == ["pool jieli"]
    settle_trouble(session, trouble, actor=office, now=NOW)
    note_seen(session, [], by="dispatcher", now=NOW + timedelta(days=3))
    assert list_troubles(session, office.unit_id) == []


def test_noting_costs_the_same_for_one_trouble_and_for_many(
    session: Session, schedule: Schedule
) -> None:
    def seen(count: int) -> list[Sighted]:
        return [
            Sighted(
                f"run {number}", TroubleKind.FAILED, WorkName.HAND_DOWN,
                measure_id=schedule.measure_id, since=NOW,
            )
            for number in range(count)
        ]  # fmt: skip

    counts = []
    for count in (1, 30):
        with statements(session) as log:
            note_seen(session, seen(count), by="dispatcher", now=NOW)
        counts.append(len(log))
    assert counts[0] == counts[1] <= 5


def test_a_retimed_schedule_goes_on_with_its_new_times(
    session: Session, office: Account, schedule: Schedule
) -> None:
    retime_schedule(session, schedule, LAST_WORKDAY, actor=office, now=NOW)
    attempt_due(session, datetime(2026, 11, 30, 1, 0, tzinfo=UTC))
    assert opened(session) == ["202611"]
    assert schedule.next_day == date(2026, 12, 31)
