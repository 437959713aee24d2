"""Sentences, faults and their places: told in a language, and handed on as JSON."""

import json
from datetime import date

import pytest

from rules.forms.faults import FormFaults, by_item
from rules.forms.no_persons import words_in
from rules.forms.xlsform.faults import XlsFormFaults
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import Refusal
from rules.sentences.sentence import ENDED, PARTED, Joined, Sentence, Term, listed
from rules.sentences.sentence_json import fault_from_json, from_json, to_json

ENGLISH = {
    "标题": "title",
    "“%(what)s”太长。": "“%(what)s” is too long.",
    "第%(item)s项：%(faults)s": "Item %(item)s: %(faults)s",
    "、": ", ",
    "；": "; ",
    "。": ". ",
    "有错误：%(faults)s。": "Faults: %(faults)s.",
    "%(sheet)s第%(line)d行“%(column)s”：%(fault)s": "%(sheet)s, %(line)d, “%(column)s”: %(fault)s",
}
LONG = Fault("“%(what)s”太长。", {"what": Term("标题")}, Place("label"))


def english(msgid: str) -> str:
    return ENGLISH.get(msgid, msgid)


def test_every_sentence_inside_a_sentence_is_translated() -> None:
    told = Sentence("有错误：%(faults)s。", {"faults": by_item({1: [LONG, LONG], 3: [LONG]})})
    assert str(told) == "有错误：第1项：“标题”太长；“标题”太长。第3项：“标题”太长。"
    assert told.told(english) == (
        "Faults: Item 1: “title” is too long; “title” is too long. Item 3: “title” is too long."
    )


def test_texts_are_listed_in_the_language_of_the_reader() -> None:
    assert listed(["甲", 2]) == "甲、2"
    assert listed(["甲", 2], english) == "甲, 2"
    found = Fault("“%(what)s”太长。", {"what": words_in("汉族、蒙古族")})
    assert found.told(english) == "“汉族, 蒙古族” is too long."


def test_the_refusals_of_forms_hold_nothing_finished() -> None:
    here = LONG.at(Place(line=2, column="label", sheet="survey", letters="C"))
    for refused in (FormFaults({1: [LONG]}), XlsFormFaults([here])):
        assert isinstance(refused.sentence.values["faults"], Joined)
    assert here.placed().told(english) == "survey, 2, “label”: “title” is too long."
    assert str(XlsFormFaults([here])) == (
        "XLSForm 表单有错误，没有导入。survey第2行“label”：“标题”太长。"
    )


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (Place("label"), "“标题”太长。"),
        (Place(line=7), "第 7 行：“标题”太长。"),
        (Place(line=7, column="code"), "第 7 行“code”：“标题”太长。"),
        (Place(sheet="survey"), "survey：“标题”太长。"),
        (Place(sheet="survey", column="type"), "survey“type”：“标题”太长。"),
        (Place(sheet="survey", line=7), "survey第7行：“标题”太长。"),
    ],
)
def test_a_fault_tells_as_much_of_its_place_as_is_known(place: Place, told: str) -> None:
    assert str(LONG.at(place).placed()) == told


@pytest.mark.parametrize("address", ["填报!F7", "a!b!AA10", "F7", "填报!"])
def test_an_address_is_read_as_it_is_written(address: str) -> None:
    place = Place.of_address(address)
    assert place.address == address
    assert place.cell == address.rpartition("!")[2]


@pytest.mark.parametrize(
    "values",
    [
        {"what": Term("标题"), "names": ["a", Term("说明")], "count": 3, "none": None},
        {"nested": Sentence("%(year)s年", {"year": 2026}), "half": 0.5},
        {"faults": Joined([LONG, Sentence("空的")], PARTED), "each": [LONG]},
        {"faults": Joined([Sentence("%(a)s", {"a": by_item({1: [LONG]})})], ENDED)},
    ],
)
def test_a_sentence_comes_back_as_it_was(values: dict[str, object]) -> None:
    sentence = Sentence("还剩 %(count)s 天", values)
    back = from_json(json.loads(json.dumps(to_json(sentence))))
    assert back == sentence
    for name, value in values.items():
        assert type(back.values[name]) is type(value)


def test_terms_stay_terms_so_that_they_are_translated() -> None:
    back = from_json(to_json(Sentence("", {"what": Term("标题"), "names": ["a", Term("说明")]})))
    what, names = back.values["what"], back.values["names"]
    assert isinstance(what, Term)
    assert isinstance(names, list)
    assert isinstance(names[1], Term)


def test_a_fault_keeps_its_place() -> None:
    for place in (Place(), Place("label"), Place(line=2, column="c", sheet="s", letters="B")):
        assert fault_from_json(json.loads(json.dumps(to_json(LONG.at(place))))) == LONG.at(place)


def test_what_json_has_no_kind_for_is_kept_as_its_text() -> None:
    assert from_json(to_json(Sentence("%(day)s", {"day": date(2026, 11, 22)}))).values == {
        "day": "2026-11-22"
    }


def test_a_refusal_is_made_of_its_sentence_again() -> None:
    refusal = Refusal("还剩 %(days)d 天", days=3)
    again = Refusal.of(from_json(to_json(refusal.sentence)))
    assert again.sentence == refusal.sentence
    assert str(again) == "还剩 3 天"
