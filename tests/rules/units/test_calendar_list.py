"""Days of a calendar from a file: whole or nothing, each fault with its line."""

from datetime import date

import pytest

from models import DayKind
from rules.sentences.refusal import Refusal
from rules.units.calendar_list import DayRow, read_days
from rules.units.list_refused import ListRefused

HEAD = (1, ["日期", "安排", "名称"])


def told(*lines: list[str]) -> list[str]:
    with pytest.raises(ListRefused) as refused:
        read_days([HEAD, *enumerate(lines, 2)])
    return [str(fault.placed()) for fault in refused.value.faults]


@pytest.mark.parametrize(
    "typed", ["2027-01-02", "2027/1/2", "2027.01.02", "2027年1月2日", "2027-01-02 00:00:00"]
)
def test_a_day_is_read_as_people_write_it(typed: str) -> None:
    (row,) = read_days([HEAD, (2, [typed, "放假", "元旦"])])
    assert row == DayRow(date(2027, 1, 2), DayKind.DAY_OFF, "元旦")


def test_a_day_off_and_a_day_of_work_are_told_apart_and_a_name_need_not_be_there() -> None:
    rows = read_days([HEAD, (2, ["2027-01-03", "补班"]), (3, ["2027-01-04", "day_off"])])
    assert [row.kind for row in rows] == [DayKind.WORKING_DAY, DayKind.DAY_OFF]


def test_every_fault_is_told_with_its_line_and_nothing_is_taken() -> None:
    faults = told(
        ["2027-01-02", "放假"], ["2027/1/2", "上班"], ["2027-02-30", "放假"],
        ["2027-01-05", "也许"], ["", ""], ["2027-01-06", "放假", "长" * 41], ["9999-01-01", "放假"],
    )  # fmt: skip
    assert [fault.split("：")[0] for fault in faults] == [
        "第 3 行", "第 4 行", "第 5 行", "第 6 行", "第 6 行", "第 7 行", "第 8 行",
    ]  # fmt: skip
    assert "2027-01-02 出现了两次" in faults[0]
    assert "“2027-02-30”不是日期" in faults[1]
    assert "不是“也许”" in faults[2]


@pytest.mark.parametrize(
    "lines", [[], [HEAD], [(1, ["日期", "名称"]), (2, ["2027-01-01", "元旦"])]]
)
def test_a_file_with_nothing_to_read_is_refused(lines: list[tuple[int, list[str]]]) -> None:
    with pytest.raises(Refusal):
        read_days(lines)
