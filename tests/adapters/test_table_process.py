"""Reading a list of units in a process of its own."""

import io

import pytest
import xlsxwriter

from adapters.table_process import TOO_MUCH, table_apart
from adapters.tables import read_table
from rules.sentences.refusal import Refusal
from rules.units.unit_list import UNIT_HEADS
from tests.adapters.test_tables import TEXT, workbook

pytestmark = pytest.mark.long


@pytest.mark.parametrize("content", [TEXT.encode(), workbook([["代码", 150000000000.0]])])
def test_it_reads_what_reading_here_would_read(content: bytes) -> None:
    assert table_apart(content) == read_table(content, UNIT_HEADS)


def test_what_is_no_table_is_refused_as_here() -> None:
    with pytest.raises(Refusal, match="不是 CSV，也不是 Excel"):
        table_apart(b"%PDF-1.7 ...")


def test_a_file_that_takes_too_long_costs_its_own_process_only() -> None:
    with pytest.raises(Refusal, match=TOO_MUCH):
        table_apart(TEXT.encode(), seconds=0)


def test_a_file_that_fills_the_memory_costs_its_own_process_only() -> None:
    """A few kilobytes: one long text, in thirty thousand cells."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for row in range(30_000):
            sheet.write_string(row, 0, "长" * 30_000)
    with pytest.raises(Refusal, match=TOO_MUCH):
        table_apart(file.getvalue())
