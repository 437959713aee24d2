"""A gate opens before the lowest level loses its days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.dates.calendar import PUBLISHED
from rules.dates.due import parse_due
from rules.dates.gates import Opening, Way, last_day_to_hold, opening

LEVELS = ("league", "banner", "township", "village")
TODAY = date(2026, 11, 23)


def way(rule: str = "2026-12-18", review_days: int = 1) -> Way:
    return Way(parse_due(rule), LEVELS, "once", review_days, PUBLISHED)


def test_the_lowest_level_is_due_after_the_reviews_of_all_levels_above() -> None:
    assert way().lowest_due("league", None, TODAY) == date(2026, 12, 15)


def test_an_earlier_date_set_above_counts_with_the_reviews_below_it() -> None:
    cap = date(2026, 12, 8)
    assert way().lowest_due("league", cap, TODAY) == date(2026, 12, 4)
    assert way().lowest_due("township", cap, TODAY) == cap
    assert way().lowest_due("township", date(2026, 12, 30), TODAY) == date(2026, 12, 15)


@pytest.mark.parametrize("rule", ["workdays:2", "days:3"])
def test_a_rule_after_receipt_loses_nothing_by_waiting(rule: str) -> None:
    assert way(rule).lowest_due("league", None, TODAY) is None
    assert not way(rule).must_open("league", None, 3, TODAY)
    assert way(rule).lowest_due("township", TODAY, TODAY) == TODAY


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 10), st.integers(0, 30))
def test_on_the_last_day_the_floor_is_left_and_on_the_next_working_day_it_is_not(
    due: date, floor: int, days: int
) -> None:
    last = last_day_to_hold(due, floor, PUBLISHED)
    assert PUBLISHED.workdays_between(last, due) >= floor
    later = last + timedelta(days=1 + days)
    if PUBLISHED.workdays_between(last, later) > 0:
        assert PUBLISHED.workdays_between(later, due) < floor or later > due
    held = Way(parse_due(due.isoformat()), ["village"], "once", 0, PUBLISHED)
    assert held.must_open("village", None, floor, last)
    assert not held.must_open("village", None, floor, last - timedelta(days=1))


def test_a_gate_opens_at_its_own_time_or_before_for_the_lowest_level() -> None:
    own = date(2026, 12, 1)

    def opens(way: Way) -> Opening:
        return opening(way, "league", own=own, lower_due_on=None, floor=3, today=TODAY)

    assert opens(way()) == Opening(own, False)
    assert opens(way("2026-12-07")) == Opening(date(2026, 11, 27), True)
    assert opens(way("workdays:2")) == Opening(own, False)
