"""The ladder: which due dates reach a step on which working day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.dates.calendar import PUBLISHED
from rules.messages.ladder import (
    USUAL,
    Ladder,
    Rung,
    check_ladder,
    read_steps,
    steps_of,
)
from rules.sentences.refusal import Refusal

MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)
BARE = Ladder(before=(), after=(), above=(), higher=())


def due_dates(ladder: Ladder, today: date, rung: Rung, since: date | None = None) -> list[date]:
    return sorted(
        due
        for due, rungs in steps_of(ladder, today, PUBLISHED, since=since).items()
        if rung in rungs
    )


def test_steps_are_counted_in_working_days_and_never_spent_on_a_weekend() -> None:
    day_before = BARE._replace(before=(1,))
    assert due_dates(day_before, FRIDAY, Rung.UNIT) == [date(2026, 11, 30)]
    day_after = BARE._replace(after=(1,))
    weekend = [FRIDAY, date(2026, 11, 28), date(2026, 11, 29)]
    assert due_dates(day_after, date(2026, 11, 30), Rung.UNIT) == weekend


def test_what_is_due_on_a_day_off_is_told_on_the_working_day_before() -> None:
    on_the_day = BARE._replace(before=(0,))
    assert due_dates(on_the_day, FRIDAY, Rung.UNIT) == [
        FRIDAY, date(2026, 11, 28), date(2026, 11, 29),
    ]  # fmt: skip


@given(
    due=st.dates(date(2026, 9, 1), date(2027, 3, 1)),
    number=st.integers(0, 8),
    rung=st.sampled_from(["before", "after"]),
)
def test_a_step_falls_on_one_working_day(due: date, number: int, rung: str) -> None:
    steps = (number,) if rung == "before" else (number + 1,)
    ladder = BARE._replace(before=steps) if rung == "before" else BARE._replace(after=steps)
    near = (due + timedelta(days=away) for away in range(-40, 41))
    told_on = [
        day
        for day in near
        if PUBLISHED.is_workday(day) and due in due_dates(ladder, day, Rung.UNIT)
    ]  # fmt: skip
    (day,) = told_on
    expected = PUBLISHED.workdays_between(*((due, day) if rung == "after" else (day, due)))
    assert expected == (number + 1 if rung == "after" else number)


def test_steps_of_days_on_which_nothing_ran_are_made_up_once() -> None:
    since = MONDAY
    caught_up = steps_of(USUAL, FRIDAY, PUBLISHED, since=since)
    day_by_day: dict[date, set[Rung]] = {}
    for day in range(24, 28):
        for due, rungs in steps_of(USUAL, date(2026, 11, day), PUBLISHED).items():
            day_by_day.setdefault(due, set()).update(rungs)
    assert caught_up == day_by_day
    the_day_before = steps_of(USUAL, FRIDAY, PUBLISHED, since=date(2026, 11, 26))
    assert the_day_before == steps_of(USUAL, FRIDAY, PUBLISHED)


def test_the_unit_above_is_told_later_and_the_next_one_after_that() -> None:
    ladder = BARE._replace(above=(2,), higher=(4,))
    assert due_dates(ladder, FRIDAY, Rung.ABOVE) == [date(2026, 11, 25)]
    assert due_dates(ladder, FRIDAY, Rung.HIGHER) == [MONDAY]
    assert not due_dates(ladder, FRIDAY, Rung.UNIT)


@pytest.mark.parametrize(
    ("at", "spoken"),
    [
        (datetime(2026, 11, 27, 0, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 27, 1, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 27, 9, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 27, 10, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 28, 2, 0, tzinfo=UTC), False),
        (datetime(2026, 10, 1, 2, 0, tzinfo=UTC), False),
        (datetime(2026, 10, 10, 2, 0, tzinfo=UTC), True),
    ],
    ids=["early", "opens", "last minute", "closed", "Saturday", "National Day", "make-up day"],
)
def test_nobody_is_reminded_on_days_off_and_in_quiet_hours(at: datetime, spoken: bool) -> None:
    assert USUAL.speaks_at(at, PUBLISHED) is spoken


def test_typed_steps_are_read_and_put_in_order() -> None:
    assert read_steps("5、1，3 3") == (5, 1, 3, 3)
    assert read_steps("") == ()
    checked = check_ladder(USUAL._replace(after=(5, 1, 3, 3)))
    assert checked.after == (1, 3, 5)
    with pytest.raises(Refusal, match="不是一串工作日数"):
        read_steps("明天")


@pytest.mark.parametrize(
    ("ladder", "told"),
    [
        (USUAL._replace(after=(0,)), "在 1 到 60 之间"),
        (USUAL._replace(before=(61,)), "在 0 到 60 之间"),
        (USUAL._replace(after=tuple(range(1, 12))), "最多写 10 个数"),
        (USUAL._replace(opens_at=18, closes_at=9), "开始时间要早于结束时间"),
        (USUAL._replace(above=(5,), higher=(2,)), "不能早于上级单位"),
    ],
    ids=["zero after", "too far", "too many", "hours", "order"],
)
def test_a_ladder_that_makes_no_sense_is_refused(ladder: Ladder, told: str) -> None:
    with pytest.raises(Refusal, match=told):
        check_ladder(ladder)
