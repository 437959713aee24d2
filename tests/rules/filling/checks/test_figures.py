from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Flag, FlagKind
from rules.filling.answer_sheet import Prefilled
from rules.filling.checks.figures import (
    LEAST_SIBLINGS,
    against_last_period,
    against_siblings,
    all_zero,
    copied,
    figures,
)
from rules.filling.checks.flags import marks, unasked
from rules.filling.checks.known import against_known
from rules.forms.form_check import check_form
from rules.sentences.sentence import Sentence

FIELDS = check_form(
    [
        {"name": "checked", "label": "排查户数", "type": "integer"},
        {"name": "spent", "label": "投入", "type": "decimal"},
        {"name": "note", "label": "情况", "type": "text"},
        {"name": "sum", "label": "合计", "type": "calculate", "calculation": "${checked} + 1"},
        {"name": "visits", "label": "走访", "type": "repeat"},
        {"name": "homes", "label": "户数", "type": "integer", "within": "visits"},
    ]
)


def numbers(**values: int | str) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in values.items()}


def test_the_numbers_of_a_form_are_those_a_person_typed_once() -> None:
    answers = {"checked": 12, "spent": "3.5", "note": "12", "sum": 13, "visits": [{"homes": 4}]}
    assert figures(FIELDS, answers) == numbers(checked=12, spent="3.5")


def test_a_number_far_from_the_last_period_is_asked_about() -> None:
    now, last = numbers(checked=1200, spent=3), numbers(checked=12, spent=4)
    assert against_last_period(now, last, {}) == [
        Flag(FlagKind.LAST_PERIOD, "checked", "1200", "12")
    ]


def test_a_number_that_always_goes_up_and_down_is_not_asked_about() -> None:
    now, last = numbers(checked=900), numbers(checked=100)
    seasons = [Decimal(number) for number in (100, 900, 110, 950)]
    calm = [Decimal(number) for number in (100, 105, 110, 95)]
    assert against_last_period(now, last, {"checked": seasons}) == []
    assert against_last_period(now, last, {"checked": seasons[:3]}) != []
    assert against_last_period(now, last, {"checked": calm}) != []


def test_what_was_not_asked_before_is_not_compared() -> None:
    assert against_last_period(numbers(checked=1200), {}, {}) == []


def test_few_siblings_say_nothing() -> None:
    others = [Decimal(10)] * LEAST_SIBLINGS
    now = numbers(checked=4000)
    assert against_siblings(now, {"checked": others[1:]}) == []
    assert against_siblings(now, {"checked": others}) == [
        Flag(FlagKind.SIBLINGS, "checked", "4000", "10", LEAST_SIBLINGS)
    ]


def test_a_flag_about_siblings_holds_no_number_of_a_single_one() -> None:
    others = [Decimal(number) for number in (11, 13, 17, 19, 23, 29, 31, 37, 41)]
    (flag,) = against_siblings(numbers(checked=9_000), {"checked": others})
    assert flag == Flag(FlagKind.SIBLINGS, "checked", value="9000", other="23", count=9)


@pytest.mark.parametrize(
    ("now", "asked"),
    [
        ({"checked": 0, "spent": 0}, True),
        ({"checked": 0, "spent": 1}, False),
        ({"checked": 0}, False),
        ({}, False),
    ],
)
def test_only_several_zeros_are_asked_about(now: dict[str, int], asked: bool) -> None:
    assert bool(all_zero(numbers(**now))) == asked


@pytest.mark.parametrize(
    ("now", "last", "asked"),
    [
        ({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2, "c": 3}, True),
        ({"a": 1, "b": 2, "c": 3, "d": 0}, {"a": 1, "b": 2, "c": 3, "d": 0}, True),
        ({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2, "c": 4}, False),
        ({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2}, False),
        ({"a": 1, "b": 2, "c": 0}, {"a": 1, "b": 2, "c": 0}, False),
        ({}, {}, False),
    ],
)
def test_only_the_same_numbers_count_as_copied(
    now: dict[str, int], last: dict[str, int], asked: bool
) -> None:
    assert bool(copied(numbers(**now), numbers(**last))) == asked


@given(st.dictionaries(st.sampled_from("abcdef"), st.decimals(-1000, 1000, places=1)))
def test_a_form_is_never_far_from_itself(now: dict[str, Any]) -> None:
    assert against_last_period(now, now, {}) == []
    assert against_siblings(now, {name: [value] * 9 for name, value in now.items()}) == []


def known(value: int, measure: str = "人口统计") -> Prefilled:
    return Prefilled([str(value)], Sentence(""), value, measure)


def test_another_answer_than_elsewhere_is_asked_about() -> None:
    flags = against_known(FIELDS, {"checked": known(12)}, {"checked": 13, "spent": "1"})
    assert flags == [Flag(FlagKind.KNOWN, "checked", "13", "12", source="人口统计")]
    assert against_known(FIELDS, {"checked": known(13)}, {"checked": 13}) == []
    assert against_known(FIELDS, {"checked": known(12)}, {}) == []


def test_another_answer_than_in_the_last_period_is_no_contradiction() -> None:
    assert against_known(FIELDS, {"checked": known(12, "")}, {"checked": 13}) == []


def test_the_same_question_is_not_asked_twice_and_another_value_is_another_question() -> None:
    flag = Flag(FlagKind.SIBLINGS, "checked", "9000", "23", 9)
    later = Flag(FlagKind.SIBLINGS, "checked", "9000", "25", 11)
    changed = Flag(FlagKind.SIBLINGS, "checked", "9001", "23", 9)
    shown = marks([flag, Flag(FlagKind.ALL_ZERO)])
    assert unasked([later, changed], shown) == [changed]
    assert unasked([flag], "") == [flag]
