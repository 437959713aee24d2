"""HTML pages of reports: as a file that stands alone, and as the body of the product's own page."""

from functools import lru_cache

from jinja2 import Environment
from markupsafe import Markup

from adapters.language import SOURCE
from adapters.reports.report_view import COUNT_TITLES, Report, filters, view
from adapters.root import ROOT
from adapters.templating import make_environment

STYLE = ROOT / "templates" / "reports" / "report.css"
"""What a report needs to stand alone. The product's style begins with it
(`web.edge.static_files`)."""


def render_page(report: Report, language: str = SOURCE) -> bytes:
    """The report as one HTML file with its style inside, which can be sent by mail and printed."""
    page = environment(language).get_template("reports/summary.html")
    values = view(report, language)
    return page.render(
        **values, titles=_titles(), style=_style(), full_checksum=report.checksum
    ).encode()


def render_content(report: Report, language: str = SOURCE) -> Markup:
    """The report as the body of a page that has the product's style."""
    content = environment(language).get_template("reports/content.html")
    return Markup(content.render(**view(report, language), titles=_titles()))


@lru_cache
def environment(language: str) -> Environment:
    """The environment in which the templates of reports are rendered in one language."""
    made = make_environment(language)
    made.filters.update(filters(language))
    return made


def _titles() -> dict[str, str]:
    """The counts that a page has room for, in the order of its columns."""
    wide = ("answering", "reported", "reviewed", "reported_share", "reviewed_share")
    return {name: title for name, title in COUNT_TITLES.items() if name not in wide}


@lru_cache
def _style() -> Markup:
    return Markup(STYLE.read_text(encoding="utf-8"))
