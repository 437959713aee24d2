"""Lengths as Excel counts them, and the heights that wrapped rows need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.workbooks.excel_text import (
    HIGHEST,
    LINE_HEIGHT,
    cut_for_excel,
    excel_length,
    pieces_for_excel,
    row_height,
)

RARE = "\U00020bb7"
"""A Han character outside the Basic Multilingual Plane: two characters for Excel."""


def test_a_character_outside_the_basic_plane_counts_twice() -> None:
    assert excel_length(f"{RARE}野家") == 4
    assert cut_for_excel(RARE * 20, 31) == RARE * 15
    assert cut_for_excel(RARE * 20, 32, "…") == RARE * 15 + "…"
    assert cut_for_excel("甲" * 31, 31) == "甲" * 31


@given(st.text(alphabet=st.sampled_from(["a", "甲", RARE])), st.integers(2, 40))
def test_what_is_cut_fits_and_pieces_make_the_whole(text: str, longest: int) -> None:
    cut = cut_for_excel(text, longest)
    assert excel_length(cut) <= longest
    assert text.startswith(cut)
    assert cut == text or excel_length(cut) >= longest - 1
    pieces = list(pieces_for_excel(text, longest))
    assert "".join(pieces) == text
    assert all(excel_length(piece) <= longest for piece in pieces)


@pytest.mark.parametrize(
    ("cells", "lines"),
    [
        ([("甲", 30.0)], None), ([], None), ([("甲" * 14, 30.0)], None), ([("甲" * 15, 30.0)], 2),
        ([("a" * 29, 30.0), ("一\n二\n三", 12.0)], 3), ([("a" * 30, 30.0)], 2), ([("甲", 1.0)], 2),
    ],
)  # fmt: skip
def test_a_row_is_as_high_as_its_fullest_cell(
    cells: list[tuple[str, float]], lines: int | None
) -> None:
    assert row_height(cells) == (lines and lines * LINE_HEIGHT)


def test_no_row_is_higher_than_excel_shows() -> None:
    assert row_height([("甲" * 10_000, 30.0)]) == HIGHEST
