from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rules.filling.answers import as_typed, check_answers, cleaned
from rules.forms.answer_numbers import SCALE, numbers
from rules.forms.form_check import check_form

FORM = check_form(
    [
        {"name": "done", "label": "场次", "type": "integer", "required": True, "min": 0, "max": 50,
         "rollup": "sum"},
        {"name": "spent", "label": "资金", "type": "decimal", "min": "0.5", "rollup": "sum"},
        {"name": "share", "label": "占比", "type": "decimal"},
        {"name": "day", "label": "日期", "type": "date", "min": "2026-11-01", "max": "2026-12-31"},
        {"name": "way", "label": "形式", "type": "select_one",
         "choices": [{"value": "a", "label": "集中"}, {"value": "b", "label": "入户"}]},
        {"name": "tags", "label": "对象", "type": "select_multiple",
         "choices": [{"value": "x", "label": "牧区"}, {"value": "y", "label": "农区"}]},
        {"name": "text", "label": "做法", "type": "text", "multiline": True},
        {"name": "tip", "label": "请看说明", "type": "note"},
    ]
)  # fmt: skip
TYPED = {
    "done": ["１２"], "spent": ["3.50"], "share": [""], "day": ["2026年11月22日"], "way": ["b"],
    "tags": ["y", "x"], "text": ["  逐户走访。\r\n已完成。 "],
}  # fmt: skip


def told(typed: dict[str, Any]) -> dict[str, Any]:
    return {name: str(fault) for name, fault in check_answers(FORM, typed).faults.items()}


def test_answers_are_stored_in_one_shape() -> None:
    checked = check_answers(FORM, TYPED)
    assert checked.ok
    assert checked.values == {
        "done": 12, "spent": "3.5", "day": "2026-11-22", "way": "b", "tags": ["x", "y"],
        "text": "逐户走访。\n已完成。",
    }  # fmt: skip


def test_only_what_is_to_be_added_up_becomes_a_number() -> None:
    values = check_answers(FORM, {**TYPED, "share": ["0.25"]}).values
    assert numbers(FORM, values) == {"done": 12 * SCALE, "spent": 35_000}


def test_every_fault_is_told_beside_its_field() -> None:
    assert told(
        {
            "done": ["51"], "spent": ["0.4"], "day": ["2027-01-01"], "way": ["c"],
            "tags": ["x", "z"],
            "text": ["字" * 20_001], "tip": ["?"], "更多": ["1"],
        }
    ) == {
        "done": "不能大于 50。",
        "spent": "不能小于 0.5。",
        "day": "不能晚于 2026-12-31。",
        "way": "请从列出的选项中选择。",
        "tags": "请从列出的选项中选择。",
        "text": "最多 20000 字，现在有 20001 字。",
        "tip": "表单里没有“tip”这一项。",
        "更多": "表单里没有“更多”这一项。",
    }  # fmt: skip


def test_a_required_field_must_be_filled_and_zero_fills_it() -> None:
    assert told({"done": ["  "]}) == {"done": "请填写这一项。"}
    assert told({}) == {"done": "请填写这一项。"}
    assert check_answers(FORM, {"done": ["0"]}).values == {"done": 0}


def test_a_text_of_control_characters_fills_nothing() -> None:
    form = check_form([{"name": "a", "label": "做法", "type": "text", "required": True}])
    assert str(check_answers(form, {"a": ["\x00\x01"]}).faults["a"]) == "请填写这一项。"


def test_one_answer_where_one_is_asked() -> None:
    assert told({"done": ["1", "2"]}) == {"done": "这一项只能有一个答案。"}


def test_good_answers_stand_beside_faults() -> None:
    checked = check_answers(FORM, {**TYPED, "done": ["多"]})
    assert checked.values["spent"] == "3.5"
    assert set(checked.faults) == {"done"}


def test_faults_stand_in_the_order_of_the_form() -> None:
    form = check_form(
        [
            {"name": "a", "label": "甲", "type": "integer", "constraint": ". > ${b}"},
            {"name": "r", "label": "走访", "type": "repeat"},
            {"name": "x", "label": "门牌", "type": "integer", "within": "r"},
            {"name": "y", "label": "人数", "type": "integer", "within": "r"},
            {"name": "b", "label": "乙", "type": "integer"},
            {"name": "c", "label": "丙", "type": "integer", "required": True},
        ]
    )
    typed = {"gone": ["1"], "b": ["2"], "a": ["1"], "r.1.x": ["多"], "r.0.y": ["少"]}
    typed |= {"r.1.y": ["多"], "r.0.x": ["3"]}
    told = check_answers(form, typed).faults
    assert list(told) == ["a", "r.0.y", "r.1.x", "r.1.y", "c", "gone"]


def test_a_draft_keeps_what_was_typed_and_only_known_fields() -> None:
    typed = {"done": ["十二次\x00"], "other": ["1"], "tags": ["y", "x"]}
    assert cleaned(typed, ["done", "tags", "text"]) == {"done": ["十二次"], "tags": ["y", "x"]}


TEXTS = st.dictionaries(
    st.sampled_from([field.name for field in FORM] + ["unknown"]),
    st.lists(
        st.one_of(st.text(max_size=40), st.sampled_from(["1", "x", "2026-11-22"])), max_size=3
    ),
)


@given(TEXTS)
def test_checking_never_raises_and_leaves_nothing_unsaid(typed: dict[str, list[str]]) -> None:
    checked = check_answers(FORM, typed)
    assert not checked.values.keys() & checked.faults.keys()
    for name, texts in typed.items():
        if any(text.strip() for text in texts) and name not in checked.values:
            blank = name == "text" and name not in checked.faults
            assert blank or name in checked.faults


@given(
    st.fixed_dictionaries(
        {"done": st.integers(0, 50).map(lambda n: [str(n)])},
        optional={
            "spent": st.decimals("0.5", 10**9, places=4).map(lambda n: [f"{n:,.4f}"]),
            "day": st.dates().map(lambda day: [day.isoformat()]),
            "tags": st.lists(st.sampled_from("xy")),
            "text": st.text(max_size=50).map(lambda text: [text]),
        },
    )
)
def test_stored_answers_shown_again_and_sent_again_are_the_same(typed: dict[str, Any]) -> None:
    values = check_answers(FORM, typed).values
    assert check_answers(FORM, as_typed(values)).values == values
