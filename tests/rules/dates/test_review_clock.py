from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rules.dates.calendar import PUBLISHED
from rules.dates.review_clock import GRACE, review_due, told_above_before


def test_a_review_is_due_working_days_after_the_day_it_was_sent() -> None:
    friday_evening = datetime(2026, 11, 27, 15, 59, tzinfo=UTC)  # 23:59 in Hohhot
    assert review_due(friday_evening, 2, PUBLISHED) == date(2026, 12, 1)
    assert review_due(friday_evening + timedelta(minutes=1), 2, PUBLISHED) == date(2026, 12, 1)
    assert review_due(friday_evening, 0, PUBLISHED) == date(2026, 11, 27)


@given(st.integers(0, 1_100), st.integers(-3, 40))
def test_the_day_lists_compare_with_agrees_with_the_due_day(days: int, waited: int) -> None:
    due = PUBLISHED.add_workdays(date(2025, 1, 1) + timedelta(days=days), 0)
    today = due + timedelta(days=waited)
    told = PUBLISHED.add_workdays(due, GRACE) < today
    assert (due < told_above_before(today, PUBLISHED)) is told
