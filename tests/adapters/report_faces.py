"""What the three faces of a report say, read back with other libraries than wrote them."""

from io import BytesIO
from typing import Any

from docx import Document
from lxml import html
from python_calamine import CalamineWorkbook

ANSWERS = (
    "asked", "answering", "reported", "reviewed", "returned", "overdue", "late", "reported_share",
    "reviewed_share",
)  # fmt: skip
LEVELS = (
    "issued", "acknowledged", "released", "submitted", "approved", "returned", "overdue", "late",
    "submitted_share",
)  # fmt: skip
FIGURES = ("reported", "reported_units", "reviewed", "reviewed_units", "of")


def page_tables(content: bytes) -> dict[str, list[list[str]]]:
    """Id → rows of texts, without the headings."""
    page: html.HtmlElement = html.fromstring(content.decode())
    return {
        table.get("id"): [
            [" ".join(cell.text_content().split()) for cell in row]
            for row in table.xpath(".//tbody/tr | .//tfoot/tr")
        ]
        for table in page.xpath("//table")
    }


def page_text(content: bytes) -> str:
    page: html.HtmlElement = html.fromstring(content.decode())
    return str(page.text_content())


def word_tables(content: bytes) -> list[list[list[str]]]:
    """Every table: its rows of texts, headings first."""
    return [
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in Document(BytesIO(content)).tables
    ]


def word_text(content: bytes) -> str:
    document = Document(BytesIO(content))
    cells = (cell for table in word_tables(content) for row in table for cell in row)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """Name → rows of values, as a program reads them."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


def counts(row: dict[str, Any], names: tuple[str, ...] = ANSWERS) -> list[str]:
    """A row of a snapshot as a face must print it."""
    return [str(row[name]) for name in names]


def figures(row: dict[str, Any]) -> list[str]:
    return [str(row[name]) for name in FIGURES]


def printed(row: dict[str, Any]) -> list[str]:
    """Figures as paper prints them: with their thousands set apart."""
    return [_apart(text) for text in figures(row)]


def _apart(text: str) -> str:
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}"


def cell_text(value: object, *, share: bool = False) -> str:
    """A cell of a ledger as Excel shows it."""
    if isinstance(value, float) and share:
        return f"{value:.1%}"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(value)


def ledger_counts(cells: list[Any]) -> list[str]:
    return [
        cell_text(value, share=name.endswith("_share"))
        for name, value in zip(ANSWERS, cells, strict=False)
    ]
