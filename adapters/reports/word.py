"""Word documents: the summary report in the layout of official documents, made from a template."""

import re
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from adapters.language import SOURCE
from adapters.reports.report_view import Report, filters, printable, view
from adapters.root import ROOT

TEMPLATES = ROOT / "templates" / "reports"
_QUOTED = re.compile(r'"([^"\n]*)"')


def render_word(report: Report, language: str = SOURCE) -> bytes:
    """The .docx of a report.

    The template belongs to an office. It runs in a sandbox and sees the report and nothing else.
    """
    document = DocxTemplate(BytesIO(_template(_path(language))))
    document.render(view(report, language), environment(language), autoescape=True)
    _describe(document, report)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


class _Environment(SandboxedEnvironment):
    """An environment that compiles each part of a template once, and not once for every unit."""

    @lru_cache(maxsize=32)  # noqa: B019 (one environment per language lives as long as the process)
    def _compiled(self, source: str) -> Template:
        return super().from_string(source)

    def from_string(self, source: Any, *_: Any, **__: Any) -> Template:
        return self._compiled(source)


@lru_cache
def environment(language: str) -> SandboxedEnvironment:
    """The environment in which the templates of one language run."""
    made = _Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_typeset if language == SOURCE else printable,
    )
    made.filters.update(filters(language))
    return made


def _typeset(value: Any) -> Any:
    """The value with Chinese quotes for straight ones, which 仿宋 prints half as wide."""
    return _QUOTED.sub("“\\1”", printable(value)) if isinstance(value, str) else value


def _path(language: str) -> Path:
    return TEMPLATES / ("summary.docx" if language == SOURCE else f"summary.{language}.docx")


@lru_cache
def _template(path: Path) -> bytes:
    return path.read_bytes()


def _describe(document: DocxTemplate, report: Report) -> None:
    """Fill in the document's own properties: what it is, and the checksum of its data."""
    properties = document.docx.core_properties
    properties.title = str(printable(report.data["campaign"]["title"]))[:255]
    properties.author = str(printable(report.data["unit"]["name"]))[:255]
    properties.created = properties.modified = report.made_at.replace(tzinfo=None)
    properties.keywords = report.checksum
    properties.comments = ""
