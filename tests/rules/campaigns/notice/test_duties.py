"""Countable duties: the numbers a unit is asked to reach, and no others."""

import pytest

from rules.campaigns.notice.duties import duties_in


def found(text: str) -> list[tuple[str, int, bool]]:
    return [(duty.text, duty.count, duty.at_least) for duty in duties_in(text)[0]]


@pytest.mark.parametrize(
    ("text", "duty"),
    [
        ("结合实际进行1次专题研讨。", ("1次专题研讨", 1, False)),
        ("集中推进自治区43项民生项目，", ("43项民生项目", 43, False)),
        ("每个嘎查村至少开展2次防火演练", ("2次防火演练", 2, True)),
        ("开展两次大排查", ("两次大排查", 2, False)),
        ("举办三场培训班，", ("三场培训班", 3, False)),
        ("组织演练不少于3场次。", ("组织演练不少于3场次", 3, True)),
        ("培育5个以上示范点", ("5个以上示范点", 5, True)),
        ("培训人员120人次", ("培训人员120人次", 120, False)),
        ("每年不少于40学时", ("不少于40学时", 40, True)),
        ("开展一次燃气、用电安全自查，", ("一次燃气、用电安全自查", 1, False)),
        ("每个旗县确定一个联系点", ("一个联系点", 1, False)),
        ("印发宣传单1.2万份", ("印发宣传单1.2万份", 12000, False)),
    ],
)
def test_a_number_with_a_measure_word_is_a_duty(text: str, duty: tuple[str, int, bool]) -> None:
    assert found(text) == [duty]


@pytest.mark.parametrize(
    "text",
    [
        "三个离不开、两个维护",
        "讲清“五句话”的道理",
        "办好两件大事",
        "打通最后100米",
        "3个月内完成",
        "5个工作日内",
        "每3户配备",
        "全区现有嘎查村11081个",
        "健全完善“1十5”考核",
        "解决一批问题",
        "第2次会议",
        "2026年3月",
        "提前7天公布",
    ],
)
def test_a_number_that_asks_for_nothing_is_no_duty(text: str) -> None:
    assert found(text) == []


def test_two_duties_in_a_list_are_two() -> None:
    assert [count for _, count, _ in found("举办2场培训、开展3次演练")] == [2, 3]


def test_a_heading_and_its_body_name_one_duty() -> None:
    assert found("开展1次专题研讨。盟市要开展1次专题研讨，") == [("1次专题研讨", 1, False)]


@pytest.mark.parametrize(
    "text", ["覆盖率达到100%", "推进若干项工作", "每年不超过2次", "选树40余个典型"]
)
def test_what_cannot_be_counted_plainly_is_in_doubt(text: str) -> None:
    _, doubts = duties_in(text)
    assert [doubt.what for doubt in doubts] == ["duty"]


def test_blanks_around_the_number_do_not_matter_and_offsets_hold() -> None:
    text = "前言。开展 2 次演练。"
    (duty,), _ = duties_in(text, 3)
    assert text[duty.start : duty.end] == duty.text == "2 次演练"


@pytest.mark.parametrize(
    "text",
    [
        "对距路不足25米的柴垛逐一清理",
        "路灯间距不超过30米",
        "宽度不少于3.5米",
        "河道两侧500米",
        "超过2公里的路段",
    ],
)
def test_a_distance_or_a_size_is_no_target(text: str) -> None:
    assert duties_in(text)[0] == ()


def test_a_length_that_is_to_be_reached_is_a_target() -> None:
    assert [duty.count for duty in duties_in("新建道路不少于20公里，修复护栏300米。")[0]] == [
        20,
        300,
    ]
