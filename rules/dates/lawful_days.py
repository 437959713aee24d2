"""The holidays that the law fixes for every year, before the State Council has published a year.

Source: the Regulation on Public Holidays for National Annual Festivals and Memorial Days, as
amended in November 2024. Days off that make up for a holiday on a weekend, and weekends that are
worked for a long holiday, are published each November for the next year. They are not here.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from borax.calendars.lunardate import LunarDate, TermUtils

_BY_THE_SUN = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
_BY_THE_MOON = ((1, 1), (1, 2), (1, 3), (5, 5), (8, 15))
"""Three days of Spring Festival, Dragon Boat Festival, Mid-Autumn Festival."""


@lru_cache(maxsize=128)
def lawful_days(year: int) -> frozenset[date]:
    """The 13 days off of a year from 1901 to 2100; fewer where two of them fall on one day."""
    return frozenset(_days(year))


def _days(year: int) -> Iterator[date]:
    yield from (date(year, month, day) for month, day in _BY_THE_SUN)
    yield from (_by_the_moon(year, month, day) for month, day in _BY_THE_MOON)
    yield _by_the_moon(year, 1, 1) - timedelta(days=1)  # the eve
    yield TermUtils.day_start_from_term(year, "清明")


def _by_the_moon(year: int, month: int, day: int) -> date:
    found: date = LunarDate(year, month, day).to_solar_date()
    return found
