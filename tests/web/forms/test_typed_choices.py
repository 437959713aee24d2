"""Choices as they are typed: the code stays where the words change."""

import pytest

from rules.forms.form_fields import Choice, FieldType, FormField
from web.edge.viewer.language import Words
from web.forms.typed_choices import chosen_codes, chosen_labels, read_choices, written_choices

PUBLISHED = (
    Choice(value="有", label="有"),
    Choice(value="2", label="没有", labels={"en": "no"}, columns={"kind": "x"}),
)


def pairs(typed: str, published: tuple[Choice, ...] = PUBLISHED) -> list[tuple[str, str]]:
    return [(choice["value"], choice["label"]) for choice in read_choices(typed, published)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("有\n2｜没有", [("有", "有"), ("2", "没有")]),
        ("没有\n有", [("2", "没有"), ("有", "有")]),  # only the order
        ("已有\n没有", [("已有", "已有"), ("2", "没有")]),  # other words are another choice
        ("有｜已有\n没有", [("有", "已有"), ("2", "没有")]),  # other words for the same one
        ("说不清\n没有", [("说不清", "说不清"), ("2", "没有")]),
        ("有\n说不清\n没有", [("有", "有"), ("说不清", "说不清"), ("2", "没有")]),  # one between
        ("没有", [("2", "没有")]),
        ("新 的|全新\n没有", [("新 的", "全新"), ("2", "没有")]),  # a code of one's own
        ("x｜", [("x", "x")]),
        ("", []),
    ],
)
def test_a_line_keeps_the_code_of_the_choice_it_means(
    typed: str, expected: list[tuple[str, str]]
) -> None:
    assert pairs(typed) == expected


def test_other_languages_and_columns_stay_with_their_code() -> None:
    assert read_choices("有\n2｜无", PUBLISHED)[1] == {
        "value": "2", "label": "无", "labels": {"en": "no"}, "columns": {"kind": "x"},
    }  # fmt: skip


def test_what_is_written_reads_as_the_same() -> None:
    odd = [("a｜b", "a｜b"), ("c", "c"), ("1", "一"), ("x y", "x y"), ("p", "q|r")]
    published = tuple(Choice(value=code, label=label) for code, label in odd)
    written = written_choices(choice.model_dump() for choice in published)
    assert pairs(written, published) == odd


def test_new_codes_are_short_without_blanks_and_differ() -> None:
    long = "很长" * 50
    typed = f"{long}一\n{long}二\n甲 乙"
    codes = [code for code, _label in pairs(typed, ())]
    assert len(set(codes)) == 3
    assert max(map(len, codes)) <= 60
    assert codes[2] == "甲_乙"


def test_the_same_words_twice_stay_the_same_code_and_are_told_as_a_fault() -> None:
    assert pairs("甲\n甲", ()) == [("甲", "甲"), ("甲", "甲")]


def test_a_default_is_typed_in_words_or_codes() -> None:
    choices = read_choices("1｜甲\n2｜乙、丙")
    assert chosen_codes("甲、2", choices) == "1 2"
    assert chosen_codes("乙、丙", choices) == "2"


@pytest.mark.parametrize(("language", "shown"), [("zh", "有、没有"), ("en", "有, 没有")])
def test_a_default_is_written_as_the_language_lists_and_read_again(
    language: str, shown: str
) -> None:
    field = FormField(
        name="a", type=FieldType.SELECT_MULTIPLE, label="甲", choices=PUBLISHED, default="有 2"
    )
    listed = [{"label": choice.label, "value": choice.value} for choice in PUBLISHED]
    assert chosen_labels(Words(language), field) == shown
    assert chosen_codes(shown, listed) == "有 2"
