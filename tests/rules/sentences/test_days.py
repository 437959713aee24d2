"""Days in sentences."""

from datetime import date

from adapters.language import tell
from rules.sentences.days import dated, told_date, told_day
from rules.sentences.sentence import Sentence

FRIDAY, TODAY = date(2026, 12, 18), date(2026, 11, 22)


def test_a_day_of_this_year_is_told_without_the_year_and_any_other_with_it() -> None:
    assert str(told_day(FRIDAY, TODAY)) == "12月18日（周五）"
    assert str(told_day(FRIDAY, date(2027, 1, 4))) == "2026年12月18日（周五）"
    assert str(told_day(FRIDAY)) == "2026年12月18日（周五）"
    assert tell(told_day(FRIDAY, TODAY), "en") == "Fri 18 Dec"
    assert tell(told_day(date(2027, 3, 1), TODAY), "en") == "Mon 1 Mar 2027"


def test_the_date_of_a_document_has_its_year_and_no_weekday() -> None:
    assert str(told_date(FRIDAY)) == "2026年12月18日"
    assert tell(told_date(FRIDAY), "en") == "18 Dec 2026"


def test_the_days_among_the_values_of_a_sentence_are_told() -> None:
    sentence = Sentence("%(unit)s 应在 %(day)s 前办完", {"unit": "甲", "day": FRIDAY})
    assert str(dated(sentence, TODAY)) == "甲 应在 12月18日（周五） 前办完"
