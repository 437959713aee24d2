import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.forms.field_values import (
    LARGEST_NUMBER,
    clean_text,
    decimal_text,
    read_date,
    read_decimal,
    read_integer,
    read_number,
)
from rules.sentences.faults import Fault

FULL_WIDTH = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("１２．５", "12.5"), ("1,234", "1234"), ("１，２３４", "1234"), ("1 234 567", "1234567"),
        ("−3", "-3"), ("－３", "-3"), ("12。5", "12.5"), ("12.50", "12.5"), ("-0", "0"),
        ("+7", "7"), (".5", "0.5"), ("3.", "3"), ("  8 ", "8"), ("007", "7"), ("1,234.5", "1234.5"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(typed: str, read: str) -> None:
    assert read_decimal(typed) == read


NUMBERS = json.loads((Path(__file__).parent / "numbers.json").read_text())


@pytest.mark.parametrize(("typed", "read"), NUMBERS)
def test_a_number_is_what_the_table_says(typed: str, read: str | None) -> None:
    found = read_decimal(typed)
    assert (None if isinstance(found, Fault) else found) == read


@pytest.mark.parametrize(
    "typed", ["10³", "5²", "①②", "½", "10⁻³", "0,123", "0 123", "3、456", "12,3"]
)
def test_what_may_mean_two_numbers_is_said_to(typed: str) -> None:
    assert f"“{typed}”" in str(read_number(typed))


def test_a_unit_is_no_doubt_about_the_number() -> None:
    told = "“50%”是百分数。请只填数字，按题目的要求写 50 或 0.5。"
    assert [str(read_number(typed)) for typed in ("50%", "５０％")] == [told, told]
    assert "12.5 或 0.125" in str(read_number("12.5 %"))
    assert str(read_number("12㎡")) == "请只填数字，不带单位和文字。"


def test_a_circled_day_is_no_date() -> None:
    assert isinstance(read_date("2026-11-①"), Fault)
    assert read_date("２０２６年１１⽉２２⽇") == "2026-11-22"


@pytest.mark.parametrize(
    "typed",
    ["12次", "1e9", "一百", "1.2.3", "１２，３", "1,23", "", ".", "-", "--1", "١٢", "0x10", "nan",
     "Infinity", "9" * 400, "1_000", "½"],
)  # fmt: skip
def test_what_is_no_number_is_not_guessed_at(typed: str) -> None:
    assert isinstance(read_number(typed), Fault)


def test_a_decimal_comma_is_told_apart_from_a_thousands_comma() -> None:
    assert "12.3" in str(read_number("12,3"))


def test_a_whole_number_may_be_typed_with_a_zero_fraction() -> None:
    assert read_integer("12.0") == 12
    assert str(read_integer("12.5")) == "请填整数。"


def test_numbers_end_at_a_billion_and_at_four_decimals() -> None:
    assert read_integer("1000000000") == LARGEST_NUMBER
    assert "1,000,000,000" in str(read_number("1000000000.0001"))
    assert read_decimal("0.0001") == "0.0001"
    assert isinstance(read_decimal("0.00001"), Fault)


@given(st.decimals(-LARGEST_NUMBER, LARGEST_NUMBER, places=4))
def test_every_number_reads_back_in_every_way_of_writing(number: Decimal) -> None:
    text = decimal_text(number)
    read = read_decimal(text)
    assert isinstance(read, str)
    assert Decimal(read) == number
    assert read_decimal(f"{number:,.4f}") == read_decimal(text) == text
    assert read_decimal(text.translate(FULL_WIDTH)) == text


@given(st.text())
def test_reading_never_raises(typed: str) -> None:
    for read in (read_number, read_integer, read_decimal, read_date):
        read(typed)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_dates_are_read_as_people_write_them(day: date) -> None:
    written = [
        day.isoformat(),
        day.isoformat().translate(FULL_WIDTH),
        day.strftime("%Y%m%d"),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    ]
    assert {read_date(text) for text in written} == {day.isoformat()}


@pytest.mark.parametrize("typed", ["2026-02-30", "11-22", "明天", "0001-01-01", "2026-13-01"])
def test_a_day_that_is_not_there_is_a_fault(typed: str) -> None:
    assert isinstance(read_date(typed), Fault)


def test_texts_lose_what_a_database_cannot_hold() -> None:
    assert clean_text("甲\x00乙\ud800丙\u202e丁\ufffe", multiline=True) == "甲乙丙丁"
    assert clean_text("一\r\n二\r三", multiline=True) == "一\n二\n三"
    assert clean_text("一\r\n二\t三", multiline=False) == "一 二 三"


def test_mongolian_joiners_stay() -> None:
    word = "ᠮᠣᠩᠭᠣᠯ\u180e\u202f\u200dᠶᠢᠨ"
    assert clean_text(word, multiline=False) == word


@given(st.text(st.characters(exclude_categories=[])))
def test_a_cleaned_text_can_be_written_and_stays_as_it_is(typed: str) -> None:
    text = clean_text(typed, multiline=True)
    assert "\0" not in text
    text.encode()
    assert clean_text(text, multiline=True) == text
