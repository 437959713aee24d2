"""Every fault a form definition can have, and where it is told."""

from collections.abc import Mapping
from typing import Any

import pytest

from rules.forms.faults import FormFaults
from rules.forms.form_check import check_form
from rules.sentences.refusal import Refusal

NUMBER = {"name": "done", "label": "场次", "type": "integer"}
NOTE = {"name": "tip", "label": "请看", "type": "note"}
TEXT = {"name": "做法", "label": "主要做法", "type": "text"}
ONE: dict[str, Any] = {"name": "way", "label": "形式", "type": "select_one",
       "choices": [{"value": "a", "label": "集中", "columns": {"area": "x"}},
                   {"value": "b", "label": "入户"}]}  # fmt: skip
SEVERAL = {**ONE, "name": "ways", "type": "select_multiple"}
GROUP = {"name": "g", "label": "组", "type": "group"}
REPEAT = {"name": "r", "label": "每次", "type": "repeat"}
CALCULATE = {"name": "c", "type": "calculate", "calculation": "${done} * 2"}
IMAGE = {"name": "photo", "label": "照片", "type": "image"}
IN_R = {"within": "r"}


def faults(*raw: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    with pytest.raises(FormFaults) as refused:
        check_form(raw)
    return [
        (place, fault.place.field, str(fault))
        for place, told in refused.value.faults.items()
        for fault in told
    ]


def places(*raw: dict[str, str]) -> list[tuple[int, str]]:
    return [(place, where) for place, where, _ in faults(*raw)]


@pytest.mark.parametrize(
    ("field", "where"),
    [
        ({**NUMBER, "name": ""}, "name"),
        ({**NUMBER, "name": "1st"}, "name"),
        ({**NUMBER, "name": "meta"}, "name"),
        ({**NUMBER, "name": "instanceID"}, "name"),
        ({**REPEAT, "name": "data"}, "name"),
        ({**NUMBER, "label": ""}, "label"),
        ({**NUMBER, "label": "共 ${done}"}, "label"),
        ({**NUMBER, "hint": "x" * 601}, "hint"),
        ({**NUMBER, "hint": "${x}"}, "hint"),
        ({**NUMBER, "words": {"en": {"label": "x" * 301}}}, "words::label::en"),
        ({**NUMBER, "words": {"en": {"hint": "${x}"}}}, "words::hint::en"),
        ({**NUMBER, "type": "matrix"}, "type"),
        ({**NUMBER, "colour": "red"}, "colour"),
        ({**NUMBER, "min": 3, "max": 2}, "min"),
        ({**NUMBER, "max": "很多"}, "max"),
        ({**TEXT, "max": 3}, "min"),
        ({**NUMBER, "multiline": True}, "multiline"),
        ({**GROUP, "required": True}, "required"),
        ({**GROUP, "readonly": True}, "readonly"),
        ({**CALCULATE, "calculation": ""}, "calculation"),
        ({**ONE, "calculation": "1"}, "calculation"),
        ({**GROUP, "constraint": "1 = 1"}, "constraint"),
        ({**NUMBER, "choice_filter": "1 = 1"}, "choice_filter"),
        ({**ONE, "choice_filter": "county = 1"}, "choice_filter"),
        ({**ONE, "choices": []}, "choices"),
        ({**NUMBER, "choices": ONE["choices"]}, "choices"),
        ({**ONE, "choices": ONE["choices"] * 2}, "choices"),
        ({**SEVERAL, "choices": [{"value": "a b", "label": "甲"}]}, "choices"),
        ({**ONE, "choices": [{"value": "a", "label": "${x}"}]}, "choices"),
        ({**ONE, "choices": [{"value": "a", "label": ""}]}, "choices"),
        ({**ONE, "default": "z"}, "default"),
        ({**SEVERAL, "default": "a z"}, "default"),
        ({**NUMBER, "default": "几场"}, "default"),
        ({**GROUP, "default": "x"}, "default"),
        ({**TEXT, "rollup": "sum"}, "rollup"),
        ({**NUMBER, "rollup": "share"}, "rollup"),
        ({**REPEAT, "rollup": "list"}, "rollup"),
        ({**IMAGE, "reuse": "photo"}, "reuse"),
        ({**NUMBER, "relevant": "${done} ="}, "relevant"),
        ({**NUMBER, "relevant": "${gone} = 1"}, "relevant"),
        ({**NUMBER, "relevant": ". = 1"}, "relevant"),
        ({**NUMBER, "calculation": "${done} + 1"}, "calculation"),
        ({**NUMBER, "within": "nowhere"}, "within"),
        ({**TEXT, "label": "联系电话"}, "label"),
        ({**GROUP, "label": "户主身份证号码登记"}, "label"),
        ({**REPEAT, "label": "家庭成员"}, "label"),
        ({**NOTE, "label": "请在下面填写每户户主的姓名和身份证号"}, "label"),
        ({**TEXT, "hint": "每户注明姓名"}, "hint"),
        ({**TEXT, "name": "sfzh"}, "name"),
        ({**TEXT, "constraint_message": "请填写18位身份证号"}, "constraint_message"),
        (
            {**TEXT, "words": {"English": {"label": "ID card number"}}},
            "words::label::English",
        ),
        (
            {**TEXT, "words": {"汉语 (zh)": {"label": "户主身份证号"}}},
            "words::label::汉语 (zh)",
        ),
        (
            {**TEXT, "words": {"English": {"hint": "Identity card number"}}},
            "words::hint::English",
        ),
        (
            {
                **ONE,
                "choices": [
                    {"value": "a", "label": "甲", "labels": {"English": "Han ethnicity"}},
                    {"value": "b", "label": "乙", "labels": {"English": "Mongol ethnicity"}},
                ],
            },
            "choices",
        ),
    ],
)
def test_a_fault_is_told_at_its_property(field: dict[str, Any], where: str) -> None:
    other = {"name": "other", "label": "另一项", "type": "integer"}
    assert places(other, field)[0] == (2, where)
    assert {place for place, _ in places(other, field)} == {2}


@pytest.mark.parametrize(
    ("field", "where"),
    [
        ({**REPEAT, "name": "inner"}, "type"),
        ({**NUMBER, "reuse": "x"}, "reuse"),
        ({**NUMBER, "rollup": "mean"}, "rollup"),
        ({**TEXT, "rollup": "latest"}, "rollup"),
    ],
)
def test_what_a_repeat_cannot_hold_is_refused(field: dict[str, str], where: str) -> None:
    check_form([REPEAT, {**NUMBER, **IN_R, "rollup": "sum"}])
    assert places(REPEAT, {**field, **IN_R}) == [(2, where)]
    assert places(REPEAT, {**GROUP, **IN_R}, {**field, "within": "g"}) == [(3, where)]


def test_a_group_is_over_once_something_outside_follows() -> None:
    other = {**NUMBER, "name": "other"}
    late = {**NUMBER, "name": "late", "within": "g"}
    assert places(GROUP, {**NUMBER, "within": "g"}, other, late) == [(4, "within")]


def test_a_field_with_a_fault_is_still_known_to_the_others() -> None:
    """One mistake is told once, not at everything that leans on it."""
    bad_group = {**GROUP, "name": "my group"}
    inside = {**NUMBER, "within": "my group"}
    assert places(bad_group, inside) == [(1, "name")]
    assert places({**NUMBER, "hint": "x" * 601}, {**TEXT, "relevant": "${done} > 1"}) == [
        (1, "hint")
    ]


def test_every_fault_of_a_field_is_told_at_once() -> None:
    field = {"name": "1st", "label": "", "type": "text", "rollup": "sum", "colour": "red"}
    assert sorted(places(field)) == [(1, "colour"), (1, "label"), (1, "name"), (1, "rollup")]


def test_every_circle_is_told_once_at_what_closes_it() -> None:
    def calculated(name: str, text: str) -> dict[str, str]:
        return {"name": name, "type": "calculate", "calculation": text}

    told = faults(
        NUMBER,
        calculated("a", "${b} + 1"), calculated("b", "${a} + 1"),
        calculated("c", "${d} + 1"), calculated("d", "${c} + ${e}"),
        {**TEXT, "name": "e", "relevant": "${done} = "},
    )  # fmt: skip
    circles = [(place, where) for place, where, sentence in told if "互相引用" in sentence]
    assert circles == [(3, "calculation"), (5, "calculation")]
    assert (6, "relevant") in [(place, where) for place, where, _ in told]


def test_a_group_cannot_wait_for_what_is_in_it() -> None:
    told = faults(TEXT, {**GROUP, "relevant": "${done} > 1"}, {**NUMBER, "within": "g"})
    assert told == [(2, "relevant", "done 就在这一组里，这一组的条件不能引用它")]


def test_a_calculation_that_names_itself_is_told_once() -> None:
    assert places({**NUMBER, "calculation": "${done} + 1"}) == [(1, "calculation")]


def test_what_is_too_long_is_told_with_the_limit() -> None:
    long = [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙" * 121}]
    told = faults({**NUMBER, "hint": "长" * 601}, {**ONE, "name": "way", "choices": long})
    assert [sentence for _, _, sentence in told] == [
        "“填写说明”太长，最长 600 个字", "第 2 个选项太长，最长 120 个字"
    ]  # fmt: skip


def test_a_name_used_twice_in_and_around_a_repeat_is_no_circle() -> None:
    again = {**NUMBER, "name": "r", **IN_R}
    assert places(REPEAT, again, {**NUMBER, "relevant": "${r} > 1"}) == [(2, "name")]


def test_the_names_of_fields_and_of_shared_elements_are_used_once() -> None:
    again = {**TEXT, "name": "done"}
    assert places(NUMBER, again) == [(2, "name")]
    shared = {**NUMBER, "reuse": "households"}
    assert places(shared, {**shared, "name": "more"}) == [(2, "reuse")]


def test_a_form_has_a_largest_size() -> None:
    with pytest.raises(Refusal, match="最多 300 项"):
        check_form([{**NUMBER, "name": f"n{place}"} for place in range(301)])
    choices = [{"value": f"v{place}", "label": "甲"} for place in range(2_000)]
    with pytest.raises(Refusal, match="加起来最多 20000 个，现在有 22000 个"):
        check_form([{**ONE, "name": f"n{place}", "choices": choices} for place in range(11)])


def test_groups_lie_ten_deep_and_no_deeper() -> None:
    def nested(depth: int) -> list[dict[str, Any]]:
        groups = [
            {"name": f"g{at}", "label": "组", "type": "group", "within": f"g{at - 1}" if at else ""}
            for at in range(depth)
        ]
        last = {"name": "a", "label": "数", "type": "integer", "within": f"g{depth - 1}"}
        return [*groups, last]

    check_form(nested(10))
    with pytest.raises(FormFaults) as refused:
        check_form(nested(12))
    assert {place: fault.place.field for place, (fault, *_) in refused.value.faults.items()} == {
        11: "within", 12: "within",
    }  # fmt: skip


def test_what_says_the_same_thing_on_persons_twice_is_told_once() -> None:
    field = {**TEXT, "name": "户主身份证号", "label": "户主身份证号", "hint": "写手机号"}
    assert places(field) == [(1, "label"), (1, "hint")]


def test_a_heading_may_count_and_a_count_does_not_hide_in_a_hint() -> None:
    check_form([{**GROUP, "label": "办理身份证件数"}, {**NUMBER, "within": "g"}])
    assert places({**NUMBER, "label": "身份证号", "hint": "18位数"}) == [(1, "label")]
