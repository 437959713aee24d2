"""The clock on the reviewer: by when a submission is to be decided, and who is told after it.

A submission is due for review `review_days` working days after the day it was sent. Nothing is
stored: the moment a list compares with is worked out from the calendar once per request.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from rules.dates.calendar import SHANGHAI, add_workdays, local_date

MOST_REVIEW_DAYS = 30
"""The longest time a measure gives each level for its review."""
GRACE = 1
"""Working days an overdue review is the reviewer's own concern, before the unit above is told."""


def review_due(sent_at: datetime, review_days: int) -> date:
    """The last day on which a submission sent at `sent_at` (aware) is reviewed in time."""
    return add_workdays(local_date(sent_at), review_days)


@lru_cache(maxsize=256)
def overdue_before(today: date, review_days: int) -> datetime:
    """What was sent before this moment and still waits is overdue for review on `today`.

    Agrees with `review_due`: sent before it exactly when `review_due` is before `today`.
    """
    day = add_workdays(today, -review_days - 1)
    while add_workdays(day + timedelta(days=1), review_days) < today:
        day += timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
