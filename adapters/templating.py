"""The environment in which every template is rendered, for pages and reports alike."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.language import get_translations
from adapters.root import ROOT


def make_environment(language: str) -> Environment:
    """The templates in `language`, with escaping. A name that a template does not know is an
    error."""
    made = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_translations(  # type: ignore[attr-defined]
        get_translations(language), newstyle=True
    )
    return made
