"""Every form that can be published can be sent."""

from typing import Any

import pytest

from rules.forms.faults import FormFaults
from rules.forms.form_check import check_form
from rules.forms.form_fields import MOST_FIELDS
from rules.forms.form_inputs import MOST_INPUTS
from rules.forms.form_tree import MOST_TIMES

ROOM = MOST_INPUTS // MOST_TIMES
REPEAT = {"name": "r", "label": "每次", "type": "repeat"}


def questions(count: int, **more: str) -> list[dict[str, Any]]:
    return [{"name": f"q{n}", "label": f"第{n}项", "type": "text", **more} for n in range(count)]


def several(name: str, count: int, **more: str) -> dict[str, Any]:
    choices = [{"value": str(n), "label": f"选项{n}"} for n in range(count)]
    return {"name": name, "label": name, "type": "select_multiple", "choices": choices, **more}


def places(*raw: dict[str, str]) -> list[tuple[int, str]]:
    with pytest.raises(FormFaults) as refused:
        check_form(raw)
    return [
        (place, fault.place.field) for place, told in refused.value.faults.items() for fault in told
    ]


@pytest.mark.parametrize(
    "raw",
    [
        [REPEAT, *questions(ROOM, within="r")],
        [REPEAT, several("s", ROOM, within="r")],
        [REPEAT, *questions(ROOM // 2, type="file", within="r")],
        [REPEAT, *questions(1, within="r"), *({"name": f"n{n}", "label": "说明", "type": "note",
          "within": "r"} for n in range(ROOM))],
        questions(MOST_FIELDS),
    ],
)  # fmt: skip
def test_a_form_that_can_be_sent_when_it_is_filled_in_wholly_is_published(
    raw: list[dict[str, Any]],
) -> None:
    assert len(check_form(raw)) == len(raw)


@pytest.mark.parametrize(
    "inside",
    [
        questions(ROOM + 1, within="r"),
        [several("s", ROOM + 1, within="r")],
        questions(ROOM // 2 + 1, type="image", within="r"),
        [{"name": "g", "label": "组", "type": "group", "within": "r"},
         *questions(ROOM + 1, within="g")],
    ],
)  # fmt: skip
def test_a_repeat_that_could_not_be_sent_when_it_is_full_is_told(
    inside: list[dict[str, Any]],
) -> None:
    assert places(questions(1)[0] | {"name": "first"}, REPEAT, *inside) == [(2, "type")]


def test_two_repeats_count_together_and_the_larger_is_told() -> None:
    small = [{**REPEAT, "name": "s"}, *questions(40, within="s")]
    large = [{**field, "name": f"{field['name']}b"} for field in questions(ROOM - 30, within="r")]
    assert places(*small, REPEAT, *large) == [(42, "type")]


def test_boxes_outside_of_repeats_count_too() -> None:
    raw = [several(f"s{n}", 1_900) for n in range(10)]
    assert len(check_form(raw)) == 10
    assert places(*raw, REPEAT, *questions(11, within="r")) == [(1, "choices")]
