"""What stands in the cells of a workbook as people see it, and which sheet of it is read."""

import io
from collections.abc import Callable

import openpyxl
import pytest
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from adapters.tables import RawSheet, Table, read_sheets, read_table
from adapters.xlsx_cells import number_text, shown_number
from rules.sentences.cell_faults import cell_fault
from rules.units.heads import Heads
from tests.adapters.test_tables import changed

HEADS = Heads.of((("代码", "code"), "名称"))
ROWS = [["代码", "名称"], ["15", "甲"]]


def written(write: Callable[[Workbook], object]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        write(book)
    return file.getvalue()


def read(content: bytes) -> Table:
    return read_table(content, HEADS)


def first_line(write: Callable[[xlsxwriter.Workbook], object]) -> list[str]:
    (sheet,) = read_sheets(written(write))
    return sheet.lines[0][1]


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (1, "00", "01"), (15, "000000", "000015"), (2, "0.00", "2.00"), (2, "0.00_ ", "2.00"),
        (2.5, "0.00_);[Red]\\(0.00\\)", "2.50"), (0.5, "0%", "50%"), (0.125, "0%", "12.5%"),
        (1.234, "0.00", "1.234"), (-1, "0.00", "-1.00"), (1234, "#,##0", "1234"), (3, "0", "3"),
        (3, '0"个"', "3"), (0.5, "General", "0.5"),
        (150402005001, "General", "150402005001"), (1e20, "General", "1" + "0" * 20),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_is_shown_and_nothing_is_rounded_away(
    number: float, form: str, text: str
) -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        style: Format = book.add_format({"num_format": form})
        sheet = book.add_worksheet()
        sheet.write_number(0, 0, number, style)

    assert first_line(write) == [text]


@pytest.mark.parametrize("value", ["#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?"])
def test_a_fault_of_a_formula_is_text_and_never_an_empty_cell(value: str) -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["代码", "名称"])
        sheet.write_string(1, 0, "15")
        sheet.write_formula(1, 1, "=1/0", None, value)
        sheet.write_formula(2, 2, "=1/0", None, value)

    assert [cells for _, cells in read(written(write)).lines] == [
        ["代码", "名称", ""], ["15", value, ""], ["", "", value],
    ]  # fmt: skip
    fault = cell_fault(value.lower())
    assert fault
    assert value in str(fault)


def test_what_is_no_fault_of_a_cell_is_text() -> None:
    assert [cell_fault(text) for text in ("", "#1", "N/A", "#N/A 见备注")] == [None] * 4


@pytest.mark.parametrize(
    ("number", "text"), [(0.1 + 0.2, "0.3"), (2.9999999999999996, "3"), (1.1 * 3, "3.3")]
)
def test_the_rest_of_a_binary_number_is_no_part_of_it(number: float, text: str) -> None:
    """Programs that are no Excel write all seventeen digits."""
    content = written(lambda book: book.add_worksheet().write_number(0, 0, 7))
    spelt = changed(content, value=(b"<v>7</v>", f"<v>{number!r}</v>".encode()))
    assert spelt != content
    assert read_sheets(spelt)[0].lines == [(1, [text])]


def test_numbers_that_cannot_be_worked_with_are_left_as_they_are() -> None:
    assert shown_number("many", "00") == shown_number("1", "General") == ""
    assert number_text(float("inf")) == "inf"


def test_cells_and_rows_with_a_style_and_no_value_do_not_count() -> None:
    """LibreOffice writes an empty row 1048576; authors colour columns to the very end."""

    def write(book: xlsxwriter.Workbook) -> None:
        style = book.add_format({"bg_color": "#ffff00"})
        sheet = book.add_worksheet()
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
        sheet.write_blank(1_048_575, 16_383, None, style)
        sheet.set_row(1_048_575, 30)

    content = written(write)
    assert read(content).lines == [(1, ["代码", "名称"]), (2, ["15", "甲"])]
    assert [sheet.lines for sheet in read_sheets(content)] == [read(content).lines]


def several(*sheets: tuple[str, list[list[str]], str]) -> bytes:
    """Name, rows and whether hidden, of each sheet."""

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows, state in sheets:
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


OLD = [["代码", "名称"], ["99", "旧"]]


@pytest.mark.parametrize(
    ("sheets", "sheet", "others"),
    [
        ([("旧", OLD, "hidden"), ("新", ROWS, "visible")], "新", ()),
        ([("说明", [["怎么填"]], "visible"), ("新", ROWS, "visible")], "新", ("说明",)),
        ([("空", [], "visible"), ("新", ROWS, "visible")], "新", ()),
        ([("新", ROWS, "visible"), ("旧", OLD, "visible")], "新", ("旧",)),
        ([("新", [["名单"], [], *ROWS], "visible")], "新", ()),
        ([("新", [[f"说明{n}"] for n in range(9)] + ROWS, "visible")], "新", ()),
    ],
)
def test_the_first_visible_sheet_with_the_headings_is_read_and_named(
    sheets: list[tuple[str, list[list[str]], str]], sheet: str, others: tuple[str, ...]
) -> None:
    table = read(several(*sheets))
    assert [cells for _, cells in table.lines] == ROWS
    assert (table.sheet, table.others) == (sheet, others)


def test_without_the_headings_the_first_sheet_with_anything_is_read() -> None:
    table = read(several(("空", [], "visible"), ("表", [["a"], ["b"]], "visible")))
    assert table == Table([(1, ["a"]), (2, ["b"])], "表")


def test_a_workbook_with_nothing_but_hidden_sheets_is_empty() -> None:
    hidden = several(("空", [], "visible"), ("旧", OLD, "hidden"))
    assert read(hidden).lines == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("sep=;\r\n代码;名称\r\n15;甲,乙\r\n", [(2, ["代码", "名称"]), (3, ["15", "甲,乙"])]),
        ("名单（2026 年）,\n\n代码,名称\n15,甲\n", [(3, ["代码", "名称"]), (4, ["15", "甲"])]),
        ("CODE ,名称\n15,甲\n", [(1, ["CODE", "名称"]), (2, ["15", "甲"])]),
    ],
)
def test_lines_above_the_headings_of_a_csv_are_left_out(
    text: str, lines: list[tuple[int, list[str]]]
) -> None:
    assert read(text.encode()).lines == lines


def test_every_formula_of_a_sheet_is_known_and_hidden_sheets_are_marked() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("甲")
        for row in range(120):
            sheet.write_formula(row, 1, "=1+1", None, 2)
        book.add_worksheet("乙").hide()

    first, second = read_sheets(written(write))
    assert len(first.formulas) == 120
    assert isinstance(second, RawSheet)
    assert (first.hidden, second.hidden) == (False, True)
