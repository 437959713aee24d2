import pytest

from rules.campaigns.notice.sentences_around import MOST_AROUND, sentence_around

TEXT = "一、排查。各嘎查村要逐户检查，至少2次，12月20日前完成；责任单位：应急厅。\n 二、总结"


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ("12月20日前", "各嘎查村要逐户检查，至少2次，12月20日前完成"),
        ("应急厅", "责任单位：应急厅"),
        ("应急厅。", "责任单位：应急厅。"),
        ("排查", "一、排查"),
        ("总结", "二、总结"),
    ],
)
def test_the_sentence_ends_where_sentences_end(found: str, sentence: str) -> None:
    start = TEXT.index(found)
    around = sentence_around(TEXT, start, start + len(found))
    assert TEXT[around.start : around.end] == sentence


def test_of_a_very_long_sentence_only_what_is_near_is_shown() -> None:
    text = "长" * 500 + "2次" + "长" * 500
    around = sentence_around(text, 500, 502)
    assert (500 - around.start, around.end - 502) == (MOST_AROUND, MOST_AROUND)
