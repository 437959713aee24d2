"""Dates in expressions: ISO texts of the years 1000 to 9999, and their days since 1970-01-01."""

import math
import re
from datetime import date

EPOCH = date(1970, 1, 1).toordinal()
FIRST, LAST = date(1000, 1, 1).toordinal() - EPOCH, date.max.toordinal() - EPOCH
DIRECTIVES = frozenset("Yymnde")

_DATE = re.compile(r"([1-9][0-9]{3})-([0-9]{2})-([0-9]{2})")
_DIRECTIVE = re.compile("%(.?)", re.DOTALL)


def read_day(text: str) -> date | None:
    """The date that an ISO text names; None for a text that names none."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def day_number(text: str) -> int | None:
    """The days from 1970-01-01 to an ISO date; None for a text that is no date."""
    day = read_day(text)
    return None if day is None else day.toordinal() - EPOCH


def day_text(number: float) -> str:
    """The ISO date `number` days after 1970-01-01; empty outside the years 1000 to 9999."""
    if not FIRST <= number < LAST + 1:
        return ""
    return date.fromordinal(math.floor(number) + EPOCH).isoformat()


def unknown_directive(template: str) -> str:
    """The first `%…` of a date template that is not supported; empty where all are supported."""
    for found in _DIRECTIVE.finditer(template):
        if found[1] not in DIRECTIVES:
            return found[0]
    return ""


def format_day(text: str, template: str) -> str:
    """An ISO date in the shape of `template`: %Y 2026, %y 26, %m 01, %n 1, %d 05, %e 5."""
    day = read_day(text)
    if day is None:
        return ""
    parts = {
        "Y": str(day.year),
        "y": f"{day.year % 100:02}",
        "m": f"{day.month:02}",
        "n": str(day.month),
        "d": f"{day.day:02}",
        "e": str(day.day),
    }
    return _DIRECTIVE.sub(lambda found: parts.get(found[1], ""), template)
