"""What a board draws: parts of a lane, days, marks and shades."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.assignments.board import (
    CoveragePoint,
    KeptCoverage,
    LanePart,
    LevelLane,
    coverage_by_day,
    shade,
    time_marks,
)

DAY = date(2026, 11, 23)


def day(number: int) -> date:
    return DAY + timedelta(days=number)


@given(*[st.integers(0, 30) for _ in range(5)])
def test_the_parts_of_a_lane_add_up_to_all_its_units(
    approved: int, waiting: int, answered: int, more_released: int, to_come: int
) -> None:
    submitted = approved + answered
    lane = LevelLane(
        "banner", issued=submitted + more_released + waiting, released=submitted + more_released,
        submitted=submitted, approved=approved, returned=0, overdue=0, to_come=to_come,
    )  # fmt: skip
    assert sum(lane.parts.values()) == lane.units
    assert lane.parts[LanePart.WAITING] == waiting
    assert lane.parts[LanePart.RELEASED] == more_released


def test_the_lowest_units_pass_nothing_on_and_wait_until_they_have_answered() -> None:
    lane = LevelLane("village", 10, 0, 4, 1, 2, 3, to_come=5)
    assert list(lane.parts.values()) == [1, 3, 0, 6, 5]


def test_a_day_on_which_nothing_was_kept_is_like_the_day_before() -> None:
    kept = [
        KeptCoverage(1, "once", day(0), 1, 0),
        KeptCoverage(2, "once", day(2), 5, 2),
        KeptCoverage(1, "once", day(3), 4, 1),
        KeptCoverage(1, "once", day(4), 90, 90),
    ]
    points = coverage_by_day(kept, CoveragePoint(day(4), 11, 6))
    assert [(point.reported, point.reviewed) for point in points] == [
        (1, 0), (1, 0), (6, 2), (9, 3), (11, 6),
    ]  # fmt: skip


def test_without_kept_days_there_is_today() -> None:
    now = CoveragePoint(DAY, 3, 1)
    assert coverage_by_day([], now) == [now]


def test_marks_lie_between_the_first_and_the_last_day_and_dates_have_room() -> None:
    marks = time_marks([day(0), day(1), day(50), day(99), day(100), day(50)], room=0.13)
    assert [mark.place for mark in marks] == [0, 0.01, 0.5, 0.99, 1]
    assert [mark.labelled for mark in marks] == [True, False, True, False, True]


def test_a_single_day_is_a_time_line_as_well() -> None:
    assert [mark.place for mark in time_marks([DAY], room=0.13)] == [0]
    assert time_marks([], room=0.13) == []


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(0, 0, 0), (0, 9, 0), (1, 100, 1), (25, 100, 2), (99, 100, 4), (100, 100, 5)],
)
def test_only_everything_is_the_darkest_shade(part: int, whole: int, expected: int) -> None:
    assert shade(part, whole) == expected
