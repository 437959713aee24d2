from collections import Counter
from itertools import pairwise
from random import Random
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.forms.form_check import check_form
from rules.forms.form_fields import dump_form
from rules.forms.minutes import (
    EDGES,
    ENOUGH,
    LONGEST,
    SHORTEST,
    bucket_of,
    fill_cost,
    median_seconds,
    minutes,
)

FIELDS = check_form(
    [
        {"name": "checked", "label": "排查户数", "type": "integer"},
        {"name": "note", "label": "情况", "type": "text", "multiline": True},
    ]
)
SECONDS = st.floats(SHORTEST, LONGEST)


@given(st.floats(-1e9, 1e9))
def test_every_filling_falls_into_the_bucket_that_holds_it(seconds: float) -> None:
    edge = bucket_of(seconds)
    clamped = min(max(seconds, SHORTEST), LONGEST)
    below = [lower for lower in EDGES if lower < edge]
    assert clamped <= edge
    assert not below or clamped > below[-1]


def test_buckets_grow_by_a_quarter_from_five_seconds_to_four_hours() -> None:
    assert (EDGES[0], EDGES[-1]) == (5, 4 * 3600)
    ratios = [after / before for before, after in pairwise(EDGES[4:])]
    assert max(ratios) < 1.29
    assert len(EDGES) < 40


@given(st.lists(SECONDS, min_size=1, max_size=200))
def test_the_median_lies_in_the_bucket_of_the_true_one(taken: list[Any]) -> None:
    found = median_seconds(Counter(map(bucket_of, taken)))
    ordered = sorted(taken)
    low, high = ordered[(len(taken) - 1) // 2], ordered[len(taken) // 2]
    below = [edge for edge in EDGES if edge < bucket_of(low)]
    assert (below[-1] if below else 0) <= found <= bucket_of(high)


@given(st.lists(SECONDS, min_size=1, max_size=60), st.randoms())
def test_the_order_of_fillings_changes_nothing(taken: list[Any], mixed: Random) -> None:
    others = list(taken)
    mixed.shuffle(others)
    counts = [Counter(map(bucket_of, seconds)) for seconds in (taken, others)]
    assert median_seconds(counts[0]) == median_seconds(counts[1])


def test_many_even_fillings_come_close_to_their_median() -> None:
    taken = [60 + place for place in range(600)]
    assert median_seconds(Counter(map(bucket_of, taken))) == pytest.approx(median(taken), rel=0.05)


def test_a_cost_is_guessed_until_there_are_enough_fillings() -> None:
    few, enough = {300: ENOUGH - 1}, {bucket_of(200): ENOUGH}
    assert fill_cost(FIELDS, few) == fill_cost(FIELDS, {})
    assert (fill_cost(FIELDS, few).minutes, fill_cost(FIELDS, few).answers) == (minutes(FIELDS), 0)
    measured = fill_cost(FIELDS, enough)
    assert (measured.minutes, measured.answers) == (4, ENOUGH)


def test_a_form_filled_in_seconds_still_costs_a_minute() -> None:
    assert fill_cost(FIELDS, {5: 100}).minutes == 1


def test_what_nobody_has_to_type_costs_nothing() -> None:
    shown = {"name": "area", "label": "网格", "type": "text", "multiline": True,
             "default": "一号", "readonly": True}  # fmt: skip
    summed = {"name": "all", "label": "合计", "type": "decimal", "calculation": "${checked} * 2"}
    with_both = check_form([*dump_form(FIELDS), shown, summed])
    assert minutes(with_both) == minutes(FIELDS)
