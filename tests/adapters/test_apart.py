"""Processes that read strangers' files hand back what they read, or their refusal, whole."""

import pytest

from adapters.apart import Apart
from adapters.language import tell
from rules.sentences.refusal import Refusal

TOO_MUCH = "读不完"
CHILD = Apart("tests.adapters.refusing_process", TOO_MUCH)


def test_an_answer_comes_back_with_its_bytes() -> None:
    answer, content = CHILD.run(b"\x00\nab", "read")
    assert answer == {"said": "半个\ud800字", "length": 4}
    assert content == b"ba\n\x00"


def test_a_refusal_is_translated_with_all_that_is_in_it() -> None:
    with pytest.raises(Refusal) as refused:
        CHILD.run(b"", "refuse")
    assert tell(refused.value, "zh") == "不能换用这一版。“标题”不能为空。"
    assert tell(refused.value, "en") == (
        "This version cannot be used instead. “Title” must not be empty."
    )


def test_what_breaks_is_refused_in_the_words_of_who_asked() -> None:
    with pytest.raises(Refusal, match=TOO_MUCH):
        CHILD.run(b"", "break")
