from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rules.campaigns.release_check import ReleaseFacts, warnings
from rules.dates.calendar import PUBLISHED

FACTS = ReleaseFacts(
    answering=9, due_on=date(2026, 12, 18), today=date(2026, 11, 23), gate_days=3, has_form=True,
    calendar=PUBLISHED, floor=3,
)  # fmt: skip


def told(facts: ReleaseFacts) -> str:
    return "".join(map(str, warnings(facts)))


def test_an_ordinary_release_has_no_warnings() -> None:
    assert warnings(FACTS) == []


def test_the_days_left_count_working_days_of_the_lowest_level() -> None:
    assert FACTS.days_left == 19
    assert FACTS.days_left_at_worst == 16


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"answering": 0}, "没有一个单位会收到"),
        ({"has_form": False}, "没有选择表单"),
        ({"due_on": None}, "尚未确定办理时限"),
        ({"due_on": date(2026, 11, 23)}, "已到或已过"),
        ({"due_on": date(2026, 11, 25)}, "只有2个工作日"),
        ({"gate_days": 17}, "只剩2个工作日"),
        ({"dates": {"嘎查村社区": date(2031, 1, 10)}}, "2031年的放假安排尚未公布"),
        ({"off": {"旗县区": date(2026, 12, 20)}}, "“旗县区”的截止日期12月20日（周日）不是工作日"),
        (
            {"moved": {"盟市": date(2026, 12, 20)}, "dates": {"盟市": date(2026, 12, 18)}},
            "已提前到工作日12月18日（周五）",
        ),
    ],
)
def test_what_is_odd_is_said_in_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    assert sentence in told(replace(FACTS, **changed))
