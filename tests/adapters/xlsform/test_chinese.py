"""A workbook with Chinese heads and words says what the same workbook says in English."""

import io
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from adapters.xlsform.reading import XlsFormFaults, read_xlsform
from adapters.xlsform.writing import write_blank_xlsform
from rules.forms.form_fields import FormField, dump_form
from rules.forms.form_settings import FormSettings
from rules.forms.xlsform.blank import example_fields
from rules.forms.xlsform.chinese import chinese_tables
from rules.forms.xlsform.rows import written_tables
from tests import xlsform_building
from tests.xlsform_building import forms


def cells(rows: list[dict[str, str]]) -> list[list[str]]:
    heads = list(dict.fromkeys(head for row in rows for head in row))
    return [heads, *([row.get(head, "") for head in heads] for row in rows)]


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(forms())
def test_every_form_comes_back_from_chinese_sheets(
    form: tuple[str, FormSettings, tuple[FormField, ...]],
) -> None:
    sheets = {kind: cells(rows) for kind, rows in chinese_tables(written_tables(*form)).items()}
    read = read_xlsform(xlsform_building.workbook(**sheets))
    assert (read.title, read.settings, read.fields) == form


def as_typed(message: str) -> str:
    return message


@pytest.mark.parametrize("chinese", [True, False])
def test_the_blank_form_is_read_as_its_examples(chinese: bool) -> None:
    read = read_xlsform(write_blank_xlsform(as_typed, chinese=chinese))
    assert read.fields == example_fields(as_typed, chinese=chinese)
    assert (read.title, read.notes) == ("", ())


def filled(rows: list[dict[str, Any]], choices: list[list[str]], title: str) -> bytes:
    """The blank form with other questions, as somebody fills it in in Excel."""
    book = openpyxl.load_workbook(io.BytesIO(write_blank_xlsform(as_typed, chinese=True)))
    survey, listed = book["survey"], book["choices"]
    heads = [str(cell.value) for cell in survey[1]]
    for sheet in (survey, listed):
        sheet.delete_rows(2, sheet.max_row)
    for row in rows:
        survey.append([row.get(head) for head in heads])
    for choice in choices:
        listed.append(choice)
    book["settings"]["A2"] = title
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_what_the_next_period_opens_with_is_said_in_either_language() -> None:
    sheet = [
        ["type", "name", "label", "下一期"],
        ["integer", "a", "一", "照填"],
        ["integer", "b", "二", "核对"],
        ["integer", "c", "三", "new"],
    ]
    read = read_xlsform(xlsform_building.workbook(sheet))
    assert [field.each_period for field in read.fields] == ["", "look", "new"]
    sheet[1][3] = "看情况"
    with pytest.raises(XlsFormFaults) as refused:
        read_xlsform(xlsform_building.workbook(sheet))
    assert [str(fault) for fault in refused.value.faults] == [
        "“下一期”（each_period）只能是 照填、核对、重填"
    ]


def test_a_blank_form_that_was_filled_in_is_the_form_that_was_meant() -> None:
    read = read_xlsform(filled(
        [
            {"题型": "开始组", "名称": "基本", "题目": "基本情况"},
            {"题型": "整数", "名称": "户数", "题目": "户数", "必填": "是", "校验条件": ". >= 0",
             "汇总方式": "合计"},
            {"题型": "小数", "名称": "投入", "题目": "投入（万元）", "必填": "否", "只读": "否"},
            {"题型": "结束组"},
            {"题型": "单选 途径", "名称": "途径", "题目": "怎样通知", "汇总方式": "占比"},
            {"题型": "多选题 途径", "名称": "还有", "题目": "还怎样通知"},
            {"题型": "文字", "名称": "困难", "题目": "困难", "外观": "多行", "提示": "几句话"},
            {"题型": "日期", "名称": "哪天", "题目": "哪一天"},
            {"题型": "说明", "名称": "提醒", "题目": "照片要清楚"},
            {"题型": "照片", "名称": "照片", "题目": "照片", "显示条件": "${户数} > 0"},
            {"题型": "附件", "名称": "附件", "题目": "附件"},
            {"题型": "计算", "名称": "双倍", "计算公式": "${户数} * 2", "汇总方式": "平均"},
        ],
        [["途径", "上门", "上门通知"], ["途径", "电话", "电话通知"]],
        "冬季排查",
    ))  # fmt: skip
    choices = [{"value": "上门", "label": "上门通知"}, {"value": "电话", "label": "电话通知"}]
    assert read.title == "冬季排查"
    assert dump_form(read.fields) == [
        {"name": "基本", "label": "基本情况", "type": "group"},
        {"name": "户数", "label": "户数", "type": "integer", "within": "基本", "required": True,
         "min": 0, "rollup": "sum"},
        {"name": "投入", "label": "投入（万元）", "type": "decimal", "within": "基本"},
        {"name": "途径", "label": "怎样通知", "type": "select_one", "choices": choices,
         "choice_list": "途径", "rollup": "share"},
        {"name": "还有", "label": "还怎样通知", "type": "select_multiple", "choices": choices,
         "choice_list": "途径"},
        {"name": "困难", "label": "困难", "type": "text", "hint": "几句话", "multiline": True},
        {"name": "哪天", "label": "哪一天", "type": "date"},
        {"name": "提醒", "label": "照片要清楚", "type": "note"},
        {"name": "照片", "label": "照片", "type": "image", "relevant": "${户数} > 0"},
        {"name": "附件", "label": "附件", "type": "file"},
        {"name": "双倍", "type": "calculate", "calculation": "${户数} * 2", "rollup": "mean"},
    ]  # fmt: skip


def test_chinese_and_english_stand_in_one_sheet() -> None:
    survey = [
        ["type", "名称", "题目", "label::English (en)", "必填", "rollup"],
        ["整数", "a", "户数", "Households", "yes", "合计"],
        ["select_one 有无", "b", "有无", "Any", "是", "share"],
    ]
    choices = [["list_name", "选项代码", "label"], ["有无", "y", "有"], ["有无", "n", "没有"]]
    first, second = read_xlsform(xlsform_building.workbook(survey, choices)).fields
    assert (first.type, first.required, first.rollup, first.label_in("en")) == (
        "integer", True, "sum", "Households",
    )  # fmt: skip
    assert (second.required, [choice.value for choice in second.choices]) == (True, ["y", "n"])


@pytest.mark.parametrize(
    ("survey", "told"),
    [
        ([["题型", "名称"], ["整数", "a"]], "缺少“题目”这一列"),
        ([["题型", "名称", "题目"], ["单选", "a", "甲"]], "单选 方式"),
        ([["题型", "名称", "题目"], ["数字", "a", "甲"]], "可以用的有 整数、小数、文字"),
        ([["题型", "名称", "题目", "label"], ["整数", "a", "甲", "乙"]], "是同一项"),
        ([["题型", "名称", "题目", "汇总方式"], ["整数", "a", "甲", "加起来"]], "只能是 不汇总"),
        ([["题型", "名称", "题目", "必填"], ["整数", "a", "甲", "要"]], "（是 或 否）"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_the_words_of_the_sheet(
    survey: list[list[str]], told: str
) -> None:
    with pytest.raises(XlsFormFaults, match=told):
        read_xlsform(xlsform_building.workbook(survey))


def test_a_chinese_column_of_the_author_makes_no_chinese_sheet() -> None:
    choices = [["list_name", "name", "类别"], ["ways", "a", "1"]]
    survey = [["type", "name", "label"], ["select_one ways", "a", "甲"]]
    with pytest.raises(XlsFormFaults, match="缺少“label”这一列"):
        read_xlsform(xlsform_building.workbook(survey, choices))
