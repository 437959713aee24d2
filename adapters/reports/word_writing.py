"""A Word template in the making: its paragraphs, commands and tables, in one language."""

from collections.abc import Mapping, Sequence
from typing import Any

from docx.shared import Pt

from adapters.reports import word_layout as layout
from adapters.reports.word_layout import RIGHT

Column = tuple[str, float, str, Any]
"""Heading, width in millimetres, what a cell prints, alignment."""


class Template:
    """A document in the making, in one language."""

    def __init__(self, language: str) -> None:
        self.chinese = language == "zh"
        self.document = layout.new_document(latin="" if self.chinese else "Times New Roman")
        if not self.chinese:
            self.document.styles[layout.HEAD_CELL].font.size = Pt(8.5)

    def words(self, chinese: str, english: str) -> str:
        return chinese if self.chinese else english

    def add(self, style: str, chinese: str, english: str) -> None:
        """Add a paragraph."""
        self.document.add_paragraph(self.words(chinese, english), style=style)

    def say(self, chinese: str, english: str) -> None:
        self.add(layout.BODY, chinese, english)

    def command(self, text: str) -> None:
        """Add a paragraph of `{%p … %}`, which is gone when the report is rendered."""
        self.document.add_paragraph(text, style=layout.CELL)

    def table(
        self, columns: Sequence[Column], loop: str, last: Sequence[str] | None = None
    ) -> None:
        """Add a table with a row for each turn of `loop`, and with `last` as its total."""
        rows = 5 if last else 4
        table = layout.add_table(self.document, [column[1] for column in columns], rows)
        table.cell(1, 0).text = f"{{%tr for {loop} %}}"
        table.cell(3, 0).text = "{%tr endfor %}"
        for place, (heading, _, shown, align) in enumerate(columns):
            layout.write_cell(table.cell(0, place), heading, layout.HEAD_CELL)
            layout.write_cell(table.cell(2, place), shown, layout.CELL, align)
            if last:
                layout.write_cell(table.cell(4, place), last[place], layout.CELL, align)

    def answer_columns(self, width: float = 13) -> list[Column]:
        """The columns for the answers of a row `r`, with which most of the page's tables end."""
        return self._columns(width, {
            "asked": self.words("应报", "Asked"),
            "answering": self.words("已交办", "Reached"),
            "reported": self.words("已报", "Reported"),
            "reviewed": self.words("已审", "Reviewed"),
            "returned": self.words("退回", "Returned"),
            "overdue": self.words("逾期", "Overdue"),
            "late": self.words("迟报", "Late"),
            "reported_share": self.words("已报率", "Share reported"),
            "reviewed_share": self.words("已审率", "Share reviewed"),
        })  # fmt: skip

    def level_columns(self, width: float = 13) -> list[Column]:
        """The columns for the assignments of one level."""
        return self._columns(width, {
            "issued": self.words("交办", "Issued"),
            "acknowledged": self.words("签收", "Signed for"),
            "released": self.words("下发", "Released"),
            "submitted": self.words("已提交", "Sent"),
            "approved": self.words("已通过", "Approved"),
            "returned": self.words("退回", "Returned"),
            "overdue": self.words("逾期", "Overdue"),
            "late": self.words("迟报", "Late"),
            "submitted_share": self.words("提交率", "Share sent"),
        })  # fmt: skip

    def _columns(self, width: float, headings: Mapping[str, str]) -> list[Column]:
        return [
            (heading, width + 2 * name.endswith("_share"), f"{{{{ r.{name}|number }}}}", RIGHT)
            for name, heading in headings.items()
        ]

    def answers_total(self, *first: str) -> list[str]:
        return [
            *first,
            *(column[2].replace("r.", "data.below.") for column in self.answer_columns()),
        ]
