"""What others get to see of a text: nothing hidden, nothing that turns it round, all Mongolian."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.filling.attachments.names import clean_name
from rules.forms.field_values import clean_text
from rules.sentences.held import bare, held, is_blank, on_one_line, storable

WRITTEN_WITH = {0x180E, 0x200C, 0x200D}
"""Format characters that words of Mongolian, and emoji, are written with."""
SIGNS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Format characters that are seen: marks before numbers and verses."""
MONGOLIAN = [
    "ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ",
    "ᠬᠦᠮᠦᠨ\u202fᠦ",
    "ᠰᠠᠷ\u180eᠠ",
    "ᠠ\u180bᠨ\u180cᠠ\u180dᠪ\u180f",
    "ᠭ\u200cᠠ\u200dᠨ",
    "ᠥᠪᠥᠷ ᠮᠣᠩᠭᠣᠯ\u202fᠤᠨ ᠥᠪᠡᠷᠲᠡᠭᠡᠨ ᠵᠠᠰᠠᠬᠤ ᠣᠷᠣᠨ",
]
OTHERS = ["👨\u200d👩\u200d👧", "❤\ufe0f", "葛\U000e0100", "ئۇيغۇر", "བོད་ཡིག", "Größe ﬁ", "１２.５"]
HIDDEN = "\u202e\u202a\u2066\u2069\u200b\u200e\u200f\ufeff\u00ad\u2060\U000e0041\x00\x85\u3164"


@pytest.mark.parametrize("text", MONGOLIAN + OTHERS)
def test_what_people_write_with_survives_byte_for_byte(text: str) -> None:
    assert held(text) == text
    assert clean_text(text, multiline=False) == text
    assert on_one_line(text) == text
    assert clean_name(f"{text}.pdf") == unicodedata.normalize("NFC", f"{text}.pdf")


def test_every_control_and_format_character_goes_unless_words_are_written_with_it() -> None:
    kept = {
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs"} and held(chr(code))
    }
    assert kept == {0x09, 0x0A, 0x0D} | WRITTEN_WITH | SIGNS


@given(st.text() | st.text(alphabet=HIDDEN + "a文ᠠ\u202f\u200c 1"))
def test_what_is_kept_holds_nothing_that_goes(text: str) -> None:
    for read in (held, lambda text: clean_text(text, multiline=True), clean_name):
        kept = read(text)
        assert held(kept) == kept
        assert not set(kept) & set(HIDDEN)


@given(st.text())
def test_nothing_seen_is_lost(text: str) -> None:
    seen = "".join(sign for sign in text if unicodedata.category(sign)[0] in "NP")
    assert "".join(sign for sign in held(text) if unicodedata.category(sign)[0] in "NP") == seen


@pytest.mark.parametrize("text", ["\u200d", "\u202e \u200c", "\u180e\n", "\u3164", "\ufe0f", ""])
def test_a_text_of_which_nothing_is_seen_is_none(text: str) -> None:
    assert clean_text(text, multiline=True) == ""
    assert is_blank(held(text))


def test_a_name_that_turns_its_ending_round_ends_as_it_reads() -> None:
    assert clean_name("表\u202efdp.exe") == "表fdp.exe"
    assert clean_text("汇总\u202e表", multiline=False) == "汇总表"


def test_a_password_keeps_what_was_typed_unless_it_cannot_be_stored() -> None:
    assert storable("a\u200bb\u00ad\0\ud800") == "a\u200bb\u00ad"


@pytest.mark.parametrize(
    "typed", ["甲\u200d村", "甲村\u200c", "\ufeff\u200d甲村", "甲\u200b\u200d\u200c村"]
)
def test_joiners_that_join_nothing_go_from_names(typed: str) -> None:
    assert held(typed) == "甲村"


def test_codes_and_numbers_have_no_character_that_nobody_sees() -> None:
    assert bare("15\u200d01\ufe0f\u200b\u180b0\ufeff") == "15010"
    assert bare("ᠭ") == "ᠭ"
