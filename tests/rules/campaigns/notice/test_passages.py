from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rules.campaigns.notice.passages import Passage, Piece, cut

NUMBERS = st.integers(-2, 40)
PASSAGES = st.lists(st.builds(Passage, st.just("a"), st.sampled_from("xyz"), NUMBERS, NUMBERS))


@given(st.text(max_size=30), PASSAGES)
def test_the_pieces_together_are_the_text_whatever_is_marked(text: str, marked: list[Any]) -> None:
    assert "".join(piece.text for piece in cut(text, marked)) == text


def test_overlapping_passages_keep_their_own_beginnings() -> None:
    pieces = cut("一二三四五", [Passage("m1", "measure", 0, 4), Passage("d1", "deadline", 2, 5)])
    assert pieces == [
        Piece("一二", ("m1",), frozenset({"measure"})),
        Piece("三四", ("d1",), frozenset({"measure", "deadline"})),
        Piece("五", (), frozenset({"deadline"})),
    ]


def test_a_passage_outside_the_text_is_left_out() -> None:
    assert cut("一二", [Passage("m1", "measure", 1, 9)]) == [Piece("一二", (), frozenset())]
