"""The moments of a rhythm: working days, bounds, what is left out, and a calendar that changes."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Schedule, ScheduledWork, Shift
from rules.dates.calendar import PUBLISHED, Calendar, local_date
from rules.dates.recurrence import Recurrence, next_moments
from rules.dates.timetable import LAST_DAY, Rhythm, Timing, read_cron
from rules.sentences.refusal import Refusal

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
AT = time(9, 0)


def days(recurrence: Recurrence, count: int, now: datetime = NOW) -> list[str]:
    """On which days the work is done."""
    return [local_date(found.at).isoformat() for found in islice(recurrence.coming(now), count)]


def of(timing: Timing) -> Recurrence:
    return Recurrence(timing.cron, timing.shift)


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (Timing(Rhythm.MONTHLY, AT, LAST_DAY, shift=Shift.BEFORE),
         ["2026-11-30", "2026-12-31", "2027-01-29", "2027-02-26"]),
        (Timing(Rhythm.MONTHLY, AT, 25, shift=Shift.BEFORE),
         ["2026-11-25", "2026-12-25", "2027-01-25", "2027-02-25"]),
        (Timing(Rhythm.MONTHLY, AT, 28, shift=Shift.BEFORE), ["2026-11-27", "2026-12-28"]),
        (Timing(Rhythm.MONTHLY, AT, 1, shift=Shift.AFTER),
         ["2026-12-01", "2027-01-04", "2027-02-01"]),
        (Timing(Rhythm.HALF_YEARLY, AT, LAST_DAY), ["2026-12-31", "2027-06-30"]),
        (Timing(Rhythm.HALF_YEARLY, AT, 10), ["2027-01-10", "2027-07-10"]),
        (Timing(Rhythm.YEARLY, AT, LAST_DAY, 2), ["2027-02-28", "2028-02-29"]),
        (Timing(Rhythm.YEARLY, AT, 10, 12), ["2026-12-10", "2027-12-10"]),
        (Timing(Rhythm.DAILY, AT, shift=Shift.ONLY),
         ["2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"]),
    ],
)  # fmt: skip
def test_the_days_of_a_rhythm_and_what_becomes_of_days_off(
    timing: Timing, expected: list[str]
) -> None:
    assert days(of(timing), len(expected)) == expected


def test_the_period_is_that_of_the_day_of_the_rhythm_though_the_work_is_done_before() -> None:
    first = Timing(Rhythm.MONTHLY, AT, 1, shift=Shift.BEFORE)
    january = list(islice(of(first).coming(NOW), 2))[1]
    assert (january.day, local_date(january.at)) == (date(2027, 1, 1), date(2026, 12, 31))


def test_a_rhythm_has_a_start_an_end_and_days_left_out() -> None:
    monthly = Recurrence(
        "0 9 25 * *", starts_on=date(2026, 12, 1), ends_on=date(2027, 4, 25),
        skipped=frozenset({date(2027, 2, 25)}),
    )  # fmt: skip
    assert days(monthly, 9) == ["2026-12-25", "2027-01-25", "2027-03-25", "2027-04-25"]


@pytest.mark.parametrize(
    ("rhythm", "day", "month", "sentence"),
    [
        (Rhythm.YEARLY, 31, 2, "2月没有31日，这个安排永远不会办理"),
        (Rhythm.YEARLY, 30, 2, "2月没有30日"),
        (Rhythm.YEARLY, 31, 4, "4月没有31日"),
        (Rhythm.YEARLY, 29, 2, "只有闰年才有2月29日"),
        (Rhythm.YEARLY, 1, 13, "一年只有1月至12月"),
        (Rhythm.MONTHLY, 31, 12, "有的月份没有31日"),
        (Rhythm.HALF_YEARLY, 29, 12, "有的月份没有29日"),
    ],
)
def test_a_schedule_that_promises_what_cannot_happen_says_so(
    rhythm: Rhythm, day: int, month: int, sentence: str
) -> None:
    with pytest.raises(Refusal) as refused:
        Timing(rhythm, AT, day, month)
    assert sentence in str(refused.value.sentence)


def test_fields_that_name_a_day_no_year_has_give_no_moment_and_come_to_an_end() -> None:
    assert days(Recurrence("0 9 31 2 *"), 1) == []


@pytest.mark.parametrize("cron", ["*/5 * * * *", "0 9 25 * 1", "0 9 1,15 * *", "0 9 25 2,3 *"])
def test_times_that_nobody_can_choose_are_not_taken_for_others(cron: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_cron(cron)


@pytest.mark.parametrize("shift", Shift)
@pytest.mark.parametrize("rhythm", [Rhythm.HALF_YEARLY, Rhythm.YEARLY])
def test_long_rhythms_can_be_read_back(rhythm: Rhythm, shift: Shift) -> None:
    for day in (LAST_DAY, 1, 28):
        for month in range(1, 13) if rhythm is Rhythm.YEARLY else (12,):
            timing = Timing(rhythm, AT, day, month, shift)
            assert read_cron(timing.cron, shift) == timing


@given(
    shift=st.sampled_from([Shift.KEEP, Shift.BEFORE, Shift.AFTER]),
    off=st.sets(st.integers(0, 60), max_size=40),
    day=st.sampled_from([1, 10, 25, LAST_DAY]),
    looked_at=st.lists(st.integers(0, 140), min_size=1, max_size=8),
)
def test_a_holiday_put_in_meanwhile_neither_doubles_nor_loses_a_day(
    shift: Shift, off: set[int], day: int, looked_at: list[int]
) -> None:
    """Days are noted one after another, under a calendar that changes after the first look."""
    timing = Timing(Rhythm.MONTHLY, AT, day, shift=shift)
    changed = Calendar(
        {**PUBLISHED.days, **{NOW.date() + timedelta(number): False for number in off}},
        PUBLISHED.known_until,
    )
    calendar, noted = PUBLISHED, []
    first = next(Recurrence(timing.cron, shift).coming(NOW)).day
    start = first
    for number in [*sorted(looked_at), 200]:
        recurrence = Recurrence(timing.cron, shift, calendar=calendar)
        due = recurrence.due(first, NOW + timedelta(days=number))
        noted += [found.day for found in due]
        if due:
            first = next(recurrence.after(due[-1].day)).day
        calendar = changed
    planned = Recurrence(timing.cron).after(start - timedelta(days=1))
    assert noted == [found.day for found in islice(planned, len(noted))]
    assert noted[-1] > NOW.date() + timedelta(days=150)


def test_a_paused_schedule_has_no_next_moments() -> None:
    paused = Schedule(
        work=ScheduledWork.REPORT, unit_id=1, campaign_id=1, cron="0 9 25 * *", created_at=NOW,
        created_by=1,
    )  # fmt: skip
    assert next_moments(paused, 5) == []
