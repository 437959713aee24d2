"""The environment in which every template is rendered, for pages and reports alike."""

from collections.abc import MutableMapping
from functools import lru_cache
from gettext import NullTranslations
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from adapters.language import get_translations
from adapters.root import ROOT
from rules.sentences.numbers import apart

SENTENCES = 8_192
"""Sentences without values that are kept for a language; the templates have some two thousand."""


class _Compiled(BytecodeCache):
    """Compiled templates of this process. A template is compiled once for all languages, because
    the sentences are looked up only when the page is rendered."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket with what was kept for its template."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what the bucket holds."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


class _Environment(Environment):
    """An environment whose globals are the same for all templates.

    Jinja lays a mapping of its own over the globals for each template, and goes through it in
    Python with every import and every page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template: those of the environment."""
        return super().make_globals(d) if d else self.globals


_COMPILED = _Compiled()


def make_environment(language: str) -> Environment:
    """The templates in `language`, with escaping. A name that a template does not know is an
    error. A changed template is read by the next process."""
    made = _Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    translations = get_translations(language)
    made.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(_sentences(translations))
    return made


def _sentences(translations: NullTranslations) -> dict[str, Any]:
    """`_`, `gettext` and `ngettext` as Jinja's own newstyle functions answer with escaping.

    Jinja's functions take the context of the template: each sentence costs three calls through the
    context, and a copy of the context in a loop. A page has some hundred sentences, most of them
    without values; these are looked up once.
    """

    @lru_cache(SENTENCES)
    def found(text: str) -> Markup:
        return Markup(translations.gettext(text))

    @lru_cache(SENTENCES)
    def finished(text: str) -> Markup:
        return found(text) % {}

    def gettext(text: str, /, **values: Any) -> Markup:
        return found(text) % values if values else finished(text)

    def ngettext(one: str, many: str, num: int, /, **values: Any) -> Markup:
        told = {"num": apart(num)} | values
        return Markup(translations.ngettext(one, many, num)) % told

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}
