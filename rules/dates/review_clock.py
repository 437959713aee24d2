"""The clock on the reviewer: by when a submission is to be decided, and who is told after it.

A submission is due for review `review_days` working days after the day it was sent. That day is
kept with the assignment (`Assignment.review_due_on`), as its due date is; being overdue is derived.
"""

from datetime import date, datetime

from rules.dates.calendar import add_workdays, local_date

GRACE = 1
"""Working days an overdue review is the reviewer's own concern, before the unit above is told."""


def review_due(sent_at: datetime, review_days: int) -> date:
    """The last day on which a submission sent at `sent_at` (aware) is reviewed in time."""
    return add_workdays(local_date(sent_at), review_days)


def overdue_before(today: date, *, grace: int = 0) -> date:
    """A review that was due before this day, and still waits, is overdue on `today`.

    `grace`: for that many working days already.
    """
    return add_workdays(today, -grace) if grace else today
