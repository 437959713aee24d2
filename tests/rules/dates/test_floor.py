"""The floor: whole working days, weekends and holidays do not count."""

from datetime import date

import pytest

from rules.dates.calendar import PUBLISHED
from rules.dates.floor import under_floor, workdays_left

FRIDAY = date(2026, 12, 11)


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        (FRIDAY, date(2026, 12, 14), 1),  # the weekend is no time
        (FRIDAY, date(2026, 12, 13), 0),
        (FRIDAY, FRIDAY, 0),
        (FRIDAY, date(2026, 12, 1), 0),
        (date(2026, 9, 30), date(2026, 10, 8), 1),  # seven days off
        (date(2026, 10, 9), date(2026, 10, 12), 2),  # a Saturday that is worked
    ],
)
def test_only_whole_working_days_count(today: date, due: date, left: int) -> None:
    assert workdays_left(PUBLISHED, today, due) == left


def test_a_day_is_a_working_day_and_never_24_business_hours() -> None:
    """Other products take one day for 24 hours of eight-hour days, and give three."""
    assert PUBLISHED.add_workdays(FRIDAY, 1) == date(2026, 12, 14)


def test_the_floor_itself_is_enough() -> None:
    assert not under_floor(PUBLISHED, FRIDAY, date(2026, 12, 16), 3)
    assert under_floor(PUBLISHED, FRIDAY, date(2026, 12, 15), 3)
