"""The review clock: by when a submission is to be decided, and when the unit above learns of a
delay.

A submission is due for review `review_days` working days after the day of sending. The due day is
kept with the assignment (`Assignment.review_due_on`). Whether a review is overdue is derived.
"""

from datetime import date, datetime

from rules.dates.calendar import Calendar, local_date

GRACE = 1
"""Working days for which an overdue review concerns the reviewer alone; then the unit above is
told."""


def review_due(sent_at: datetime, review_days: int, calendar: Calendar) -> date:
    """The last day on which a submission sent at `sent_at` (aware) is reviewed in time.

    `calendar` is that of the unit that reviews.
    """
    return calendar.add_workdays(local_date(sent_at), review_days)


def told_above_before(today: date, calendar: Calendar) -> date:
    """The day before which a review that still waits must have been due for the unit above to be
    told of it on `today`. `calendar` is that of the unit that reviews.
    """
    return calendar.add_workdays(today, -GRACE)
