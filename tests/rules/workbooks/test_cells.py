"""Texts of cells: what is shown is read back as the same answer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from rules.forms.form_fields import Choice, FieldType, FormField
from rules.workbooks.cells import cell_place, cell_text, column_letters, typed_texts
from rules.workbooks.columns import SheetColumn


def column(type: FieldType, *choices: tuple[str, str]) -> SheetColumn:
    found = tuple(Choice(value=value, label=label) for value, label in choices)
    return SheetColumn(FormField(name="q", label="问", type=type, choices=found), "问")


SEVERAL = column(
    FieldType.SELECT_MULTIPLE, ("a", "燃煤"), ("b", "燃煤、燃气"), ("c", "其他"), ("d", "其他")
)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("燃煤", ["a"]),
        ("燃煤、其他（c）", ["a", "c"]),
        ("燃煤、燃气；燃煤", ["b", "a"]),
        ("a; c,d", ["a", "c", "d"]),
        ("、燃煤 ， 没有的、", ["a", "没有的"]),
        ("燃煤炉", ["燃煤炉"]),
    ],
)
def test_several_choices_are_known_by_words_or_codes(text: str, codes: list[str]) -> None:
    assert typed_texts(SEVERAL, text) == codes


def test_two_choices_of_one_name_are_told_apart_by_their_codes() -> None:
    asked = column(FieldType.SELECT_ONE, ("c", "其他"), ("d", "其他"))
    assert cell_text(asked, ["d"]) == "其他（d）"
    assert typed_texts(asked, "其他（d）") == ["d"]
    assert typed_texts(asked, "其他") == ["其他"]  # told as a fault, never guessed


labels = st.text(st.sampled_from("甲乙、；,（a）"), min_size=1, max_size=4).map(str.strip)


@given(st.lists(labels.filter(bool), min_size=1, max_size=5, unique=True), st.data())
def test_what_is_shown_of_one_choice_is_read_back_as_its_code(
    found: list[Any], data: DataObject
) -> None:
    asked = column(FieldType.SELECT_ONE, *((f"code{n}", label) for n, label in enumerate(found)))
    code = data.draw(st.sampled_from([choice.value for choice in asked.field.choices]))
    assert typed_texts(asked, cell_text(asked, [code])) == [code]


@given(st.text(max_size=60))
def test_any_text_in_a_cell_for_choices_is_read_without_end(text: str) -> None:
    parts = typed_texts(SEVERAL, text)
    assert all(parts)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("46348", "2026-11-22"),
        ("2026-11-22 08:30:00", "2026-11-22"),
        ("2026年11月22日", "2026年11月22日"),
        ("20261122", "20261122"),
    ],
)
def test_a_day_is_read_from_what_excel_makes_of_it(text: str, day: str) -> None:
    assert typed_texts(column(FieldType.DATE), text) == [day]


def test_columns_are_lettered_as_excel_does() -> None:
    assert [column_letters(place) for place in (0, 25, 26, 701, 702)] == [
        "A", "Z", "AA", "ZZ", "AAA",
    ]  # fmt: skip
    assert cell_place("A1") == (1, 0)
    assert all(cell_place(f"{column_letters(place)}7") == (7, place) for place in range(0, 800, 7))
