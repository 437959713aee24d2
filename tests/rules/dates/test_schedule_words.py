"""Offices write times in their own words; what is not understood is named and not guessed."""

from datetime import time

import pytest

from models import Shift
from rules.dates.schedule_words import read_words
from rules.dates.timetable import LAST_DAY, Rhythm, Timing
from rules.sentences.refusal import Refusal

NINE = time(9, 0)
DEFAULT = time(8, 30)


@pytest.mark.parametrize(
    ("text", "timing"),
    [
        ("每月25日 09:00", Timing(Rhythm.MONTHLY, NINE, 25)),
        ("每月２５日０９：００", Timing(Rhythm.MONTHLY, NINE, 25)),
        ("每个月二十五号上午9点", Timing(Rhythm.MONTHLY, NINE, 25)),
        ("25日", Timing(Rhythm.MONTHLY, DEFAULT, 25)),
        ("最后一个工作日, 09:00", Timing(Rhythm.MONTHLY, NINE, LAST_DAY, shift=Shift.BEFORE)),
        ("每月最后一个工作日下午3点半",
         Timing(Rhythm.MONTHLY, time(15, 30), LAST_DAY, shift=Shift.BEFORE)),
        ("每月第一个工作日", Timing(Rhythm.MONTHLY, DEFAULT, 1, shift=Shift.AFTER)),
        ("每月25日，或前一个工作日，9点", Timing(Rhythm.MONTHLY, NINE, 25, shift=Shift.BEFORE)),
        ("每月25日（遇节假日提前）9:00", Timing(Rhythm.MONTHLY, NINE, 25, shift=Shift.BEFORE)),
        ("每月十日，遇休息日顺延", Timing(Rhythm.MONTHLY, DEFAULT, 10, shift=Shift.AFTER)),
        ("月底 17:00", Timing(Rhythm.MONTHLY, time(17, 0), LAST_DAY)),
        ("每周五 17:00", Timing(Rhythm.WEEKLY, time(17, 0), 5)),
        ("每星期日晚上8点", Timing(Rhythm.WEEKLY, time(20, 0), 7)),
        ("每天8点15分", Timing(Rhythm.DAILY, time(8, 15))),
        ("每个工作日 17:30", Timing(Rhythm.DAILY, time(17, 30), shift=Shift.ONLY)),
        ("每季度最后一天", Timing(Rhythm.QUARTERLY, DEFAULT, LAST_DAY)),
        ("每季度首月5日", Timing(Rhythm.QUARTERLY, DEFAULT, 5)),
        ("季末最后一个工作日", Timing(Rhythm.QUARTERLY, DEFAULT, LAST_DAY, shift=Shift.BEFORE)),
        ("每半年最后一天 9点", Timing(Rhythm.HALF_YEARLY, NINE, LAST_DAY)),
        ("每年12月20日", Timing(Rhythm.YEARLY, DEFAULT, 20, 12)),
        ("每年二月最后一天", Timing(Rhythm.YEARLY, DEFAULT, LAST_DAY, 2)),
        ("Monthly on the 25th, 09:00", Timing(Rhythm.MONTHLY, NINE, 25)),
        ("last working day 9:00", Timing(Rhythm.MONTHLY, NINE, LAST_DAY, shift=Shift.BEFORE)),
        ("the 25th or the working day before",
         Timing(Rhythm.MONTHLY, DEFAULT, 25, shift=Shift.BEFORE)),
        ("Every Friday at 17:00", Timing(Rhythm.WEEKLY, time(17, 0), 5)),
        ("every working day 17:30", Timing(Rhythm.DAILY, time(17, 30), shift=Shift.ONLY)),
        ("last day of the quarter", Timing(Rhythm.QUARTERLY, DEFAULT, LAST_DAY)),
        ("yearly on 20 December", Timing(Rhythm.YEARLY, DEFAULT, 20, 12)),
        ("年底", Timing(Rhythm.YEARLY, DEFAULT, LAST_DAY, 12)),
    ],
)  # fmt: skip
def test_times_are_read_in_the_offices_own_words(text: str, timing: Timing) -> None:
    assert read_words(text, DEFAULT) == timing


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("尽快", "是哪一天"),
        ("as soon as possible", "是哪一天"),
        ("every other friday", "没有看懂"),
        ("每月", "是哪一天"),
        ("每年20日", "是哪一天"),
        ("每月25日和26日", "没有看懂“26日”"),
        ("隔周周五", "是哪一天"),
        ("每两周五 17:00", "是哪一天"),
        ("每月25日 25:00", "没有“25:00”这个时间"),
        ("每年2月31日", "2月没有31日"),
        ("每年2月29日", "只有闰年"),
        ("每月31日", "有的月份没有31日"),
        ("每月第二个星期五", "没有看懂"),
    ],
)
def test_what_is_not_understood_or_cannot_happen_is_told(text: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_words(text, DEFAULT)
    assert sentence in str(refused.value.sentence)
