import random

from hypothesis import given
from hypothesis import strategies as st

from rules.filling.checks.text_prints import (
    LONGEST,
    MOST_TEXTS,
    is_alike,
    letters,
    prints,
    texts_of,
)
from rules.forms.form_check import check_form

TEXT = (
    "村干部对辖区内八十五户居民逐户走访，排查取暖安全隐患，发现隐患3处，已当场整改2处，"
    "其余1处限期三日内整改到位，并发放宣传单，签订责任书，建立台账，明确专人负责。"
)
OTHER = (
    "今年雪大，进村的路断了两天，合作社出了两台铲车清雪，老人那边由党员轮流送饭送煤，"
    "目前没有人受冻，牲畜损失正在统计，下周把结果报上来。"
)
LONG = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=30, max_size=200)


def alike(first: str, other: str) -> bool:
    return is_alike(prints("note", letters(first)), prints("note", letters(other)))


def test_a_text_with_other_numbers_and_other_punctuation_is_the_same() -> None:
    assert alike(TEXT, TEXT.replace("八十五", "一百零二").replace("3", "７").replace("，", " "))


def test_a_text_with_a_few_words_changed_is_nearly_the_same() -> None:
    assert alike(TEXT, TEXT.replace("并发放宣传单", "并发放明白卡"))
    assert alike(TEXT, "我村情况：" + TEXT)


def test_different_texts_of_the_same_matter_are_not_alike() -> None:
    assert not alike(TEXT, OTHER)


@given(LONG, LONG)
def test_likeness_is_mutual_and_a_text_is_like_itself(first: str, other: str) -> None:
    assert alike(first, first)
    assert alike(first, other) == alike(other, first)


def test_unrelated_texts_are_hardly_ever_alike() -> None:
    rolled = random.Random(5)
    texts = ["".join(rolled.choices(TEXT + OTHER, k=80)) for _ in range(300)]
    own = prints("note", letters(texts[0]))
    assert not any(is_alike(own, prints("note", letters(text))) for text in texts[1:])


def test_most_texts_that_share_nine_tenths_are_found() -> None:
    rolled = random.Random(7)
    words = [chr(0x4E00 + place) for place in range(3000)]
    found = 0
    for _ in range(200):
        text = "".join(rolled.choices(words, k=200))
        place = rolled.randrange(150)
        found += alike(text, text[:place] + "".join(rolled.choices(words, k=7)) + text[place + 7 :])
    assert found >= 190


def test_prints_fit_the_database_and_differ_between_fields() -> None:
    own, other = prints("note", letters(TEXT)), prints("problems", letters(TEXT))
    assert all(0 <= number < 2**63 for number in own)
    assert not set(own) & set(other)


def test_only_long_texts_a_person_wrote_are_compared() -> None:
    fields = check_form(
        [
            {"name": "note", "label": "情况", "type": "text"},
            {"name": "way", "label": "方式", "type": "text"},
            {"name": "checked", "label": "户数", "type": "integer"},
            {"name": "said", "label": "复述", "type": "calculate", "calculation": "${note}"},
        ]
    )
    answers = {"note": TEXT, "way": "逐户走访。" * 4, "checked": 10**9, "said": TEXT}
    assert list(texts_of(fields, answers)) == ["note"]


def test_a_huge_form_costs_no_more_than_a_few_texts() -> None:
    fields = check_form(
        [{"name": f"t{place}", "label": f"情况{place}", "type": "text"} for place in range(50)]
    )
    found = texts_of(fields, {f"t{place}": "安全" * 10_000 for place in range(50)})
    assert len(found) == MOST_TEXTS
    assert max(map(len, found.values())) == LONGEST
