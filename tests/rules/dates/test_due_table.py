"""Each level's date, worked out for checking by hand."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.dates.calendar import PUBLISHED
from rules.dates.due import parse_due
from rules.dates.due_table import LevelDue, due_table, odd_dates

FRIDAY = date(2026, 12, 11)


def _table(rule: str, received: date = FRIDAY, *, levels: int = 4) -> list[LevelDue]:
    return due_table(parse_due(rule), received, levels=levels, review_days=1, calendar=PUBLISHED)


def _odd(rule: str, *, levels: int = 4) -> list[str]:
    return [str(sentence) for sentence in odd_dates(_table(rule, levels=levels), FRIDAY, PUBLISHED)]


def test_levels_below_the_first_answer_earlier() -> None:
    assert _table("2026-12-18", levels=2) == [
        LevelDue(1, date(2026, 12, 18), 5),
        LevelDue(2, date(2026, 12, 17), 4),
    ]


def test_days_after_receipt_belong_to_the_lowest_level() -> None:
    assert [row.workdays for row in _table("workdays:5")] == [8, 7, 6, 5]


def test_a_recurring_rule_is_that_of_the_period_of_receipt() -> None:
    assert _table("monthly:25", levels=1) == [LevelDue(1, date(2026, 12, 25), 10)]


@pytest.mark.parametrize(
    ("rule", "levels", "said"),
    [
        ("2026-12-18", 4, []),
        ("2026-12-13", 1, ["第1级到2026-12-13为止没有一个工作日。",
                            "第1级的截止日期2026-12-13不是工作日。"]),
        ("2026-12-14", 2, ["第2级的截止日期2026-12-11不晚于收到之日。"]),
        ("2027-01-01", 2, ["第1级的截止日期2027-01-01不是工作日。", "2027年的放假安排尚未公布"]),
    ],
)  # fmt: skip
def test_what_is_odd_is_told_for_every_level(rule: str, levels: int, said: list[str]) -> None:
    found = _odd(rule, levels=levels)
    assert len(found) == len(said)
    assert all(text in sentence for text, sentence in zip(said, found, strict=True))


@given(st.integers(1, 60), st.integers(0, 800), st.integers(1, 6), st.integers(0, 3))
def test_working_days_end_on_working_days_and_never_grow_on_the_way_down(
    count: int, after: int, levels: int, review_days: int
) -> None:
    received = date.fromordinal(FRIDAY.toordinal() + after)
    due = parse_due(f"workdays:{count}")
    table = due_table(due, received, levels=levels, review_days=review_days, calendar=PUBLISHED)
    assert table[-1].workdays == count
    assert all(PUBLISHED.is_workday(row.due_on) for row in table)
    for above, below in pairwise(table):
        assert above.workdays - below.workdays == review_days
