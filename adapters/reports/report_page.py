"""HTML pages of reports: as a file that stands alone, and as the body of the product's own page."""

from functools import lru_cache

from jinja2 import Environment
from markupsafe import Markup

from adapters.language import SOURCE
from adapters.reports.report_view import (
    ANSWER_TITLES,
    HELD_TITLES,
    LEVEL_TITLES,
    Report,
    filters,
    view,
)
from adapters.root import ROOT
from adapters.templating import make_environment

STYLE = ROOT / "templates" / "reports" / "report.css"
"""What a report needs to stand alone. The product's style begins with it
(`web.edge.pages.static_files`)."""
_TITLES = {"titles": ANSWER_TITLES, "level_titles": LEVEL_TITLES, "held_titles": HELD_TITLES}


def render_page(report: Report, language: str = SOURCE) -> bytes:
    """The report as one HTML file with its style inside, which can be sent by mail and printed."""
    page = environment(language).get_template("reports/summary.html")
    values = view(report, language)
    return page.render(**values, **_TITLES, style=_style(), full_checksum=report.checksum).encode()


def render_content(report: Report, language: str = SOURCE) -> Markup:
    """The report as the body of a page that has the product's style."""
    content = environment(language).get_template("reports/content.html")
    return Markup(content.render(**view(report, language), **_TITLES))


@lru_cache
def environment(language: str) -> Environment:
    """The environment in which the templates of reports are rendered in one language."""
    made = make_environment(language)
    made.filters.update(filters(language))
    return made


@lru_cache
def _style() -> Markup:
    return Markup(STYLE.read_text(encoding="utf-8"))
