import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Level
from rules.sentences.refusal import Refusal
from rules.units.levels import DEFAULT_LEVELS
from rules.units.list_refused import FAULTS_SHOWN
from rules.units.unit_list import UnitListRefused, read_units

LEVELS = [Level(rank=rank, **row._asdict()) for rank, row in enumerate(DEFAULT_LEVELS)]
HEADINGS = "code,name,level,parent_code"
GOOD = ["1,区,region,", "11,盟,league,1", "12,市,league,1", "111,旗,banner,11"]


def table(*lines: str, headings: str = HEADINGS) -> list[tuple[int, list[str]]]:
    return [(number, line.split(",")) for number, line in enumerate([headings, *lines], start=1)]


def faults(*lines: str, headings: str = HEADINGS) -> list[str]:
    with pytest.raises(UnitListRefused) as refused:
        read_units(table(*lines, headings=headings), LEVELS)
    return [str(fault.placed()) for fault in refused.value.faults]


def test_a_good_list_is_read_in_its_order() -> None:
    units = read_units(table(*GOOD), LEVELS)
    assert [row.code for row in units.rows] == ["1", "11", "12", "111"]
    assert units.columns == {"code", "name", "level", "parent_code"}
    assert units.rows[3].parent_code == "11"


def test_chinese_headings_and_level_names_are_understood() -> None:
    lines = table(
        "1,自治区本级,自治区,,,,", "11,甲盟,盟市,1,盟,边境；第一批,否",
        headings="代码,名称,层级,上级代码,类别,标签,接收任务",
    )  # fmt: skip
    region, league = read_units(lines, LEVELS).rows
    assert (region.level, region.takes_assignments) == ("region", True)
    assert (league.level, league.kind) == ("league", "盟")
    assert league.tags == ("边境", "第一批")
    assert not league.takes_assignments


def test_full_width_codes_and_stray_blanks_are_made_plain() -> None:
    units = read_units(table("１,　区 ,region,", "11,东 \t 盟, league ,１"), LEVELS)
    assert [(row.code, row.name, row.parent_code) for row in units.rows] == [
        ("1", "区", ""), ("11", "东 盟", "1"),
    ]  # fmt: skip


def test_the_telephone_of_an_office_is_read_half_width_and_one_of_a_person_is_told() -> None:
    heads = "代码,名称,层级,上级代码,电话"
    lines = ["1,区,region,,（０４７１）６９４—４２３３ 转 8、694 4234", "11,盟,league,1,"]
    region, league = read_units(table(*lines, headings=heads), LEVELS).rows
    assert region.telephone == "(0471)694-4233 转 8、694 4234"
    assert league.telephone == ""
    assert faults(*lines, "12,市,league,1,张主任 694", headings=heads) == [
        "第 4 行“电话”：“张主任 694”不是电话号码：只写号码，不写姓名，几个号码之间用“、”隔开。"
    ]
    assert faults(*lines, "12,市,league,1," + "1" * 41, headings=heads) == [
        "第 4 行“电话”：超过 40 个字。"
    ]


def test_unknown_columns_are_ignored_and_rows_may_be_short() -> None:
    lines = table("x,1,区,region", headings="序号,code,name,level,parent_code,备注")
    assert read_units(lines, LEVELS).rows[0].code == "1"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("13,盟,league,99", "第 6 行“parent_code”：名单里没有代码为“99”的上级。"),
        ("11,盟,league,1", "第 6 行“code”：代码“11”与第 3 行重复。"),
        (",盟,league,1", "第 6 行“code”：代码是空的。"),
        ("1/3,盟,league,1", "第 6 行“code”：代码“1/3”不符合要求：须为 1 至 20 个数字、字母或“-”。"),
        ("1.5E+11,盟,league,1", "第 6 行“code”：代码“1.5E+11”被表格软件改成了科学计数，"
                                "请把这一列设为文本后重新填写。"),
        ("13,,league,1", "第 6 行“name”：名称是空的。"),
        ("13," + "长" * 121 + ",league,1", "第 6 行“name”：超过 120 个字。"),
        ("13,盟,,1", "第 6 行“level”：层级是空的。"),
        ("13,省,省,1", "第 6 行“level”：没有“省”这个层级，只有：自治区 region、盟市 league、"
                       "旗县区 banner、苏木乡镇街道 township、嘎查村社区 village。"),
        ("13,盟,league,111", "第 6 行“level”：层级要低于上级“旗”（第 5 行）。"),
        ("13,盟,league,11", "第 6 行“level”：层级要低于上级“盟”（第 3 行）。"),
        ("13,区,region,", "第 6 行“parent_code”：“区”没有上级，但第 2 行已经是顶层单位；"
                          "顶层单位只能有一个。"),
        ("13,盟,league,13", "第 6 行“parent_code”：上级关系形成循环：13 → 13。"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_column(line: str, sentence: str) -> None:
    assert faults(*GOOD, line) == [sentence]


def test_a_circle_is_told_once_and_shown() -> None:
    told = faults(*GOOD, "a,甲,league,c", "b,乙,banner,a", "c,丙,township,b", "d,丁,village,c")
    assert told == ["第 6 行“parent_code”：上级关系形成循环：a → c → b → a。"]


def test_a_list_without_a_top_says_so() -> None:
    assert "第 2 行：没有顶层单位：应有一行不填上级。" in faults("11,盟,league,1")


def test_a_bad_yes_or_no_is_told() -> None:
    told = faults("1,区,region,,也许", headings=HEADINGS + ",takes_assignments")
    assert told == ["第 2 行“takes_assignments”：请写“是”或“否”，不是“也许”。"]


def test_missing_and_repeated_columns_are_told() -> None:
    assert faults("1,区,1", headings="code,name,代码") == [
        "第 1 行：缺少“层级”列（level）。",
        "第 1 行：缺少“上级代码”列（parent_code）。",
        "第 1 行“代码”：这一列出现了两次。",
    ]


def test_an_empty_file_and_one_with_headings_only_are_refused() -> None:
    with pytest.raises(Refusal, match="文件是空的"):
        read_units([], LEVELS)
    with pytest.raises(Refusal, match="只有标题行"):
        read_units(table(), LEVELS)


def test_the_first_faults_are_shown_by_line_and_the_rest_counted() -> None:
    lines = [f"{number},盟,league,nowhere" for number in range(20_000, 50_000)]
    with pytest.raises(UnitListRefused) as refused:
        read_units(table("1,区,region,", *lines), LEVELS)
    assert [fault.place.line for fault in refused.value.faults] == list(range(3, 3 + FAULTS_SHOWN))
    assert refused.value.more == 30_000 - FAULTS_SHOWN
    assert str(refused.value) == "名单有 30000 处错误，一个单位也没有导入。"


@given(st.randoms(use_true_random=False), st.integers(min_value=1, max_value=80))
def test_a_list_in_any_order_makes_the_same_tree(shuffle: random.Random, count: int) -> None:
    lines = ["0,区,region,"]
    for number in range(1, count):
        rank = min(4, number.bit_length())
        parent = shuffle.choice([line for line in lines if _rank(line) < rank]).split(",")[0]
        lines.append(f"{number},单位{number},{LEVELS[rank].code},{parent}")
    shuffled = shuffle.sample(lines, len(lines))
    rows = read_units(table(*shuffled), LEVELS).rows
    assert {(row.code, row.parent_code) for row in rows} == {
        (line.split(",")[0], line.split(",")[3]) for line in lines
    }


BREAKINGS = {
    "orphan": lambda cells: [*cells[:3], "nowhere"],
    "circle": lambda cells: [*cells[:3], cells[0]],
    "second top": lambda cells: [*cells[:3], ""],
    "bad code": lambda cells: ["a b", *cells[1:]],
    "no name": lambda cells: [cells[0], "", *cells[2:]],
    "unknown level": lambda cells: [*cells[:2], "省", cells[3]],
    "taken code": lambda cells: ["0", *cells[1:]],
}


@given(st.sampled_from(sorted(BREAKINGS)), st.integers(1, 40), st.integers(0, 39))
def test_one_broken_line_spoils_the_whole_list(breaking: str, count: int, place: int) -> None:
    lines = [["0", "区", "region", ""]]
    lines += [[str(number), f"盟{number}", "league", "0"] for number in range(1, count + 1)]
    broken = 1 + place % count
    lines[broken] = BREAKINGS[breaking](lines[broken])
    told = faults(*(",".join(cells) for cells in lines))
    assert told[0].startswith(f"第 {broken + 2} 行")


def test_control_characters_in_a_name_are_left_out() -> None:
    rows = read_units(table("0,内\x01蒙\x1b古,region,"), LEVELS).rows
    assert [row.name for row in rows] == ["内蒙古"]


def _rank(line: str) -> int:
    return [level.code for level in LEVELS].index(line.split(",")[2])
