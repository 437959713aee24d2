from datetime import UTC, date, datetime, time
from itertools import product

import pytest

from rules.dates.recurrence import Recurrence
from rules.dates.timetable import LAST_DAY, Rhythm, Timing, moment, read_cron
from rules.sentences.refusal import Refusal

MONDAY_MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai."""


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (Timing(Rhythm.DAILY, time(17, 30)), datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
        (Timing(Rhythm.DAILY, time(9, 0)), datetime(2026, 11, 24, 1, 0, tzinfo=UTC)),
        (Timing(Rhythm.WEEKLY, time(6, 0), 7), datetime(2026, 11, 28, 22, 0, tzinfo=UTC)),
        (Timing(Rhythm.MONTHLY, time(8, 0), 25), datetime(2026, 11, 25, 0, 0, tzinfo=UTC)),
        (Timing(Rhythm.MONTHLY, time(8, 0), LAST_DAY), datetime(2026, 11, 30, 0, 0, tzinfo=UTC)),
        (Timing(Rhythm.QUARTERLY, time(8, 0), 5), datetime(2027, 1, 5, 0, 0, tzinfo=UTC)),
        (Timing(Rhythm.QUARTERLY, time(8, 0), LAST_DAY), datetime(2026, 12, 31, 0, 0, tzinfo=UTC)),
    ],
)
def test_the_next_occurrence_is_counted_in_shanghai(timing: Timing, expected: datetime) -> None:
    assert next(Recurrence(timing.cron).coming(MONDAY_MORNING)).at == expected


def test_every_rhythm_can_be_read_back_from_its_cron_fields() -> None:
    days = {Rhythm.DAILY: [1], Rhythm.WEEKLY: range(1, 8)}
    for rhythm in set(Rhythm) - {Rhythm.ONCE}:
        for day, hour in product(days.get(rhythm, range(LAST_DAY, 29)), (0, 23)):
            timing = Timing(rhythm, time(hour, 5), day)
            assert read_cron(timing.cron) == timing


@pytest.mark.parametrize(
    ("rhythm", "day"), [(Rhythm.WEEKLY, 0), (Rhythm.WEEKLY, 8), (Rhythm.MONTHLY, 29)]
)
def test_a_day_that_some_month_or_week_lacks_is_refused(rhythm: Rhythm, day: int) -> None:
    with pytest.raises(Refusal):
        Timing(rhythm, time(8, 0), day)


def test_a_rhythm_of_once_has_no_cron_fields() -> None:
    with pytest.raises(Refusal, match="没有周期"):
        Timing(Rhythm.ONCE, time(8, 0))


def test_a_moment_is_a_shanghai_day_and_time() -> None:
    assert moment(date(2026, 11, 23), time(9, 0)) == MONDAY_MORNING
