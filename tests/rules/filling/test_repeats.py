"""Fillings of a repeat while they are typed: shown, one more, one less."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rules.filling.repeats import one_less, one_more, places_now, times_shown
from rules.forms.form_tree import MOST_TIMES


def test_a_repeat_is_shown_once_at_first_and_as_often_as_it_is_filled_in() -> None:
    assert times_shown({}, "visits") == 1
    assert times_shown({"visits.2.who": ["张"]}, "visits") == 3
    assert times_shown({"visits.2.who": [" "]}, "visits") == 1
    assert times_shown({"visits.#": ["0"]}, "visits") == 0
    assert times_shown({"visits.#": ["2"], "other.5.who": ["李"]}, "visits") == 2


def test_what_is_said_of_its_number_hides_nothing_and_never_grows_beyond_the_most() -> None:
    assert times_shown({"visits.#": ["0"], "visits.1.who": ["张"]}, "visits") == 2
    for said in ("999", "9999999", "-3", "٣", "多", ""):
        assert 1 <= times_shown({"visits.#": [said]}, "visits") <= MOST_TIMES


def test_one_more_adds_an_empty_one_and_stops_at_the_most() -> None:
    typed = {"visits.0.who": ["张"]}
    assert one_more(typed, "visits") == {**typed, "visits.#": ["2"]}
    full = {"visits.#": [str(MOST_TIMES)]}
    assert one_more(full, "visits") == full


def test_one_less_moves_the_others_up_and_touches_nothing_else() -> None:
    typed = {
        "visits.#": ["3"], "visits.0.who": ["一"], "visits.1.who": ["二"], "visits.2.who": ["三"],
        "other.1.who": ["四"], "note": ["五"],
    }  # fmt: skip
    assert one_less(typed, "visits", 1) == {
        "visits.#": ["2"], "visits.0.who": ["一"], "visits.1.who": ["三"],
        "other.1.who": ["四"], "note": ["五"],
    }  # fmt: skip
    assert one_less(typed, "visits", 7) == typed


@given(st.lists(st.text("ab", min_size=1), min_size=1, max_size=6), st.integers(0, 8))
def test_taking_one_away_takes_exactly_that_one(texts: list[Any], place: int) -> None:
    typed = {f"visits.{n}.who": [text] for n, text in enumerate(texts)}
    left = one_less(typed, "visits", place)
    kept = [left[f"visits.{n}.who"][0] for n in range(times_shown(left, "visits"))]
    assert kept == texts[:place] + texts[place + 1 :]


SENT = [{"who": "一", "people": 3}, {"who": "二", "people": 2}, {"who": "三", "people": 2}]
TYPED = {
    "visits.#": ["3"],
    "visits.0.who": ["一"], "visits.0.people": ["3"],
    "visits.1.who": ["二"], "visits.1.people": ["2"],
    "visits.2.who": ["三"], "visits.2.people": ["2"],
}  # fmt: skip


def test_what_was_sent_is_found_again_after_fillings_were_taken_away_mended_or_added() -> None:
    assert places_now("visits", SENT, TYPED) == {0: 0, 1: 1, 2: 2}
    gone = one_less(TYPED, "visits", 1)
    assert places_now("visits", SENT, gone) == {0: 0, 2: 1}
    assert places_now("visits", SENT, {**gone, "visits.1.people": ["5"]}) == {0: 0, 2: 1}
    assert places_now("visits", SENT, one_less(gone, "visits", 0)) == {2: 0}
    assert places_now("visits", SENT, one_more(TYPED, "visits")) == {0: 0, 1: 1, 2: 2}
    assert places_now("visits", [], TYPED) == {}
