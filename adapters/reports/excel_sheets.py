"""Sheets of tables as offices expect them: titled, frozen, filtered, ready for the printer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import IO, Any, NamedTuple

from xlsxwriter import Workbook

from rules.workbooks.excel_text import IN_CELL, cut_for_excel, row_height

EXACT_DIGITS = 15
"""The most digits that Excel keeps of a number. A number with more digits is stored as text."""
A4, FIT_WIDTH = 9, 1
HEAD_HEIGHT = 32
"""The height of a head in points: two lines, for headings longer than their column."""
ONE_LINE = 20
"""The most Chinese characters of a value beside its name that fit one line."""
HEAD_ROW = 2
"""The row in which the first table of a sheet starts, below the sheet's title and source."""


class LedgerColumn(NamedTuple):
    """Heading, width in characters, and how the cells are written.

    Kinds: `text`, `count` (int), `number` (decimal text), `share` (text such as `87.5%`), `date`
    (ISO).
    """

    title: str
    width: float
    kind: str


class Ledger:
    """A workbook in the making."""

    def __init__(
        self, file: IO[bytes], *, created: datetime, footer: str, streamed: bool = False
    ) -> None:
        """`streamed`: rows go to disk one by one, so that memory does not grow with them."""
        # No text of a person may ever become a formula or a link.
        options = {
            "constant_memory" if streamed else "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book = Workbook(file, options)
        self.book.set_properties({"created": created.astimezone(UTC).replace(tzinfo=None)})
        self.footer = footer
        edge = {"border": 1, "border_color": "#b5b5b5", "valign": "vcenter"}
        add = self.book.add_format
        self.title = add({"bold": True, "font_size": 14})
        self.source = add({"font_color": "#555555"})
        self.head = add(
            {**edge, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#e8eef2"}
        )
        self.text = add({**edge, "text_wrap": True, "num_format": "@"})
        self.whole = add({**edge, "num_format": "#,##0"})
        self.decimals = [
            add({**edge, "num_format": "#,##0." + "0" * places if places else "#,##0"})
            for places in range(5)
        ]
        self.share = add({**edge, "num_format": "0.0%"})
        self.date = add({**edge, "num_format": "yyyy-mm-dd", "align": "center"})
        self.right = add({**edge, "align": "right", "num_format": "@"})

    def sheet(self, name: str, title: str, source: str) -> "LedgerSheet":
        """A new sheet. Its first two rows hold its title and where its data come from."""
        return LedgerSheet(self, name, title, source)

    def hidden(self, name: str, values: Mapping[str, str]) -> None:
        """A sheet of names and values that only programs see."""
        sheet = self.book.add_worksheet(name)
        for row, (key, value) in enumerate(values.items()):
            sheet.write_string(row, 0, key)
            sheet.write_string(row, 1, value)
        sheet.very_hidden()

    def close(self) -> None:
        self.book.close()


class LedgerSheet:
    """One worksheet, filled from the top down."""

    def __init__(self, ledger: Ledger, name: str, title: str, source: str) -> None:
        self.ledger, self.name = ledger, name
        self.sheet = ledger.book.add_worksheet(name)
        self.sheet.write_string(0, 0, title, ledger.title)
        self.sheet.write_string(1, 0, source, ledger.source)
        self.row = HEAD_ROW
        self.widths: dict[int, float] = {}
        self.sheet.set_landscape()
        self.sheet.set_paper(A4)
        self.sheet.fit_to_pages(FIT_WIDTH, 0)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        self.sheet.set_footer(f"&L{ledger.footer}&C&P / &N")

    def lines(self, pairs: Iterable[tuple[str, Any]]) -> None:
        """Write names and values, one pair in a row, and an empty row."""
        for name, value in pairs:
            self.sheet.write_string(self.row, 0, name, self.ledger.head)
            self._write(self.row, 1, value, "count" if isinstance(value, int) else "text")
            if len(str(value)) > ONE_LINE:  # not every program makes room for a second line
                self.sheet.set_row(self.row, HEAD_HEIGHT)
            self.row += 1
        self.row += 1

    def table(
        self,
        columns: Sequence[LedgerColumn],
        rows: Iterable[Sequence[Any]],
        *,
        total: Sequence[Any] | None = None,
        frozen: bool = False,
    ) -> None:
        """Write a table with its headings, and an empty row. `frozen`: it is the only table of the
        sheet."""
        top = self.row
        self.sheet.set_row(top, HEAD_HEIGHT)
        for place, column in enumerate(columns):
            self.sheet.write_string(top, place, column.title, self.ledger.head)
            self.widths[place] = max(self.widths.get(place, 0), column.width)
            self.sheet.set_column(place, place, self.widths[place])
        for row in rows:
            self._row(columns, row)
        last = self.row
        if total is not None:
            self._row(columns, total)
        if frozen:
            self.sheet.freeze_panes(top + 1, 0)
            self.sheet.repeat_rows(top)
            self.sheet.autofilter(top, 0, max(last, top + 1), len(columns) - 1)
        self.row += 2

    def chart(self, title: str, rows: int, names: int, values: int) -> None:
        """Draw bars of the column `values` for the first `rows` of the table, beside the table."""
        chart = self.ledger.book.add_chart({"type": "bar"})
        first, last = HEAD_ROW + 1, HEAD_ROW + rows
        chart.add_series(
            {
                "name": title,
                "categories": [self.name, first, names, last, names],
                "values": [self.name, first, values, last, values],
                "data_labels": {"value": True},
                "fill": {"color": "#3b6e8f"},
                "gap": 40,
            }
        )
        chart.set_title({"name": title, "name_font": {"size": 12}})
        chart.set_legend({"none": True})
        chart.set_x_axis({"min": 0, "max": 1, "num_format": "0%"})
        chart.set_y_axis({"reverse": True})
        chart.set_size({"width": 640, "height": 140 + 24 * rows})
        self.sheet.insert_chart(HEAD_ROW + rows + 4, 1, chart)

    def _row(self, columns: Sequence[LedgerColumn], row: Sequence[Any]) -> None:
        self.row += 1
        for place, value in enumerate(row):
            self._write(self.row, place, value, columns[place].kind)
        texts = ((str(value or ""), self.widths[place]) for place, value in enumerate(row))
        if height := row_height(texts):
            self.sheet.set_row(self.row, height)

    def _write(self, row: int, place: int, value: Any, kind: str) -> None:
        sheet, ledger = self.sheet, self.ledger
        if value is None or value == "":
            sheet.write_blank(row, place, None, ledger.text)
        elif kind == "count":
            sheet.write_number(row, place, value, ledger.whole)
        elif kind == "number":
            self._write_number(row, place, value)
        elif kind == "share" and value.endswith("%"):
            sheet.write_number(row, place, float(value[:-1]) / 100, ledger.share)
        elif kind == "share":
            sheet.write_string(row, place, value, ledger.right)
        elif kind == "date":
            sheet.write_datetime(row, place, date.fromisoformat(value), ledger.date)
        else:
            sheet.write_string(row, place, cut_for_excel(str(value), IN_CELL), ledger.text)

    def _write_number(self, row: int, place: int, text: str) -> None:
        if sum(character.isdigit() for character in text) > EXACT_DIGITS:
            self.sheet.write_string(row, place, text, self.ledger.right)
            return
        places = len(text.partition(".")[2])
        self.sheet.write_number(row, place, float(text), self.ledger.decimals[places])
