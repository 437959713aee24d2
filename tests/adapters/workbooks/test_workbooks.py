"""Workbooks as files: written, filled in with another program, read back; hostile ones refused."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.datavalidation import DataValidation

from adapters.machines import KEY_FILE
from adapters.workbooks import signing
from adapters.workbooks.reading import read_workbook
from adapters.workbooks.writing import FIXED, OWN, write_workbook
from adapters.xlsform.reading import read_xlsform
from rules.forms.form_check import check_form
from rules.sentences.refusal import Refusal
from rules.workbooks.cells import column_letters
from rules.workbooks.columns import SheetColumns, sheets_of
from rules.workbooks.layout import Cell, FilledSheet, Layout, SheetRow, digest_of
from rules.workbooks.reading import FilledBook, read_book
from tests.full_form import FULL
from tests.workbook_filling import add_filling, cell_at, column_of, edited, filled, head_row
from tests.xlsform_building import workbook

CODES = ("150402005001", "150402005002", "050402005003")
FIELDS = check_form([field for field in FULL if field["name"] != "paper"])
SHEETS = sheets_of(FIELDS)


KEYS = "adapters.signing.get_settings"


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is not the installation's."""
    monkeypatch.setattr(KEYS, lambda: SimpleNamespace(shared=tmp_path))


def layout(codes: tuple[str, ...] = CODES, sheets: list[SheetColumns] = SHEETS) -> Layout:
    empty = {sheet.name: tuple(Cell("", True) for _ in sheet.columns) for sheet in sheets}
    return Layout(
        title="测试",
        guide=(("怎么填", "照实填。"),),
        sheets=tuple(
            FilledSheet(
                sheet,
                tuple(
                    SheetRow("" if sheet.repeat else code, "" if sheet.repeat else "某村", "",
                         empty[sheet.name])
                    for code in codes
                ),
            )
            for sheet in sheets
        ),
        codes=codes,
        ticket={
            "format": 1,
            "rows": [[n, code, 0, 0, digest_of({})] for n, code in enumerate(codes, 1)],
            "sheets": [{"name": sheet.name} for sheet in sheets],
        },
    )  # fmt: skip


def read(content: bytes, names: dict[str, str] | None = None) -> FilledBook:
    ticket, tables = read_workbook(content)
    return read_book(tables, ticket, SHEETS, names)


def test_what_another_program_fills_in_comes_back_unit_by_unit() -> None:
    content = filled(
        write_workbook(layout()),
        {
            CODES[0]: {"总户数": 40, "取暖方式": "燃煤", "安装报警器户数": "１２",
                       "完成日期": 46348, "涉及对象": "牧区、农区", "做法": "1+1 不是公式"},
            CODES[2]: {"总户数": 3.0, "取暖方式": "gas"},
        },
    )  # fmt: skip
    book = read(edited(content, lambda book: add_filling(
        book, "入户走访", CODES[0], {"门牌": "一号", "常住人数": 3, "炉具完好": "否"}
    )))  # fmt: skip
    assert book.faults == []
    first, second, third = book.rows
    assert first.typed == {
        "households": ["40"], "heated": ["coal"], "alarms": ["１２"], "day": ["2026-11-22"],
        "tags": ["x", "y"], "story": ["1+1 不是公式"],
        "visits.#": ["1"], "visits.0.who": ["一号"], "visits.0.people": ["3"],
        "visits.0.stove": ["no"],
    }  # fmt: skip
    assert (first.touched, second.touched, third.touched) == (True, False, True)
    assert third.typed == {"households": ["3"], "heated": ["gas"]}
    assert first.cells["households"] == "填报!D3"


def test_codes_are_text_and_the_frame_is_protected_without_a_password() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(layout())))
    sheet = book["填报"]
    assert [cell.value for cell in sheet["A"]][2:] == list(CODES)
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert sheet.freeze_panes == "C3"
    assert sheet["A3"].protection.locked
    assert not sheet["D3"].protection.locked
    assert book["_jieli"].sheet_state == "veryHidden"
    assert book.sheetnames[0] == "说明"


def test_what_the_guide_allows_is_what_the_protection_allows() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(layout())))
    for columns in SHEETS:
        sheet = book[columns.name]
        last = FIXED + len(columns.columns)
        table = f"A2:{column_letters(last - 1)}{2 + len(CODES)}"
        assert sheet.auto_filter.ref == table
        assert not sheet.protection.autoFilter  # forbidden: no
        assert sheet.protection.sort
        own = sheet.column_dimensions[column_letters(last)]
        assert (own.min, own.max) == (last + 1, last + OWN)
        assert not own.protection.locked
        heads = [sheet.cell(2, last + place) for place in range(1, OWN + 1)]
        assert not any(cell.value or cell.protection.locked for cell in heads)
        assert sheet.cell(1, last + 1).value == "自己用的列，不报送"


def test_rows_can_be_written_on_below_the_spare_ones_of_a_repeat() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(layout())))
    visits, units = book["入户走访"].column_dimensions, book["填报"].column_dimensions
    assert not any(visits[column].protection.locked for column in "ACDEFG")
    assert visits["B"].protection.locked
    assert units["A"].protection.locked
    assert units["D"].protection.locked


def test_the_columns_for_ones_own_use_are_not_read() -> None:
    def note(book: openpyxl.Workbook) -> None:
        sheet = book["填报"]
        place = FIXED + len(SHEETS[0].columns) + 1
        sheet.cell(2, place).value = "联系人"
        sheet.cell(3, place).value = "老王"

    book = read(edited(write_workbook(layout()), note))
    assert book.left_out == ["联系人"]
    assert book.faults == []
    assert not any(row.touched for row in book.rows)


def test_texts_below_no_head_are_named_by_the_letter_of_their_column() -> None:
    place = FIXED + len(SHEETS[0].columns) + 1
    book = read(edited(
        write_workbook(layout()), lambda book: book["填报"].cell(4, place, "已打电话")
    ))  # fmt: skip
    assert book.left_out == [f"填报!{column_letters(place - 1)}"]
    assert book.faults == []
    assert not any(row.touched for row in book.rows)


def test_every_kind_of_question_is_checked_while_it_is_typed() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook(layout())))["填报"]
    rules = {
        str(validation.sqref).partition(":")[0]: validation
        for validation in sheet.data_validations.dataValidation
    }

    def of(label: str) -> DataValidation:
        return rules[sheet.cell(head_row(sheet) + 1, column_of(sheet, label)).coordinate]

    assert (of("总户数").type, of("总户数").formula1) == ("whole", "0")
    assert of("总户数").error.startswith("请填整数，不小于 0。")
    assert of("取暖方式").type == "list"
    assert of("取暖方式").formula1.startswith("选项!")
    assert of("完成日期").type == "date"
    assert of("做法").type == "textLength"


def test_heads_say_what_is_required_and_what_depends_on_other_answers() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook(layout())))["填报"]
    heads = [cell.value for cell in sheet[2]]
    assert "总户数＊" in heads
    assert "安装报警器户数＊（视前面的回答填写）" in heads
    assert "基本情况" in [cell.value for cell in sheet[1]]


def test_texts_that_look_like_formulas_are_written_as_text() -> None:
    whole = layout()
    first, *rest = whole.sheets[0].lines
    cells = tuple(Cell("=cmd|'/c calc'!A1", True) for _ in first.cells)
    changed = FilledSheet(SHEETS[0], (SheetRow(CODES[0], "=1+1", "@x", cells), *rest))
    content = write_workbook(
        Layout(whole.title, whole.guide, (changed, *whole.sheets[1:]), CODES, whole.ticket)
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in archive.read(name) for name in sheets)


def test_rows_may_be_sorted_and_deleted_and_columns_moved() -> None:
    def shuffle(book: openpyxl.Workbook) -> None:
        sheet = book["填报"]
        cell_at(sheet, CODES[0], "总户数").value = 7
        cell_at(sheet, CODES[2], "总户数").value = 9
        sheet.delete_rows(4)
        for row in sheet.iter_rows(min_row=3, max_row=4):
            row[0].value, row[3].value = row[0].value, row[3].value
        first = [cell.value for cell in sheet[3]]
        second = [cell.value for cell in sheet[4]]
        for column, (left, other) in enumerate(zip(first, second, strict=True), 1):
            sheet.cell(3, column).value, sheet.cell(4, column).value = other, left
        sheet.insert_cols(4)
        sheet.cell(2, 4).value = "自己的备注"
        sheet.cell(3, 4).value = "记一下"

    book = read(edited(write_workbook(layout()), shuffle))
    found = {row.assignment_id: row.typed["households"] for row in book.rows}
    assert found == {3: ["9"], 1: ["7"]}
    assert book.left_out == ["自己的备注"]
    assert book.faults == []


def faults_of(edit: Callable[..., Any]) -> dict[str, str]:
    book = read(edited(write_workbook(layout()), edit))
    return {fault.place.address: str(fault) for fault in book.faults}


def test_doubled_unknown_and_missing_codes_are_told_with_their_cells() -> None:
    def spoil(book: openpyxl.Workbook) -> None:
        sheet = book["填报"]
        sheet["A4"] = CODES[0]
        sheet["A5"] = "999"
        sheet["D6"] = 5

    found = faults_of(spoil)
    assert found["填报!A4"] == f"单位代码“{CODES[0]}”重复了。"
    assert "999" in found["填报!A5"]
    assert found["填报!A6"].startswith("这一行没有单位代码。")


def test_merged_cells_are_told_where_they_join_answers_and_nowhere_else() -> None:
    def merge(book: openpyxl.Workbook) -> None:
        sheet = book["填报"]
        own = sheet.max_column
        for cells in ("A3:B3", "D4:D5", f"{column_letters(own - 1)}3:{column_letters(own)}5"):
            sheet.merge_cells(cells)
        sheet.merge_cells("D9:F9")  # Below the units.

    assert list(faults_of(merge)) == ["填报!D4"]


def test_codes_and_names_that_were_sorted_apart_are_told() -> None:
    def sort(book: openpyxl.Workbook) -> None:
        sheet = book["填报"]
        for row, code in enumerate(CODES[1::-1], 3):
            sheet.cell(row, 1).value = code
        for row in (3, 4, 5):
            sheet.cell(row, 2).value = names[CODES[row - 3]]
        sheet["B5"] = "改了名的村"

    names = dict(zip(CODES, ("东村", "西村", "南村"), strict=True))
    book = read(edited(write_workbook(layout()), sort), names)
    assert [fault.place.address for fault in book.faults] == ["填报!A3", "填报!A4"]
    assert "这个代码是“西村”，名称写的是“东村”" in str(book.faults[0])


def test_a_formula_in_a_cell_is_refused_by_its_address() -> None:
    found = faults_of(lambda book: book["填报"].__setitem__("D3", "=SUM(1,2)"))
    assert list(found) == ["填报!D3"]
    assert "公式" in found["填报!D3"]


def test_a_renamed_head_and_a_lost_sheet_are_sentences() -> None:
    with pytest.raises(Refusal, match="总户数"):
        faults_of(lambda book: book["填报"].__setitem__("D2", "户数"))
    with pytest.raises(Refusal, match="入户走访"):
        faults_of(lambda book: book.remove(book["入户走访"]))


def test_a_filling_of_a_unit_that_has_no_row_is_told() -> None:
    def spoil(book: openpyxl.Workbook) -> None:
        add_filling(book, "入户走访", CODES[1], {"门牌": "一号"})
        book["填报"].delete_rows(4)

    assert list(faults_of(spoil).values()) == [f"“填报”表里没有单位“{CODES[1]}”。"]


def saved(**sheets: list[Any]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return file.getvalue()


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_part(content: bytes, name: str, added: bytes) -> bytes:
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, added)
    return file.getvalue()


def many_rows() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("填报")
        for number in range(30_000):
            sheet.write_string(number, 0, "150402005001")
    return file.getvalue()


HOSTILE = {
    "empty": lambda: b"",
    "text": lambda: b"code,name\n1,2\n",
    "pdf": lambda: b"%PDF-1.7 renamed",
    "old or encrypted": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "another zip": lambda: zipped(readme=b"hello"),
    "cut off": lambda: write_workbook(layout())[:-200],
    "a foreign workbook": lambda: saved(填报=[["单位代码"]]),
    "a forged ticket": lambda: saved(填报=[["单位代码"]], _jieli=[["eyJmb3JtYXQiOjF9.forged"]]),
    "an empty ticket": lambda: saved(填报=[["单位代码"]], _jieli=[["x", "y"], ["", "z"]]),
    "macros": lambda: with_part(write_workbook(layout()), "xl/vbaProject.bin", b"\xd0\xcf" * 100),
    "a bomb": lambda: with_part(
        write_workbook(layout()), "xl/media/image1.png", b"\0" * 60_000_000
    ),
    "too large": lambda: b"PK\x03\x04" + b"\0" * (5 * 1024 * 1024),
    "many rows": many_rows,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_workbook_of_ours_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_workbook(HOSTILE[name]())
    assert str(refusal.value).endswith("。")


def test_a_workbook_of_another_installation_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write_workbook(layout())
    elsewhere = SimpleNamespace(shared=tmp_path / "elsewhere")
    monkeypatch.setattr(KEYS, lambda: elsewhere)
    with pytest.raises(Refusal, match="不是从本系统下载"):
        read_workbook(content)


def test_many_formulas_in_answers_are_refused_as_a_whole() -> None:
    codes = tuple(f"1504020050{number:02}" for number in range(60))

    def spoil(book: openpyxl.Workbook) -> None:
        for code in codes:
            cell_at(book["填报"], code, "总户数").value = "=1+1"

    with pytest.raises(Refusal, match="很多公式"):
        read(edited(write_workbook(layout(codes)), spoil))


def test_formulas_in_the_columns_for_ones_own_use_are_no_matter() -> None:
    def count(book: openpyxl.Workbook) -> None:
        sheet = book["填报"]
        place = FIXED + len(SHEETS[0].columns) + 1
        sheet.cell(2, place).value = "合计"
        for row in range(3, 103):
            sheet.cell(row, place).value = f"=SUM(D{row}:F{row})"

    book = read(edited(write_workbook(layout()), count))
    assert (book.faults, book.left_out) == ([], ["合计"])


def test_a_fault_of_a_formula_in_an_answer_is_told_at_its_cell_and_erases_nothing() -> None:
    content = filled(write_workbook(layout()), {CODES[0]: {"总户数": "#DIV/0!", "做法": "#N/A"}})
    book = read(content)
    assert [(fault.place.cell, fault.values["value"]) for fault in book.faults] == [
        ("D3", "#DIV/0!"), (column_of_answer("做法"), "#N/A"),
    ]  # fmt: skip
    assert "households" not in book.rows[0].typed


def column_of_answer(label: str) -> str:
    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook(layout())))["填报"]
    return f"{column_letters(column_of(sheet, label) - 1)}3"


def test_a_share_comes_as_it_is_shown() -> None:
    def share(book: openpyxl.Workbook) -> None:
        cell = cell_at(book["填报"], CODES[0], "总户数")
        cell.value, cell.number_format = 0.5, "0%"

    assert read(edited(write_workbook(layout()), share)).rows[0].typed["households"] == ["50%"]


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = signing.sign({"a": 1})
    assert signing.read_ticket(first) == {"a": 1}
    key = tmp_path / KEY_FILE
    assert key.stat().st_mode & 0o077 == 0
    assert json.dumps(signing.read_ticket(signing.sign({"a": 1}))) == '{"a": 1}'
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


RARE = "\U00020bb7"
"""A Han character outside the Basic Multilingual Plane: two characters for Excel."""


def test_long_labels_of_rare_characters_keep_every_check_and_every_sheet() -> None:
    questions = [
        {"type": "integer", "name": "a", "label": RARE * 30, "hint": RARE * 200},
        {"type": "begin_repeat", "name": "b", "label": RARE * 40},
        {"type": "text", "name": "c", "label": RARE * 120},
        {"type": "end_repeat"},
    ]
    form = workbook([["type", "name", "label", "hint"], *(
        [question.get(key, "") for key in ("type", "name", "label", "hint")]
        for question in questions
    )])  # fmt: skip
    sheets = sheets_of(read_xlsform(form).fields)
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(layout(sheets=sheets))))
    assert sheets[1].name == RARE * 15
    for columns in sheets:
        checked = list(book[columns.name].data_validations.dataValidation)
        assert len(checked) == len(columns.columns) + bool(columns.repeat)


def test_a_row_with_a_long_text_has_the_height_of_its_lines() -> None:
    long = layout()
    cells = tuple(Cell("甲" * 100, True) for _ in SHEETS[0].columns)
    line = replace(long.sheets[0].lines[0], cells=cells)
    filled_sheet = replace(long.sheets[0], lines=(line, *long.sheets[0].lines[1:]))
    book = openpyxl.load_workbook(
        io.BytesIO(write_workbook(replace(long, sheets=(filled_sheet, *long.sheets[1:]))))
    )
    heights = book["填报"].row_dimensions
    assert heights[3].height > 100
    assert heights[4].height in (None, 15)
