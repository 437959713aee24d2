from typing import Any

import pytest

from rules.filling.carried import carried_answers, holds_still
from rules.forms.form_check import check_form
from rules.forms.form_fields import FormField

NUMBER = {"name": "homes", "label": "户数", "type": "integer"}
TEXT = {"name": "leader", "label": "包片单位", "type": "text", "each_period": "look"}
ANEW = {"name": "found", "label": "新发现", "type": "integer", "each_period": "new"}
PHOTO = {"name": "photo", "label": "照片", "type": "image"}
SUM = {"name": "sum", "label": "合计", "type": "calculate", "calculation": "${homes} + 1"}
VISITS = [
    {"name": "visits", "label": "走访", "type": "repeat"},
    {"name": "place", "label": "地点", "type": "text", "within": "visits"},
    {"name": "shot", "label": "照片", "type": "image", "within": "visits"},
]
APPROVED = {
    "homes": 85, "leader": "乡政府", "found": 3, "photo": {"token": "t"}, "sum": 86,
    "visits": [{"place": "牧点", "shot": {"token": "u"}}],
}  # fmt: skip


def form(*fields: dict[str, Any]) -> tuple[FormField, ...]:
    return check_form([dict(field) for field in fields])


WHOLE = form(NUMBER, TEXT, ANEW, PHOTO, SUM, *VISITS)
CARRIED = {"homes": 85, "leader": "乡政府", "visits": [{"place": "牧点"}]}


def test_answers_are_carried_without_files_calculations_and_what_is_asked_anew() -> None:
    assert carried_answers(WHOLE, APPROVED, same_form=True) == CARRIED


def test_on_another_form_version_only_what_still_fits_is_carried() -> None:
    worded = form({**NUMBER, "type": "text"}, {**TEXT, "type": "integer"}, *VISITS)
    assert carried_answers(worded, APPROVED, same_form=False) == {"homes": 85}
    assert carried_answers(WHOLE, APPROVED, same_form=False) == {
        "homes": 85, "leader": "乡政府"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "still"),
    [
        ({}, True),
        ({"found": 9, "photo": {"token": "v"}, "sum": 1}, True),
        ({"homes": 86}, False),
        ({"leader": None}, False),
        ({"visits": [{"place": "别处"}]}, False),
        ({"visits": [{"place": "牧点", "shot": {"token": "w"}}]}, True),
    ],
)
def test_what_was_carried_holds_until_one_of_it_changes(
    changed: dict[str, Any], still: bool
) -> None:
    answers = {name: value for name, value in (APPROVED | changed).items() if value is not None}
    assert holds_still(WHOLE, CARRIED, answers) is still


def test_an_answer_where_there_was_none_is_a_change() -> None:
    assert not holds_still(WHOLE, {"homes": 85}, {"homes": 85, "leader": "乡政府"})


def test_nothing_carried_is_nothing_that_holds() -> None:
    assert not holds_still(WHOLE, {}, {})


@pytest.mark.parametrize(
    "field",
    [{**PHOTO, "each_period": "look"}, {**SUM, "each_period": "new"},
     {**NUMBER, "readonly": True, "default": "1", "each_period": "look"}],
)  # fmt: skip
def test_what_is_never_carried_takes_no_setting(field: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="不从上期带出"):
        form(NUMBER if field["name"] != "homes" else TEXT, field)


def test_in_a_repeat_the_setting_stands_on_the_repeat() -> None:
    with pytest.raises(Exception, match="写在重复组上"):
        form(VISITS[0], {**VISITS[1], "each_period": "look"})
    assert form({**VISITS[0], "each_period": "look"}, VISITS[1])[0].each_period == "look"
