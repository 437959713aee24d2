"""The days of calendars as a change of the calendars keeps them."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class ChangedDay:
    """One day of one calendar, before and after."""

    calendar_id: int
    day: date
    before: bool | None
    """Whether offices worked on it; None: it was like any other of its weekday."""
    after: bool | None
