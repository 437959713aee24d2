import pytest

from rules.sentences.refusal import Refusal
from rules.units.levels import LevelRow, read_levels


def table(*lines: str) -> list[tuple[int, list[str]]]:
    return [(number, line.split(",")) for number, line in enumerate(lines, start=1)]


def test_levels_are_read_from_the_top_down() -> None:
    levels = read_levels(table("code,name,name_en", "group,集团,Group", "plant,工厂,"))
    assert levels == [LevelRow("group", "集团", "Group"), LevelRow("plant", "工厂", "工厂")]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["code,name"], "层级表里没有层级。"),
        (["code", "group"], "第 1 行：缺少“name”列。"),
        (["code,name", "group,"], "第 2 行：“name”是空的。"),
        (["code,name", "Group,集团"], "第 2 行：层级代码“Group”不符合要求："
         "须以小写字母开头，1 至 20 位。"),
        (["code,name", "a,甲", "a,乙"], "第 3 行：层级“乙”重复了。"),
        (["code,name", "a," + "长" * 41], "第 2 行：层级名称超过 40 个字。"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line(lines: list[str], sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_levels(table(*lines))
    assert str(refused.value) == sentence
