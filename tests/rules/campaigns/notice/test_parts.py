"""Parts of a section: whom each addresses, and what each is as a measure of its own."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.campaigns.notice.notice_dates import DateReference
from rules.campaigns.notice.parts import MOST_PARTS, parts_of, read_part

REFERENCE = DateReference(date(2026, 11, 20))
TOLD = st.sampled_from(
    [
        "各旗县要检查。",
        "各嘎查村要排查；",
        "苏木乡镇每月检查1次\n",
        "做好记录。",
        "一是",
        "（各盟市。）",
        "，",
    ]
)


def found(text: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(part.text, part.levels, part.tags) for part in parts_of(text, 0, len(text))]


@pytest.mark.parametrize(
    "text",
    [
        "（一）演练\n各旗县要每季度演练1次。各嘎查村要每月排查1次。",
        "各旗县要每季度演练1次；各嘎查村要每月排查1次",
        "要做到：一是各旗县要每季度演练1次，二是各嘎查村要每月排查1次。",
        "1.各旗县要每季度演练1次\n2.各嘎查村要每月排查1次",
    ],
)
def test_sentences_clauses_points_and_paragraphs_are_parts(text: str) -> None:
    assert [levels for _, levels, _ in found(text)] == [("banner",), ("village",)]


def test_words_that_name_nobody_belong_to_the_part_before_them() -> None:
    text = "加强演练。各旗县要演练。演练要留下记录。各嘎查村要排查。责任单位：应急管理厅，各盟市。"
    assert [part for part, _, _ in found(text)] == [
        "各旗县要演练。演练要留下记录。",
        "各嘎查村要排查。责任单位：应急管理厅，各盟市。",
    ]


def test_kinds_of_unit_tell_parts_apart_as_levels_do() -> None:
    text = "边境旗市要联防。牧区旗市要储备饲草。"
    assert [tags for _, _, tags in found(text)] == [("border",), ("pastoral",)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "做好记录。按时报送。",
        "各旗县要演练。各旗县要报送；旗县要总结。",
        "各旗县要演练（责任单位：应急管理厅；配合单位：各盟市）。按时报送盟市。",
        "各旗县要学习“各盟市要演练；各嘎查村要排查”的要求。",
    ],
)
def test_a_section_that_addresses_the_same_units_throughout_has_no_parts(text: str) -> None:
    assert found(text) == []


def test_a_part_is_read_with_its_own_deadline_count_and_title_in_its_place() -> None:
    before = "前言。\n"
    text = before + "一是各旗县要在12月20日前演练2次；二是各嘎查村每月25日前报送。"
    first, second = (
        read_part(text, part, REFERENCE, path="一")
        for part in parts_of(text, len(before), len(text))
    )
    assert first.title == "各旗县要在12月20日前演练2次"
    assert [deadline.value for deadline in first.deadlines] == ["2026-12-20"]
    assert [duty.count for duty in first.duties] == [2]
    assert (first.levels, second.levels) == (("banner",), ("village",))
    assert [deadline.value for deadline in second.deadlines] == ["monthly:25"]
    assert second.text == text[second.start : second.end] == "二是各嘎查村每月25日前报送。"
    assert second.path == "一"


def test_parts_of_a_very_long_section_are_bounded() -> None:
    text = "各旗县要检查。各嘎查村要排查。" * 20_000
    assert len(parts_of(text, 0, len(text))) == MOST_PARTS


@given(st.lists(TOLD, max_size=12).map("".join), st.integers(0, 5))
def test_parts_lie_in_the_section_in_order_and_never_overlap(text: str, start: int) -> None:
    at = start
    for part in parts_of(text, start, len(text)):
        assert at <= part.start < part.end <= len(text)
        assert part.text == text[part.start : part.end]
        at = part.end


@given(st.lists(TOLD, max_size=12).map("".join))
def test_a_part_has_no_parts(text: str) -> None:
    for part in parts_of(text, 0, len(text)):
        assert parts_of(text, part.start, part.end) == ()
