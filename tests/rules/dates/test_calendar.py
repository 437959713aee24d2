"""Working days in years that are published, and in years that are not published yet."""

from datetime import date

import pytest

from rules.dates.calendar import PUBLISHED
from rules.dates.lawful_days import lawful_days

LAWFUL_2027 = {
    date(2027, 1, 1),
    *(date(2027, 2, day) for day in (5, 6, 7, 8)),  # the eve and three days of Spring Festival
    date(2027, 4, 5),
    date(2027, 5, 1),
    date(2027, 5, 2),
    date(2027, 6, 9),
    date(2027, 9, 15),
    *(date(2027, 10, day) for day in (1, 2, 3)),
}


def test_the_law_fixes_thirteen_days_of_a_year() -> None:
    assert lawful_days(2027) == LAWFUL_2027


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_days_of_the_law_are_off_in_published_years(year: int) -> None:
    """What is worked out by the moon and the sun agrees with what was published."""
    assert not [day for day in lawful_days(year) if PUBLISHED.is_workday(day)]


def test_make_up_days_of_a_published_year_are_worked() -> None:
    assert PUBLISHED.is_workday(date(2026, 10, 10))  # a Saturday
    assert not PUBLISHED.is_workday(date(2026, 10, 7))  # a Wednesday


@pytest.mark.parametrize("day", sorted(LAWFUL_2027))
def test_a_year_that_is_not_published_has_the_days_of_the_law(day: date) -> None:
    assert day > PUBLISHED.known_until
    assert not PUBLISHED.is_workday(day)


def test_nothing_else_of_it_is_guessed() -> None:
    """3 May 2027 will probably make up for the Saturday before; nobody has said so yet."""
    assert PUBLISHED.is_workday(date(2027, 5, 3))
    assert not PUBLISHED.is_workday(date(2027, 10, 9))  # a Saturday


def test_working_days_are_counted_across_the_end_of_the_known_years() -> None:
    assert PUBLISHED.add_workdays(date(2026, 12, 31), 1) == date(2027, 1, 4)
    assert PUBLISHED.add_workdays(date(2027, 2, 4), 1) == date(2027, 2, 9)
    assert PUBLISHED.workdays_between(date(2027, 2, 4), date(2027, 2, 9)) == 1


def test_a_year_before_the_first_published_one_has_no_holidays() -> None:
    assert PUBLISHED.is_workday(date(2003, 10, 1))
