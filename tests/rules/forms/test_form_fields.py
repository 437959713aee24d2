from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from rules.forms.faults import FormFaults
from rules.forms.form_check import check_form
from rules.forms.form_fields import (
    NARRATIVE_FORM,
    FieldType,
    FormField,
    asked_of,
    dump_form,
    read_form,
)
from rules.forms.minutes import minutes
from rules.sentences.refusal import Refusal

COUNT = {"name": "done", "label": "宣讲场次", "type": "integer", "min": 0, "rollup": "sum"}
WAY = {
    "name": "way", "label": "开展形式", "type": "select_one",
    "choices": [{"value": "a", "label": "集中"}, {"value": "b", "label": "入户"}],
}  # fmt: skip
TEXT = {"name": "做法", "label": "主要做法", "type": "text", "multiline": True}


def faults_of(*raw: Mapping[str, Any]) -> dict[int, list[str]]:
    with pytest.raises(FormFaults) as refused:
        check_form(raw)
    return {place: [str(fault) for fault in told] for place, told in refused.value.faults.items()}


def test_a_form_survives_being_stored() -> None:
    fields = check_form([COUNT, WAY, TEXT, {"name": "tip", "label": "请看", "type": "note"}])
    assert read_form(dump_form(fields)) == fields
    assert dump_form(fields)[0] == COUNT


def test_every_fault_of_every_field_is_told() -> None:
    told = faults_of(
        {**COUNT, "min": 5, "max": 2},
        {**WAY, "choices": []},
        {**TEXT, "rollup": "sum"},
        {**COUNT, "label": "再来一次"},
        {"name": "1x", "label": "", "type": "integer", "colour": "red"},
        {"name": "x", "label": "没有这种", "type": "matrix"},
        {**COUNT, "name": "tel", "label": "联系电话"},
    )
    assert told[1] == ["“最小”大于“最大”"]
    assert told[2] == ["选择题没有选项"]
    assert told[3] == ["只有数字可以求和汇总"]
    assert told[4] == ["名称“done”与前面的项重复"]
    assert len(told[5]) == 3
    assert told[6] == ["“类型”不正确"]
    assert "联系电话" in told[7][0]


def test_the_faults_are_one_sentence_too() -> None:
    with pytest.raises(Refusal, match="第2项：选择题没有选项。"):
        check_form([COUNT, {**WAY, "choices": []}])


@pytest.mark.parametrize(
    "raw",
    [
        {**TEXT, "min": 1},
        {**COUNT, "multiline": True},
        {**COUNT, "choices": WAY["choices"]},
        {**COUNT, "max": "很多"},
        {**WAY, "choices": [WAY["choices"][0]] * 2},
        {**WAY, "rollup": "sum"},
        {"name": "day", "label": "日期", "type": "date", "min": "2026-12-31", "max": "2026-12-01"},
        {"name": "tip", "label": "请看", "type": "note", "required": True},
        {**COUNT, "name": "x" * 61},
        {**COUNT, "label": "\x00"},
    ],
)  # fmt: skip
def test_a_field_that_contradicts_itself_is_refused(raw: dict[str, Any]) -> None:
    assert faults_of(raw)


def test_a_form_without_questions_is_refused() -> None:
    for raw in ([], [{"name": "tip", "label": "请看", "type": "note"}]):
        with pytest.raises(Refusal, match="还没有要填的项"):
            check_form(raw)


def test_bounds_are_read_as_answers_are() -> None:
    number, day = check_form(
        [
            {**COUNT, "min": "０", "max": "1,000"},
            {"name": "day", "label": "日期", "type": "date", "min": "2026年11月1日", "max": ""},
        ]
    )
    assert (number.min, number.max) == (0, 1000)
    assert (day.min, day.max) == ("2026-11-01", None)


def test_a_note_may_tell_people_to_leave_names_out() -> None:
    check_form([COUNT, {"name": "tip", "label": "姓名和身份证号一律不填", "type": "note"}])


def test_a_field_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        check_form([COUNT])[0].name = "other"


def test_units_with_lower_units_add_a_narrative() -> None:
    form = check_form([COUNT])
    assert asked_of(form, lowest=True) == form
    assert asked_of(form, lowest=False) == (*form, *NARRATIVE_FORM)
    assert asked_of((), lowest=True) == NARRATIVE_FORM
    own = FormField(name="narrative", label="做法", type=FieldType.TEXT)
    assert asked_of((own,), lowest=False) == (own, NARRATIVE_FORM[1])


def test_a_form_costs_minutes_rounded_up() -> None:
    assert minutes(check_form([COUNT])) == 1
    assert minutes(check_form([COUNT, WAY, TEXT])) == 5
