"""What an author's workbook says, and what an author is told: sheet, row, column, sentence."""

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree
from pyxform.xls2xform import convert

from adapters.xlsform.reading import XlsFormFaults, read_xlsform
from adapters.xlsform.writing import write_xlsform
from rules.forms.form_fields import FieldType, FormField, RollUp
from tests.xlsform_building import Formula, workbook

SAMPLES = Path(__file__).parent.parent.parent.parent / "samples"
HEAD = ["type", "name", "label"]
SIMPLE = [HEAD, ["integer", "done", "场次"]]
LEAVE = "用不到的请删去；自己的说明请在列名前加 #"
TYPES = (
    "integer、int、decimal、text、string、date、note、calculate、image、photo、file、select_one、"
    "select_multiple、begin_group、begin_repeat"
)
WAYS = [["list_name", "name", "label"], ["ways", "a", "集中"], ["ways", "b", "入户"]]


def field(
    survey: list[Any], choices: list[list[str]] | tuple[Any, ...] = (), name: str = "x"
) -> FormField:
    read = read_xlsform(workbook(survey, choices))
    return next(field for field in read.fields if field.name == name)


def told(content: bytes) -> list[tuple[str, str, str]]:
    """Sheet, cell and sentence of every fault."""
    with pytest.raises(XlsFormFaults) as refused:
        read_xlsform(content)
    return [(fault.place.sheet, fault.place.cell, str(fault)) for fault in refused.value.faults]


def sentences(
    *rows: list[str], choices: Sequence[list[str]] = (), head: list[str] = HEAD
) -> list[str]:
    return [sentence for _, _, sentence in told(workbook([head, *rows], choices))]


def same_for_others(content: bytes) -> str:
    """The XForm another tool makes of a workbook, whatever the order of the columns."""
    return etree.tostring(etree.fromstring(convert(content).xform.encode()), method="c14n").decode()


@pytest.mark.parametrize("name", ["form.xlsx", "form-bilingual.xlsx"])
def test_our_samples_mean_the_same_to_others_after_a_round_trip(name: str) -> None:
    content = (SAMPLES / name).read_bytes()
    form = read_xlsform(content)
    again = write_xlsform(form.title, form.settings, form.fields)
    assert read_xlsform(again) == form
    assert same_for_others(again) == same_for_others(content)


def test_the_sample_in_two_languages_is_understood() -> None:
    form = read_xlsform((SAMPLES / "form-bilingual.xlsx").read_bytes())
    assert (form.title, form.settings.version) == ("便民服务进嘎查村", "2026112201")
    assert form.settings.default_language == "中文 (zh)"
    assert form.settings.languages == ("English (en)",)
    by_name = {field.name: field for field in form.fields}
    handled, place = by_name["handled"], by_name["place"]
    assert (handled.label, handled.label_in("en")) == ("办理事项件数", "Matters handled")
    assert handled.words["English (en)"].constraint_message == "At least one a session"
    assert (handled.within, handled.rollup, handled.default) == ("service", RollUp.SUM, "0")
    assert (by_name["sessions"].min, by_name["sessions"].max) == (0, 31)
    assert by_name["sessions"].reuse == "service_sessions"
    assert (place.within, place.choice_list) == ("visits", "places")
    assert place.choices[0].columns == {"area": "01"}
    assert place.choices[0].labels == {"English (en)": "East hall"}
    assert by_name["each"].type is FieldType.CALCULATE
    assert by_name["office"].readonly


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("int", "integer"), ("string", "text"), ("ｉｎｔｅｇｅｒ", "integer"), ("Photo", "image"),
        ("select one ways", "select_one"), ("select_multiple　ways", "select_multiple"),
        ("\ufeffdate", "date"),
    ],
)  # fmt: skip
def test_types_are_read_in_all_their_spellings(typed: str, kind: str) -> None:
    choices = WAYS if "ways" in typed else ()
    assert field([HEAD, [typed, "x", "一"]], choices).type == kind


def test_codes_and_defaults_typed_as_numbers_and_dates_are_texts() -> None:
    survey: list[list[Any]] = [
              [*HEAD, "default"], ["select_one n", "x", "一", 1.0], ["integer", "y", "二", 3.0],
              ["date", "z", "三", date(2026, 11, 2)]]  # fmt: skip
    choices: list[list[Any]] = [
        ["list name", "value", "label"],
        ["n", 1.0, 2026],
        ["n", "01", "零一"],
    ]
    read = {field.name: field for field in read_xlsform(workbook(survey, choices)).fields}
    assert [choice.value for choice in read["x"].choices] == ["1", "01"]
    assert read["x"].choices[0].label == "2026"
    assert (read["x"].default, read["y"].default, read["z"].default) == ("1", "3", "2026-11-02")


def test_line_ends_and_blanks_of_cells_are_tidied_and_labels_left_alone() -> None:
    read = field([HEAD, ["text ", " x ", "第一行\r\n“第二行” （全角）１ "]])
    assert read.label == "第一行\n“第二行” （全角）１"


def test_quotation_marks_of_word_are_plain_ones_in_expressions() -> None:
    survey = [[*HEAD, "relevant"], ["integer", "a", "甲"], ["text", "x", "乙", "${a} = ‘1’"]]
    assert field(survey).relevant == "${a} = '1'"


@pytest.mark.parametrize("typed", ["yes", "TRUE", "true()", True])
def test_required_is_read_in_every_spelling(typed: str | bool) -> None:
    assert field([[*HEAD, "Required"], ["text", "x", "一", typed]]).required
    assert not field([[*HEAD, "required"], ["text", "x", "一", "no"]]).required


def test_without_a_default_language_the_first_one_is_the_forms_own() -> None:
    survey = [["type", "name", "label::Монгол (mn)", "label::中文 (zh)"], ["text", "x", "А", "甲"]]
    form = read_xlsform(workbook(survey))
    assert form.settings.default_language == "Монгол (mn)"
    assert form.fields[0].label == "А"
    assert form.fields[0].label_in("zh") == "甲"


def test_plain_columns_are_in_the_default_language() -> None:
    survey = [[*HEAD, "label::English (en)"], ["text", "x", "甲", "A"]]
    settings_sheet = [["default_language"], ["中文 (zh)"]]
    form = read_xlsform(workbook(survey, settings=settings_sheet))
    assert (form.settings.default_language, form.fields[0].label) == ("中文 (zh)", "甲")


def test_notes_of_the_author_and_empty_columns_and_rows_are_passed_over() -> None:
    survey = [[*HEAD, "#备注", "media::image", "parameters"], [], ["", "", "", "只是说明"],
              ["integer", "x", "一", "说明"]]  # fmt: skip
    content = workbook(survey, **{"#说明": [["怎么填"]], "Sheet4": []})
    assert [field.name for field in read_xlsform(content).fields] == ["x"]


def test_a_default_that_looks_like_an_expression_is_quoted() -> None:
    survey = [[*HEAD, "default"], ["text", "x", "一", "string('3 * 4')"]]
    assert field(survey).default == "3 * 4"
    assert "算式" in sentences(["text", "x", "一", "3 * 4"], head=[*HEAD, "default"])[0]


def test_every_fault_of_a_workbook_is_told_with_its_cell() -> None:
    survey = [
        [*HEAD, "required", "relevant", "calculation", "default", "appearance", "rollup", "range"],
        ["geopoint", "where", "位置"],
        ["integer", "1st", "户数", "maybe"],
        ["select_one nope", "way", "形式", "", "${gone} = 1"],
        ["select_one ways or_other", "ways", "形式"],
        ["begin group", "g", "组"],
        ["text", "in", "里面", "", "", "", "today()", "field-list", "top"],
        ["end repeat"],
        ["calculate", "a", "", "", "", "${b} + 1"],
        ["calculate", "b", "", "", "", "${a} + 1"],
        ["text", "tel", "联系电话", "", "", "", "", "", "", "1-5"],
        ["begin repeat", "open", "不收"],
    ]
    choices = [*WAYS, ["ways", "a", "又"], ["ways", "", "无"], ["", "c", "丙"], ["left", "x", "丁"]]
    assert told(workbook(survey, choices, [["form_title", "style"], ["表", "pages"]])) == [
        ("survey", "J1", f"不支持“range”这一列：{LEAVE}"),
        ("survey", "A2", "不支持类型“geopoint”：不收集位置；要写地点的，请改用 text"),
        ("survey", "D3", "“必填”只能写 yes 或 no（是 或 否）"),
        ("survey", "B3", "“名称”只能用字母、汉字、数字和下划线，不以数字开头"),
        ("survey", "A4", "choices 里没有选项表“nope”，有的是 ways、left"),
        ("survey", "E4", "表单里没有“gone”这一项"),
        ("survey", "A5", "不支持 or_other：请在选项表里加一项“其他”，再加一道文字题"),
        (
            "survey",
            "G7",
            "默认值不能是算式，只能是固定的值；文字里有运算符号的，请写成 string('…')",
        ),
        ("survey", "H7", "“外观”（appearance）只能写 multiline，不能写“field-list”"),
        ("survey", "I7", "“汇总方式”只能是 none、sum、count、mean、min、max、share、list、latest"),
        ("survey", "A8", "第 6 行开始的组要用 end_group 结束"),
        ("survey", "F10", "这些项互相引用，无法算出：a、b"),
        ("survey", "C11", "不收集个人的电话和住址（“联系电话”）：单位的联系方式写在细化说明里。"),
        ("survey", "A12", "这一组没有结束：后面缺少 end_repeat"),
        ("choices", "B4", "同一个选项表里代码“a”重复"),
        ("choices", "B5", "缺少选项的代码（name）"),
        ("choices", "A6", "缺少选项表名（list_name）"),
        ("choices", "A7", "没有一道题用到选项表“left”"),
        ("settings", "B1", f"不支持“style”这一列：{LEAVE}"),
    ]


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("parameters", "rows=3"), ("media::image", "a.png"), ("body::accuracyThreshold", "1"),
        ("bind::jr:preload", "x"), ("repeat_count", "3"), ("label:English", "A"),
        ("required_message", "必须"), ("guidance_hint", "x"), ("trigger", "${x}"), ("", "没列名"),
    ],
)  # fmt: skip
def test_a_column_that_is_not_supported_is_refused_at_its_heading(heading: str, cell: str) -> None:
    survey = [[*HEAD, heading], ["text", "a", "甲"], ["text", "x", "乙", cell]]
    [(sheet, address, _)] = told(workbook(survey))
    assert (sheet, address) == ("survey", "D1")
    [(sheet, address, _)] = told(workbook([[], *survey]))
    assert (sheet, address) == ("survey", "D2")


@pytest.mark.parametrize(
    "kind",
    ["geopoint", "time", "dateTime", "audio", "video", "barcode", "range", "rank ways", "start",
     "deviceid", "select_one_from_file a.csv", "select_one ${x}", "select_one", "audit",
     "acknowledge", "select_one_external ways", "csv-external", "hidden", "begin loop"],
)  # fmt: skip
def test_a_type_that_is_not_supported_is_refused(kind: str) -> None:
    assert ("survey", "A3") in [
        fault[:2] for fault in told(workbook([*SIMPLE, [kind, "x", "一"]], WAYS))
    ]


def test_a_text_cannot_show_an_answer() -> None:
    in_title = workbook(SIMPLE, settings=[["form_title"], ["${done}"]])
    assert told(in_title) == [("settings", "A2", "文字里不能用 ${…} 引用别的项")]
    assert sentences(["integer", "a", "甲"], ["text", "x", "共 ${a} 场"]) == [
        "文字里不能用 ${…} 引用别的项"
    ]


def test_formulas_merged_cells_and_strange_sheets_are_told_along_with_the_rest() -> None:
    survey = [HEAD, ["integer", "x", Formula("=1+2")], ["colour", "y", "颜色"]]
    assert told(workbook(survey, entities=[["list_name"], ["x"]])) == [
        ("survey", "C2", "不能用 Excel 公式，请改成固定的值"),
        ("entities", "", "不支持这张工作表；自己的说明请放在名称以 # 开头的工作表里"),
        ("survey", "A3", f"不支持类型“colour”，可以用的有 {TYPES}"),
    ]


def test_a_cell_with_a_formula_or_merged_is_told_once() -> None:
    survey = [[*HEAD, "calculation"], ["integer", "x", Formula("=1+2", "")],
              ["calculate", "y", "合计", "${y} + 1"]]  # fmt: skip
    assert [fault[:2] for fault in told(workbook(survey))] == [("survey", "C2"), ("survey", "D3")]


def test_what_is_wrong_with_a_choice_is_told_at_the_choice() -> None:
    survey = [HEAD, ["select_one a", "x", "甲"], ["select_multiple a", "y", "乙"]]
    choices = [["list_name", "name", "label", "label::English (en)"], ["a", "1", "汉族", "Han"],
               ["a", "2", "蒙古族", "2"], ["a", "b c", "", "Mongol"]]  # fmt: skip
    found = told(workbook(survey, choices))
    assert [fault[:2] for fault in found] == [
        ("choices", "C2"), ("choices", "D2"), ("choices", "C4"), ("choices", "B4")
    ]  # fmt: skip


def test_a_number_that_may_have_ended_in_zero_is_noted_and_not_refused() -> None:
    survey = [HEAD, ["select_one a", "x", "甲"]]
    choices: list[list[Any]] = [["list_name", "name", "label"], ["a", 1.5, "一半"], ["a", 2, "二"]]
    read = read_xlsform(workbook(survey, choices, [["version", "form_id"], [1.10, "1.10"]]))
    assert (read.settings.version, read.settings.form_id) == ("1.1", "1.10")
    assert [(note.place.sheet, note.place.cell) for note in read.notes] == [
        ("choices", "B2"),
        ("settings", "A2"),
    ]
    assert "读作 1.1。" in str(read.notes[1])


def test_settings_have_one_row_and_short_names() -> None:
    sheet = [["form_title", "form_id"], ["题" * 201, "x" * 101], ["又一张"]]
    assert told(workbook(SIMPLE, settings=sheet)) == [
        ("settings", "A2", "最长 200 个字"),
        ("settings", "B2", "最长 100 个字"),
        ("settings", "", "设置只有一行，这一行是多出来的"),
    ]


def test_choices_are_checked_in_every_language() -> None:
    choices = [
        ["list_name", "name", "label", "label::English (en)", "column name"],
        ["ways", "x" * 61, "甲" * 121, "e" * 121],
        ["ways", "b", "", "${x}"],
        ["ways", "c", "丙", "", "有空格的列名"],
    ]
    assert told(workbook([HEAD, ["select_one ways", "x", "一"]], choices)) == [
        ("choices", "E1", f"不支持“column name”这一列：{LEAVE}"),
        ("choices", "B2", "选项的代码（name）最长 60 个字"),
        ("choices", "C2", "选项的标题（label）最长 120 个字"),
        ("choices", "D2", "选项的标题（label）最长 120 个字"),
        ("choices", "C3", "缺少选项的标题（label）"),
        ("choices", "D3", "文字里不能用 ${…} 引用别的项"),
    ]


def test_a_list_with_faults_makes_no_fault_of_the_question_that_uses_it() -> None:
    choices = [*WAYS[:1], ["ways", "a", ""]]
    survey = [[*HEAD, "default"], ["select_one ways", "x", "一", "a"]]
    assert [fault[:2] for fault in told(workbook(survey, choices))] == [("choices", "C2")]


@pytest.mark.parametrize(
    ("head", "row", "sentence"),
    [
        ("requried", ["integer", "x", "甲", "yes"],
         "不支持“requried”这一列，是不是想写 required？"),
        ("repeat_count", ["integer", "x", "甲", "3"],
         "不支持“repeat_count”这一列：填几条由填报单位自己添加，请删去这一列"),
        ("label:English", ["integer", "x", "甲", "A"],
         "不支持“label:English”这一列：语言前面要用两个冒号，如 label::English (en)"),
        ("hint", ["interger", "x", "甲", ""], "不支持类型“interger”，是不是想写 integer？"),
        ("constraint", ["date", "x", "甲", ". >= 2026-1-05"],
         "日期要写成 date('2026-1-05')：不加引号的 2026-1-05 会当作减法来算"),
    ],
)  # fmt: skip
def test_what_is_not_supported_is_told_with_what_to_do(
    head: str, row: list[str], sentence: str
) -> None:
    assert sentences(row, head=[*HEAD, head]) == [sentence]


def test_a_day_in_quotation_marks_is_no_subtraction() -> None:
    survey = [[*HEAD, "relevant"], ["date", "d", "日"],
              ["text", "x", "乙", "${d} = '2026-1-5' or ${d} < date(\"2026-02-01\")"]]  # fmt: skip
    assert field(survey).relevant


def test_the_default_language_needs_its_columns() -> None:
    survey = [["type", "name", "label::English (en)"], ["text", "x", "A"]]
    found = told(workbook(survey, settings=[["default_language"], ["中文 (zh)"]]))
    assert found == [("survey", "", "缺少“label::中文 (zh)”这一列")]


def test_a_title_above_the_headings_is_no_row_of_the_form() -> None:
    rows = [["消防检查表"], [], ["填写前先看说明"], *SIMPLE]
    form = read_xlsform(workbook(rows))
    assert [field.name for field in form.fields] == ["done"]
    faults = told(workbook([*rows, ["integer", "1x", "坏"]]))
    assert [cell for _, cell, _ in faults] == ["B6"]


def test_a_fault_of_a_formula_is_told_at_its_cell() -> None:
    content = workbook([HEAD, ["integer", "done", Formula("=1/0", "#DIV/0!")]])
    sentences = [sentence for _, cell, sentence in told(content) if cell == "C2"]
    assert any("错误值“#DIV/0!”" in sentence for sentence in sentences)
    typed = told(workbook([HEAD, ["integer", "done", "#REF!"]]))
    assert [cell for _, cell, _ in typed] == ["C2"]


def test_hidden_sheets_are_left_out_and_said_except_those_a_program_keeps_for_itself() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(SIMPLE)))
    for name, state in (("旧题目", "hidden"), ("WpsReserved_CellImgList", "veryHidden")):
        sheet = book.create_sheet(name)
        sheet["A1"], sheet.sheet_state = "x", state
    file = io.BytesIO()
    book.save(file)
    notes = read_xlsform(file.getvalue()).notes
    assert [(note.place.sheet, str(note)) for note in notes] == [
        ("旧题目", "这张隐藏的工作表没有读")
    ]


def test_a_version_and_the_codes_of_choices_are_read_as_they_are_shown() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(
        [HEAD, ["select_one ways", "way", "方式"]], WAYS, [["form_title", "version"], ["表", 2]]
    )))  # fmt: skip
    book["settings"]["B2"].number_format = "0.00"
    for row, code in ((2, 1), (3, 2)):
        cell = book["choices"].cell(row, 2)
        cell.value, cell.number_format = code, "00"
    file = io.BytesIO()
    book.save(file)
    form = read_xlsform(file.getvalue())
    assert form.settings.version == "2.00"
    assert [choice.value for choice in form.fields[0].choices] == ["01", "02"]
    assert form.notes == ()
