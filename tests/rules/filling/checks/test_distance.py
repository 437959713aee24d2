from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from rules.filling.checks.distance import SMALL, far_apart, is_outlier, robust_score, step

NUMBERS = st.decimals(-1_000_000, 1_000_000, places=2)
MANY = st.lists(NUMBERS, min_size=1, max_size=30)
SCALES = st.sampled_from([Decimal(2) ** power for power in range(-6, 12)])


@given(NUMBERS, MANY, SCALES)
def test_other_units_of_measurement_change_nothing(
    value: Decimal, others: list[Decimal], scale: Decimal
) -> None:
    scaled = [other * scale for other in others]
    assert robust_score(value * scale, scaled, SMALL * scale) == robust_score(value, others)
    assert is_outlier(value * scale, scaled, SMALL * scale) == is_outlier(value, others)


@given(st.data(), NUMBERS, MANY)
def test_the_order_of_the_others_changes_nothing(
    data: DataObject, value: Decimal, others: list[Decimal]
) -> None:
    mixed = data.draw(st.permutations(others))
    assert robust_score(value, mixed) == robust_score(value, others)


@given(NUMBERS, NUMBERS)
def test_far_apart_is_the_same_from_both_sides(first: Decimal, other: Decimal) -> None:
    assert far_apart(first, other) == far_apart(other, first)


@given(NUMBERS, MANY)
def test_losses_are_judged_as_gains(value: Decimal, others: list[Decimal]) -> None:
    assert robust_score(-value, [-other for other in others]) == robust_score(value, others)


@given(NUMBERS, MANY)
def test_what_is_far_from_others_is_three_times_their_median_at_least(
    value: Decimal, others: list[Decimal]
) -> None:
    if is_outlier(value, others):
        steps = sorted(step(other) for other in others)
        middle = (steps[(len(steps) - 1) // 2] + steps[len(steps) // 2]) / 2
        assert abs(step(value) - middle) >= step(SMALL * 3) - 1e-6


@given(st.lists(NUMBERS, min_size=9, max_size=30), NUMBERS)
def test_a_few_wild_numbers_do_not_hide_another(others: list[Any], wild: Decimal) -> None:
    """The reason for medians: a mean would follow the wild ones."""
    calm = [Decimal(50)] * (3 * len(others))
    assert is_outlier(Decimal(5_000), [*calm, *others])


def test_small_numbers_are_not_told_apart() -> None:
    assert not far_apart(Decimal(1), Decimal(9))
    assert not is_outlier(Decimal(9), [Decimal(0)] * 20)


def test_three_times_as_much_is_far_and_a_bit_less_is_not() -> None:
    assert far_apart(Decimal(30), Decimal(90))
    assert not far_apart(Decimal(30), Decimal("89.9"))
    assert far_apart(Decimal(0), Decimal(30))
    assert far_apart(Decimal(-20), Decimal(20))


def test_a_number_is_not_far_from_others_that_differ_as_much_among_themselves() -> None:
    spread = [Decimal(2) ** power for power in range(4, 16)]
    assert not is_outlier(Decimal(2) ** 15, spread)
    assert is_outlier(Decimal(2) ** 15, [Decimal(100), Decimal(110), Decimal(130)] * 4)
