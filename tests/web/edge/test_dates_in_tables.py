"""No table breaks a date over two lines."""

import re

import pytest

from adapters.root import ROOT

CELL = re.compile(r"<t[dh][ >].*?</t[dh]>", re.DOTALL)
DATE = re.compile(r"\|(moment|day)\b")
WHOLE = re.compile(r'class="(when|sent|until)"|<time |=when\(')
"""What the style sheets keep in one line."""
TEMPLATES = ROOT / "templates"
DATED = sorted(
    str(page.relative_to(TEMPLATES))
    for page in TEMPLATES.rglob("*.html")
    if any(DATE.search(cell) for cell in CELL.findall(page.read_text()))
)


@pytest.mark.parametrize("page", DATED)
def test_a_date_in_a_cell_stands_in_one_line(page: str) -> None:
    cells = CELL.findall((TEMPLATES / page).read_text())
    broken = [cell for cell in cells if DATE.search(cell) and not WHOLE.search(cell)]
    assert broken == []


def test_a_date_in_a_cell_is_written_with_figures_only() -> None:
    cells = [cell for page in TEMPLATES.rglob("*.html") for cell in CELL.findall(page.read_text())]
    assert [cell for cell in cells if "|day" in cell] == []


def test_the_style_sheets_keep_them_in_one_line() -> None:
    styles = "".join(path.read_text() for path in (ROOT / "web/static").glob("*.css"))
    assert ".when,time{white-space:nowrap}" in styles
    assert ".waiting .sent,.waiting .until{white-space:nowrap}" in styles
