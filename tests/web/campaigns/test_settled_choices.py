"""A tick or a date beside another choice is the choice, or a question; nothing is dropped."""

from dataclasses import replace
from typing import Any

import pytest

from models import Level
from web.campaigns.conflicts import Names
from web.campaigns.settled_choices import Settled, settle
from web.campaigns.typed_due import TypedDue
from web.campaigns.typed_measure import TypedLevel, TypedMeasure

NAMES = Names(
    levels={"village": Level(code="village", name="嘎查村社区", name_en="village", rank=5)},
    tags={"border": "边境", "pastoral": "牧区"},
    forms={},
)
DAY = "2026-12-20"


def measure(to: str = "none", *tags: str, **due: str) -> TypedMeasure:
    return TypedMeasure(levels={"village": TypedLevel(to, tags)}, due=TypedDue(**due))


def settled(sent: TypedMeasure, stored: TypedMeasure) -> Settled:
    return settle(sent, stored, NAMES, "zh")


@pytest.mark.parametrize("choice", ["none", "all"])
def test_a_tick_beside_an_untouched_choice_is_the_choice_and_is_told(choice: str) -> None:
    outcome = settled(measure(choice, "border", "pastoral"), measure(choice))
    assert outcome.sent.levels["village"] == TypedLevel("tags", ("border", "pastoral"))
    assert [str(said) for said in outcome.told] == [
        "嘎查村社区只下发给勾选了标签的单位：边境、牧区。"
    ]
    assert outcome.asked == {}


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (measure("none", "border"), measure("tags", "border")),
        (measure("all", "border"), measure("none")),
        (measure("all", "border", "pastoral"), measure("tags", "border")),
    ],
)
def test_ticks_beside_a_choice_that_was_changed_are_asked_about(
    sent: TypedMeasure, stored: TypedMeasure
) -> None:
    outcome = settled(sent, stored)
    assert outcome.sent == sent
    assert list(outcome.asked) == ["to-village"]
    assert "勾选了标签“边境" in str(outcome.asked["to-village"])


def test_ticks_that_go_with_their_choice_are_left_alone() -> None:
    sent = measure("tags", "border")
    assert settled(sent, measure("none")) == Settled(sent, {}, [])
    assert settled(measure("all"), measure("tags", "border")).asked == {}


@pytest.mark.parametrize(
    ("typed", "stored", "kind"),
    [
        ({"day": DAY}, {}, "by"),
        ({"weekday": "3"}, {}, "weekly"),
        ({"kind": "workdays", "days": "5", "day": DAY}, {"kind": "workdays", "days": "5"}, "by"),
    ],
)
def test_what_is_typed_beside_an_untouched_kind_chooses_its_kind(
    typed: dict[str, Any], stored: dict[str, Any], kind: str
) -> None:
    outcome = settled(measure(**typed), measure(**stored))
    assert outcome.sent.due == replace(TypedDue(**typed), kind=kind)
    assert len(outcome.told) == 1
    assert outcome.asked == {}


@pytest.mark.parametrize(
    ("typed", "stored", "asks"),
    [
        ({"days": "5"}, {}, "填了“天数”，请再选定它是哪一种时限：收到后若干工作日、收到后若干日。"),
        ({"month_day": "15"}, {}, "每月、每季度、每半年、每年"),
        ({"kind": "weekly", "day": DAY}, {}, "选的是“每周”，又填了“截止日期”"),
        ({"day": DAY, "days": "5"}, {}, "填了“截止日期”"),
        (
            {"kind": "workdays", "days": "7", "day": DAY},
            {"kind": "workdays", "days": "5"},
            "选的是“收到后若干工作日”，又填了“截止日期”",
        ),
    ],
)
def test_where_only_the_officer_knows_the_officer_is_asked(
    typed: dict[str, Any], stored: dict[str, Any], asks: str
) -> None:
    outcome = settled(measure(**typed), measure(**stored))
    assert outcome.sent.due == TypedDue(**typed)
    assert asks in str(outcome.asked["due_kind"])
    assert outcome.told == []


@pytest.mark.parametrize(
    "typed",
    [
        {"kind": "weekly", "weekday": "3", "day": DAY},
        {"kind": "none", "day": DAY},
        {"kind": "by", "day": "2026-12-25"},
    ],
)
def test_a_stored_date_that_is_left_behind_is_not_asked_about(typed: dict[str, Any]) -> None:
    sent, stored = measure(**typed), measure(kind="by", day=DAY)
    assert settled(sent, stored) == Settled(sent, {}, [])
