"""Sentences in the languages of the product."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import language
from adapters.language import get_translations, tell, tell_period, translate
from models import Act, Status
from rules.assignments.states import IllegalChange, after
from rules.dates.periods import period_words
from rules.forms.faults import FormFaults
from rules.forms.form_check import check_form
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import Refusal, Term


@pytest.fixture
def english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A small English catalogue."""
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "还剩 %(days)s 天"\nmsgstr "%(days)s days left"\n\n'
        'msgid "签收"\nmsgstr "sign for"\n\n'
        'msgid "%(year)s年10月"\nmsgstr "October %(year)s"\n\n'
        'msgid "上期（%(period)s）"\nmsgstr "Last period (%(period)s)"\n\n'
        'msgid "、"\nmsgstr ", "\n\n'
        'msgid "第 %(line)d 行：%(fault)s"\nmsgstr "Line %(line)d: %(fault)s"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    get_translations.cache_clear()
    yield
    get_translations.cache_clear()


def test_chinese_is_the_source() -> None:
    assert translate("zh", "还剩 %(days)s 天", days=3) == "还剩 3 天"


def test_the_catalogue_is_read_without_a_compiled_file(english: None) -> None:
    assert translate("en", "还剩 %(days)s 天", days=3) == "3 days left"


def test_what_is_not_translated_stays_chinese(english: None) -> None:
    assert translate("en", "没有译文") == "没有译文"


def test_a_refusal_is_filled_after_it_is_translated(english: None) -> None:
    assert tell(Refusal("还剩 %(days)s 天", days=2), "en") == "2 days left"


def test_the_names_in_an_illegal_change_are_translated_too(english: None) -> None:
    with pytest.raises(IllegalChange) as refused:
        after(Status.ISSUED, Act.RECALL, lowest=True)
    assert "sign for" in tell(refused.value, "en")
    assert "签收" in tell(refused.value, "zh")


def test_a_list_is_written_out_and_its_terms_are_translated(english: None) -> None:
    refusal = Refusal("还剩 %(days)s 天", days=[Term("签收"), "乌兰", 3])
    assert tell(refusal, "en") == "sign for, 乌兰, 3 days left"
    assert tell(refusal, "zh") == str(refusal) == "还剩 签收、乌兰、3 天"


def test_a_period_is_told_in_words_of_the_language(english: None) -> None:
    assert tell_period("202610", "zh") == "2026年10月"
    assert tell_period("202610", "en") == "October 2026"
    assert tell_period("once", "en") == tell_period("once", "zh") == ""
    told = translate("en", "上期（%(period)s）", period=period_words("202610"))
    assert told == "Last period (October 2026)"


def test_a_fault_of_a_list_of_units_names_its_line(english: None) -> None:
    fault = Fault("还剩 %(days)s 天", {"days": 2}, Place(line=7)).placed()
    assert tell(fault, "en") == "Line 7: 2 days left"
    assert tell(fault, "zh") == str(fault)


def test_a_form_refused_in_english_holds_nothing_chinese() -> None:
    with pytest.raises(FormFaults) as refused:
        check_form([{"name": "a", "label": "", "type": "text", "min": "3", "relevant": "1 +"}])
    assert not re.search("[\u3000-\u9fff]", tell(refused.value, "en"))
    assert tell(refused.value, "zh") == str(refused.value)


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(ValueError, match="xx"):
        get_translations("xx")
