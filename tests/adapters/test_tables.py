import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from adapters import tables
from adapters.tables import read_sheets, read_table, read_table_file
from adapters.xlsx_bounds import MEGABYTE
from rules.sentences.refusal import Refusal
from rules.units.heads import Line
from rules.units.unit_list import UNIT_HEADS

TEXT = "代码,名称\n15,内蒙古\n\n1501,“呼和浩特”\n"
LINES = [(1, ["代码", "名称"]), (2, ["15", "内蒙古"]), (4, ["1501", "“呼和浩特”"])]


def read_lines(content: bytes, limit: int = tables.LIMIT) -> list[Line]:
    return list(read_table(content, UNIT_HEADS, limit).lines)


def workbook(rows: list[list[Any]], place: tuple[int, int] = (0, 0)) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(place[0] + number, place[1], row)
    return file.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_offices_write(encoding: str) -> None:
    assert read_lines(TEXT.encode(encoding)) == LINES


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_with_the_delimiter_it_uses(delimiter: str) -> None:
    assert read_lines(TEXT.replace(",", delimiter).encode()) == LINES


def test_a_line_is_numbered_where_it_starts_in_the_file() -> None:
    content = '代码,名称\r\n1,"两\r\n行"\r\n2,乙\r\n'.encode()
    assert [number for number, _ in read_lines(content)] == [1, 2, 4]


def test_xlsx_is_read_with_its_line_numbers_and_whole_codes() -> None:
    content = workbook([["代码", "名称"], [150000000000, " 内蒙古 "], ["", ""], ["0150", "甲"]])
    assert read_lines(content) == [
        (1, ["代码", "名称"]), (2, ["150000000000", "内蒙古"]), (4, ["0150", "甲"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7 ...", "不是 CSV，也不是 Excel"),
        (b"a,b\n\0\1\2", "不是 CSV，也不是 Excel"),
        ("代码\n".encode() + b"1,\xe9\xff\x81\x30\n", "第 2 行的文字编码"),
        (b"\xff\xd8\xff\xe0\x80\x80", "不是 CSV，也不是 Excel"),
        (b"\xd0\xcf\x11\xe0 old", "旧版 Excel 文件"),
        (b"PK\x03\x04 cut off", "已损坏"),
        (archive({"word/document.xml": b"<w/>"}), "不是 CSV，也不是 Excel"),
        (archive({"xl/workbook.xml": b"no xml"}), "已损坏"),
        (b'a,b\n1,"2\n3,4\n', "第 2 行无法读取"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        read_lines(content)


def test_a_file_over_the_limit_is_refused_with_both_sizes(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"文件有 3\.0 MB，最多接受 2 MB"):
        read_lines(b"a," * 1024 * 1536, limit=2 * 1024 * 1024)
    file = tmp_path / "big.csv"
    file.write_bytes(b"a," * 1024 * 1536)
    with pytest.raises(Refusal, match=r"文件有 3\.0 MB"):
        read_table_file(file, UNIT_HEADS, limit=2 * 1024 * 1024)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"无法打开文件：.*nowhere\.csv"):
        read_table_file(tmp_path / "nowhere.csv", UNIT_HEADS)


def test_a_zip_bomb_is_refused_before_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "UNPACKED_LIMIT", 4 * MEGABYTE)
    bomb = archive({"xl/workbook.xml": b"", "xl/media/a": bytes(4 * MEGABYTE + 1)})
    assert len(bomb) < 10_000
    with pytest.raises(Refusal, match="展开后太大"):
        read_lines(bomb)


def test_a_part_that_is_larger_than_it_says_is_refused() -> None:
    honest = archive({"xl/workbook.xml": b"x" * 5_000})
    lying = honest.replace((5_000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(Refusal, match="已损坏"):
        read_lines(lying)


def test_a_sheet_with_one_cell_far_away_is_refused() -> None:
    with pytest.raises(Refusal, match="展开后太大"):
        read_lines(workbook([["x"]], place=(1_048_575, 16_383)))


FAR = b"XFD1048576"
SMALL = workbook([["a", ""], ["", "b"]])


def changed(content: bytes, name: str = "", **texts: tuple[bytes, bytes]) -> bytes:
    """The workbook with its sheet under another name in it, and with texts replaced."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for entry in packed.namelist():
            part = packed.read(entry)
            if name:
                part = part.replace(b"worksheets/sheet1", name.encode())
                entry = entry.replace("worksheets/sheet1", name)
            for old, new in texts.values():
                part = part.replace(old, new)
            parts[entry] = part
    return archive(parts)


@pytest.mark.parametrize(
    "reference",
    [
        b'r ="' + FAR + b'"', b"r\n=\n'" + FAR + b"'", b'r="xfd1048576"',
        b's="r" B2="0" r="' + FAR + b'"', b'r="XFD&#49;048576"',
    ],
)  # fmt: skip
def test_a_cell_far_away_is_found_however_its_place_is_written(reference: bytes) -> None:
    content = changed(SMALL, cell=(b'r="B2"', reference))
    assert content != SMALL
    for read in (read_lines, read_sheets):
        with pytest.raises(Refusal, match="展开后太大"):
            read(content)


@pytest.mark.parametrize("name", ["ws/sheet1", "Worksheets/SHEET1", "a", "media/sheet1"])
def test_a_cell_far_away_is_found_wherever_the_sheet_lies(name: str) -> None:
    content = changed(SMALL, name, cell=(b'r="B2"', b'r="' + FAR + b'"'))
    for read in (read_lines, read_sheets):
        with pytest.raises(Refusal, match="展开后太大"):
            read(content)
    assert read_lines(changed(SMALL, name)) == [(1, ["a", ""]), (2, ["", "b"])]


def test_cells_without_a_place_follow_the_one_before() -> None:
    bare = changed(SMALL, row=(b'<row r="2"', b'<row r="1048576"'), cell=(b'r="B2"', b""))
    far = changed(bare, first=(b'r="A1"', b'r="XFD1"'))
    with pytest.raises(Refusal, match="展开后太大"):
        read_lines(far)


def test_what_no_database_holds_is_left_out_of_every_cell() -> None:
    plain = workbook([["坏+字", "好\n的"]])
    content = changed(plain, text=("坏+字".encode(), "坏_x0000_字_x0001_".encode()))
    assert content != plain
    assert read_lines(content) == [(1, ["坏字", "好\n的"])]
    assert [sheet.lines for sheet in read_sheets(content)] == [[(1, ["坏字", "好\n的"])]]


def sheets(write: Callable[..., None] | Callable[..., list[Any]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        write(book)
    return file.getvalue()


def test_every_sheet_is_read_with_its_cells_as_text() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        first, _ = book.add_worksheet("甲"), book.add_worksheet("空").hide()
        first.write_row(1, 0, ["007", 7.0, 0.5, True, " x "])
        first.write_datetime(2, 0, datetime(2026, 11, 22), day)  # noqa: DTZ001
        first.write_datetime(2, 1, datetime(2026, 11, 22, 8, 30), day)  # noqa: DTZ001

    first, empty = read_sheets(sheets(write))
    assert first.name == "甲"
    assert first.lines == [
        (2, ["007", "7", "0.5", "TRUE", "x"]),
        (3, ["2026-11-22", "2026-11-22 08:30:00", "", "", ""]),
    ]
    assert (empty.name, empty.lines) == ("空", [])


def test_formulas_and_merged_cells_of_a_sheet_are_named() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("one").write_formula("B3", "=1+1", value=2)
        book.add_worksheet("two").merge_range("A2:C2", "合并")

    first, two = read_sheets(sheets(write))
    assert (first.formulas, first.merged) == (("B3",), ())
    assert (two.formulas, two.merged) == ((), ("A2:C2",))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a,b\n1,2\n", "不是 Excel 表格"),
        (archive({"word/document.xml": b"<w/>"}), "不是 Excel 表格"),
        (b"\xd0\xcf\x11\xe0 old", "旧版 Excel 文件（.xls）或加密文件"),
        (b"PK\x03\x04 cut off", "已损坏"),
        (archive({"xl/workbook.xml": b"no xml", "xl/_rels/workbook.xml.rels": b"<x/>"}), "已损坏"),
        (archive({"xl/workbook.xml": b"<w/>"}), "已损坏"),
        (
            archive(
                {
                    "xl/workbook.xml": b"<w/>",
                    "xl/_rels/workbook.xml.rels": b"<x/>",
                    "xl/vbaProject.bin": b"x",
                }
            ),
            "带有宏",
        ),
        (b"PK\x03\x04" + bytes(30), "最多接受 0 MB"),
    ],
)
def test_what_is_no_plain_workbook_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        read_sheets(content, limit=20 if "0 MB" in sentence else 10_000)


def test_a_workbook_of_many_sheets_or_with_a_cell_far_away_is_refused() -> None:
    with pytest.raises(Refusal, match="工作表太多"):
        read_sheets(sheets(lambda book: [book.add_worksheet() for _ in range(51)]))
    with pytest.raises(Refusal, match="展开后太大"):
        read_sheets(workbook([["x"]], place=(1_048_575, 9)))


@pytest.mark.parametrize(("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (16_383, "XFD")])
def test_columns_have_the_letters_of_excel(place: int, letters: str) -> None:
    assert tables.column_letters(place) == letters


def test_a_workbook_that_unpacks_to_more_than_a_form_can_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tables, "SHEETS_UNPACKED_LIMIT", MEGABYTE)
    bomb = archive({"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": bytes(2 * MEGABYTE)})
    assert len(bomb) < 5_000
    with pytest.raises(Refusal, match="展开后太大"):
        read_sheets(bomb)
