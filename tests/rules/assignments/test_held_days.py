"""The law of days: every working day of an assignment is booked to exactly one holder."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models import Status
from rules.assignments.held_days import (
    LIES_WITH,
    Crossing,
    Held,
    Holder,
    Lot,
    book,
    holder_of,
    tables,
)
from rules.assignments.states import NEXT, OUT
from rules.dates.calendar import PUBLISHED
from rules.dates.workday_numbers import workday_numbers

FIRST = date(2026, 9, 21)
TOWNSHIP = Lot(1, "township", False, 7, 3, "banner")
VILLAGE = Lot(1, "village", True, None, 7, "township")


def test_every_status_lies_with_somebody_or_is_over() -> None:
    assert set(LIES_WITH) == set(Status)
    over = {status for status, holder in LIES_WITH.items() if holder is None}
    assert over == {Status.APPROVED, Status.CLOSED, *OUT}


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[date, Status | None]]:
    """The statuses an assignment enters, each with its day; the last has no status."""
    day, status = FIRST + timedelta(days=draw(st.integers(0, 20))), Status.ISSUED
    life: list[tuple[date, Status | None]] = [(day, status)]
    for _ in range(draw(st.integers(0, 8))):
        following = sorted(set(NEXT[status].values()))
        if not following:
            break
        status = draw(st.sampled_from(following))
        day += timedelta(days=draw(st.integers(0, 9)))
        life.append((day, status))
    return [*life, (day + timedelta(days=draw(st.integers(0, 9))), None)]


def crossings(
    lot: Lot, life: list[tuple[date, Status | None]], below_done_on: date | None
) -> list[Crossing]:
    lefts = [None, *(status for _, status in life)]
    return [
        Crossing(lot, left, entered, day, below_done_on, 1)
        for left, (day, entered) in zip(lefts, life, strict=False)
    ]


def day_by_day(
    lot: Lot, life: list[tuple[date, Status | None]], below_done_on: date | None
) -> Counter[Holder]:
    """The same days, looked at one after the other."""
    found: Counter[Holder] = Counter()
    day = life[0][0]
    while day < life[-1][0]:
        day += timedelta(days=1)
        status = [status for on, status in life if on < day][-1]
        assert status is not None
        holder = holder_of(status, lot.lowest)
        if PUBLISHED.is_workday(day) and holder is not None:
            over = below_done_on is not None and below_done_on < day
            found[Holder.WRITE if holder == Holder.BELOW and over else holder] += 1
    return found


LOTS = st.sampled_from((TOWNSHIP, VILLAGE))


@given(st.lists(st.tuples(LOTS, lives(), st.none() | st.integers(0, 80))))
def test_the_booked_days_are_the_working_days_of_all_lives(
    all_lives: list[tuple[Lot, list[tuple[date, Status | None]], int | None]],
) -> None:
    steps, expected = [], {TOWNSHIP: Counter[Holder](), VILLAGE: Counter[Holder]()}
    for lot, life, done in all_lives:
        below = None if done is None or lot.lowest else FIRST + timedelta(days=done)
        steps += crossings(lot, life, below)
        expected[lot].update(day_by_day(lot, life, below))
    known = {step.on for step in steps} | {FIRST, FIRST + timedelta(days=80)}
    booked = book(steps, workday_numbers(known, PUBLISHED))
    for lot, days in expected.items():
        assert +booked.get(lot, Counter()) == +days
    made = tables(booked, dict.fromkeys(booked, 1), {})
    total = sum(sum(days.values()) for days in expected.values())
    assert sum(table.days for table in made.values()) == total


def test_waiting_for_a_review_is_booked_to_the_unit_above() -> None:
    booked = {
        VILLAGE: Counter({Holder.WRITE: 4, Holder.REVIEW: 9}),
        TOWNSHIP: Counter({Holder.GATE: 2, Holder.BELOW: 12, Holder.REVIEW: 1}),
    }
    table = tables(booked, {VILLAGE: 3, TOWNSHIP: 1}, {VILLAGE: 4})[1]
    assert table.levels["village"] == Held(assignments=3, write=4)
    assert table.levels["township"] == Held(assignments=1, gate=2, review=9, sent=4)
    assert table.levels["banner"].review == 1
    assert (table.below, table.held, table.days, table.assignments) == (12, 16, 28, 4)
    assert [unit_id for unit_id, _ in table.longest(9)] == [7, 3]


def test_villages_are_told_as_a_sum_only() -> None:
    table = tables({VILLAGE: Counter({Holder.WRITE: 4})}, {VILLAGE: 3}, {})[1]
    assert set(table.units) == {7}
    assert table.longest(9) == []
