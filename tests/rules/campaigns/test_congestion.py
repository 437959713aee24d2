"""What falls due day by day, and on which day there is room."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rules.campaigns.congestion import (
    ROOM,
    AlikeUnits,
    DayLoad,
    DueWork,
    day_loads,
    day_with_room,
    quantile,
)

DAY = date(2026, 12, 1)
NEW = 99
PLAIN = AlikeUnits(90, frozenset({1, NEW}))
TAGGED = AlikeUnits(10, frozenset({1, 2, NEW}))
OTHERS = AlikeUnits(500, frozenset({1, 3}))


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def load(number: int, high: int) -> DayLoad:
    return DayLoad(day(number), 1, high, high)


def test_what_is_due_at_every_unit_is_the_median_and_what_few_owe_is_in_the_tail() -> None:
    work = [DueWork(1, DAY, 600, 10), DueWork(2, DAY, 10, 30), DueWork(3, DAY, 500, 40)]
    (found,) = day_loads([PLAIN, TAGGED, OTHERS], NEW, work, [DAY])
    assert found == DayLoad(DAY, 2, median=10, high=40), "measure 3 is meant for other units"


def test_a_measure_at_half_of_its_units_counts_at_half_of_them() -> None:
    half = [DueWork(1, DAY, 300, 10)]
    (found,) = day_loads([PLAIN, TAGGED, OTHERS], NEW, half, [DAY])
    assert (found.median, found.high) == (0, 10)


def test_a_day_on_which_nothing_is_due_is_empty() -> None:
    work = [DueWork(1, DAY, 600, 10)]
    assert day_loads([PLAIN], NEW, work, [day(1)]) == [DayLoad(day(1), 0, 0, 0)]
    assert day_loads([], NEW, work, [DAY]) == [DayLoad(DAY, 0, 0, 0)]


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(1, 90)), max_size=40))
def test_the_median_is_never_above_the_tail_nor_the_tail_above_everything(
    given_work: list[tuple[int, int]],
) -> None:
    work = [DueWork(1, DAY, units, minutes) for units, minutes in given_work]
    (found,) = day_loads([PLAIN, OTHERS], NEW, work, [DAY])
    assert 0 <= found.median <= found.high <= sum(minutes for _, minutes in given_work)


def test_quantiles_of_nothing_are_nothing() -> None:
    assert quantile({}, 0.5) == 0
    assert [quantile({0: 50, 10: 45, 90: 5}, part) for part in (0.5, 0.95, 1.0)] == [0, 10, 90]


def test_the_day_wanted_is_kept_where_it_has_room_and_else_the_nearest_with_room() -> None:
    loads = [load(number, high) for number, high in enumerate((0, 0, 50, 55, 50, 0, 10))]
    assert day_with_room(loads, 10, day(2), day(0)) == loads[2]
    assert day_with_room(loads, 15, day(3), day(0)) == loads[5], "the later one of two"
    assert day_with_room(loads, 15, day(2), day(0)) == loads[1]


def test_no_day_before_the_floor_is_proposed() -> None:
    loads = [load(0, 0), load(1, 90), load(2, 80)]
    assert day_with_room(loads, 5, day(0), day(1)) == loads[2], "the least full of the full"
    assert day_with_room(loads, 5, day(0), day(9)) is None
    assert loads[0].high + 5 <= ROOM
