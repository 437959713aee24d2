"""A rhythm that does not fit its measure's due date is asked about, with a period and a day."""

from datetime import UTC, datetime, time

import pytest

from models import Shift
from rules.campaigns.rhythm_fit import list_misfits, openings
from rules.dates.due import parse_due
from rules.dates.recurrence import Recurrence
from rules.dates.timetable import LAST_DAY, Rhythm, Timing

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MORNING = time(8, 30)
FLOOR = 3


def misfits(rule: str, timing: Timing, below: int = 0) -> list[str]:
    due = parse_due(rule)
    moments = Recurrence(timing.cron, timing.shift).coming(NOW)
    return [str(sentence) for sentence in list_misfits(openings(moments, due, below), due, FLOOR)]


@pytest.mark.parametrize(
    ("rule", "timing", "asked"),
    [
        ("monthly:5", Timing(Rhythm.MONTHLY, MORNING, 20),
         "2026年12月20日（周日） 下发的是2026年12月，"
         "要求基层 2026年12月5日（周六） 前报送，那时已经过了。"),
        ("monthly:25", Timing(Rhythm.MONTHLY, MORNING, 23),
         "2026年12月23日（周三） 下发2026年12月，"
         "要求基层 2026年12月25日（周五） 前报送，只有 2 个工作日。"),
        ("weekly:5", Timing(Rhythm.MONTHLY, MORNING, 7),
         "2026年第51周没有一次到时间，这一期不会下发。"),
        ("quarterly:last", Timing(Rhythm.MONTHLY, MORNING, 1),
         "2027年第1季度不止一次到时间：第一次下发，2027年2月1日（周一） 等其余几次什么也不做。"),
        ("quarterly:last", Timing(Rhythm.QUARTERLY, MORNING, 5), None),
        ("half_yearly:last", Timing(Rhythm.HALF_YEARLY, MORNING, 5), None),
        ("yearly:last", Timing(Rhythm.YEARLY, MORNING, 1, 3), None),
        ("weekly:5", Timing(Rhythm.WEEKLY, MORNING, 1), None),
        ("weekly:7", Timing(Rhythm.WEEKLY, MORNING, 1, shift=Shift.AFTER), None),
    ],
)  # fmt: skip
def test_what_is_odd_about_a_rhythm_is_named_by_period_and_day(
    rule: str, timing: Timing, asked: str | None
) -> None:
    found = misfits(rule, timing)
    assert asked in found if asked else found == []


def test_the_days_that_levels_between_take_count() -> None:
    opened = Timing(Rhythm.MONTHLY, MORNING, 20)
    assert misfits("monthly:28", opened) == []
    assert "只有 2 个工作日" in misfits("monthly:28", opened, below=4)[0]


def test_a_period_opened_on_its_last_day_is_too_late_for_a_due_date_in_it() -> None:
    assert "已经过了" in misfits("monthly:25", Timing(Rhythm.MONTHLY, MORNING, LAST_DAY))[0]
