from typing import Any

import pytest

from rules.filling.known_values import (
    OtherForm,
    asked_again,
    elements_of,
    fitting,
    plain_label,
    same_shape,
    shared_fields,
)
from rules.forms.form_check import check_form
from rules.forms.form_fields import FormField


def field(name: str = "homes", label: str = "总户数", **more: Any) -> FormField:
    return check_form([{"name": name, "label": label, "type": "integer", **more}])[0]


def choices(*codes: str) -> dict[str, Any]:
    return {"type": "select_one", "choices": [{"value": code, "label": code} for code in codes]}


def test_only_fields_that_name_an_element_are_shared() -> None:
    form = check_form(
        [
            {"name": "homes", "label": "总户数", "type": "integer", "reuse": "households"},
            {"name": "checked", "label": "排查户数", "type": "integer"},
        ]
    )
    assert [field.name for field in shared_fields(form)] == ["homes"]
    assert elements_of(form, {"homes": 85, "checked": 12}) == {"households": 85}
    assert elements_of(form, {"checked": 12}) == {}


@pytest.mark.parametrize(
    ("value", "texts"), [(85, ["85"]), ("8.5", None), ("很多", None), (-1, None), ({"a": 1}, None)]
)
def test_a_known_value_that_is_no_answer_is_not_filled_in(
    value: int | str | dict[str, int], texts: list[str] | None
) -> None:
    assert fitting(field(min=0), value) == texts


def test_chosen_codes_are_filled_in_while_the_form_has_them() -> None:
    both = field(**{**choices("stove", "coal"), "type": "select_multiple"})
    assert fitting(both, ["coal", "stove"]) == ["coal", "stove"]
    assert fitting(both, ["gas"]) is None


def test_the_same_element_is_the_same_type_with_the_same_choices() -> None:
    assert same_shape(field(**choices("a", "b")), field(**choices("b", "a")))
    assert not same_shape(field(**choices("a", "b")), field(**choices("a")))
    assert not same_shape(field(), field(type="decimal"))


@pytest.mark.parametrize("label", ["排查户数", " 排查户数：", "排查户数（户）", "【必填】排查户数"])
def test_labels_that_say_the_same_are_the_same(label: str) -> None:
    assert plain_label(label) == "排查户数"


def test_a_question_under_the_same_label_is_asked_again() -> None:
    other = OtherForm("冬季巡查", [field("patrolled", "排查户数（户）")])
    (again,) = asked_again([field("checked", "排查户数")], [other])
    assert (again.label, again.measure) == ("排查户数", "冬季巡查")


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ({"label": "排查户数"}, {"label": "排查人数"}),
        ({"label": "排查户数"}, {"label": "排查户数", "type": "decimal"}),
        ({"label": "排查户数", "reuse": "homes"}, {"label": "排查户数", "reuse": "homes"}),
        ({"label": "备注", "type": "text"}, {"label": "备注", "type": "text"}),
    ],
)
def test_what_is_another_question_or_comes_filled_in_is_not_told(
    own: dict[str, str], other: dict[str, str]
) -> None:
    assert asked_again([field(**own)], [OtherForm("冬季巡查", [field(**other)])]) == []
