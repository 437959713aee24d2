"""Workbooks that are no form, or a broken one: refused as a whole, in a sentence."""

import io
import re
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from pyxform.errors import PyXFormError

from adapters.xlsform import conversion, reading
from adapters.xlsform.reading import XlsFormFaults, read_xlsform
from rules.forms.form_fields import FieldType
from tests.adapters.xlsform.test_reading import HEAD, SAMPLES, SIMPLE, WAYS, field, sentences, told
from tests.xlsform_building import workbook


def test_two_columns_of_one_meaning_are_refused() -> None:
    head = [*HEAD, "relevant", "relevance"]
    assert sentences(["integer", "x", "一", "", "1 = 1"], head=head) == [
        "这一列与“relevant”列是同一项，请只留一列"
    ]


@pytest.mark.parametrize(
    ("survey", "sentence"),
    [
        (None, "没有名为 survey 的工作表"),
        ([], "缺少“type”这一列"),
        ([HEAD], "还没有要填的项"),
        ([["type", "name"], ["integer", "x"]], "缺少“label”这一列"),
        ([HEAD, ["note", "x", "看"]], "还没有要填的项"),
        ([HEAD, *(["integer", f"x{n}", "一"] for n in range(301))], "最多 300 项"),
        ([HEAD, *(["integer", f"x{n}", "一"] for n in range(2001))], "最多 2000 行"),
        ([[*HEAD, *(f"c{n}" for n in range(200))]], "最多 2000 行、200 列"),
    ],
)
def test_a_workbook_that_is_no_form_is_refused(
    survey: list[list[str]] | None, sentence: str
) -> None:
    assert sentence in str(told(workbook(survey)))


def test_a_missing_column_is_told_once_and_not_at_every_row() -> None:
    assert told(workbook([["type", "name"], *(["text", f"x{n}"] for n in range(9))])) == [
        ("survey", "", "缺少“label”这一列")
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"type,name\n", "不是 Excel 表格"),
        (b"\xd0\xcf\x11\xe0 encrypted", "加密文件"),
        (b"PK\x03\x04 cut", "已损坏"),
        (b"PK\x03\x04" + bytes(reading.LIMIT), "最多接受 5 MB"),
        (b"", "不是 Excel 表格"),
    ],
)
def test_what_is_no_workbook_is_one_sentence(content: bytes, sentence: str) -> None:
    [(sheet, cell, said)] = told(content)
    assert (sheet, cell) == ("", "")
    assert sentence in said


def test_what_only_the_conversion_finds_is_told_in_our_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PyXFormError("[row : 2] On the 'survey' sheet, the 'label' value is invalid. Odd.")

    monkeypatch.setattr(conversion, "workbook_to_json", refuse)
    [(sheet, cell, said)] = told(workbook(SIMPLE))
    assert (sheet, cell) == ("survey", "C2")
    assert said.startswith("这样写不符合 XLSForm 的规则（[row : 2]")


def test_the_refusal_tells_everything_in_one_sentence_too() -> None:
    with pytest.raises(
        XlsFormFaults, match="survey第2行“type”：不支持类型“colour”，可以用的有 integer"
    ):
        read_xlsform(workbook([HEAD, ["colour", "x", "一"]]))


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_broken_workbook_is_refused_and_never_anything_worse(data: DataObject) -> None:
    source = io.BytesIO((SAMPLES / "form-bilingual.xlsx").read_bytes())
    broken = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(broken, "w") as new:
        hit = data.draw(st.sampled_from([name for name in old.namelist() if "xl/" in name]))
        for name in old.namelist():
            part = old.read(name)
            if name == hit:
                place = data.draw(st.integers(0, len(part)))
                cut = data.draw(st.integers(0, 40))
                part = part[:place] + data.draw(st.binary(max_size=20)) + part[place + cut :]
            new.writestr(name, part)
    faults = faults_or_none(broken.getvalue())
    assert faults is None or all(re.search("[一-鿿]", sentence) for sentence in faults)


def faults_or_none(content: bytes) -> list[str] | None:
    try:
        read_xlsform(content)
    except XlsFormFaults as refused:
        return [str(fault) for fault in refused.faults]
    return None


def test_two_sheets_of_one_kind_are_told_and_none_is_dropped() -> None:
    content = workbook(SIMPLE, **{"survey ": SIMPLE})
    assert told(content) == [("survey ", "", "这张工作表和“survey”是同一种，请合成一张")]


def test_what_people_write_as_a_type_is_understood_or_told_with_the_right_word() -> None:
    any_of = [HEAD, ["select all that apply from ways", "x", "方式"]]
    assert field(any_of, WAYS).type is FieldType.SELECT_MULTIPLE
    for typed, wanted in (("select_one from ways", "select_one ways"),
                          ("select multiple from ways", "select_multiple ways")):  # fmt: skip
        (sentence,) = sentences([typed, "x", "方式"], choices=WAYS)
        assert sentence.endswith(f"不写 from：{wanted}")


def test_several_missing_names_are_each_missing_and_none_is_a_repetition() -> None:
    assert sentences(["integer", "", "甲"], ["integer", "", "乙"]) == ["缺少“名称”"] * 2
