"""The languages of pages and sentences. Chinese is the source; other languages have a catalogue."""

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from adapters.root import ROOT
from rules.sentences.refusal import Refusal
from rules.sentences.sentence import Sentence

SOURCE = "zh"
LANGUAGES = {"zh": "中文", "en": "English"}
CATALOGUES = ROOT / "locale"


@lru_cache
def get_translations(language: str) -> NullTranslations:
    """The catalogue of `language`, read once per process; for Chinese an empty one.

    Raises `ValueError` for a language that the product does not have.
    """
    if language not in LANGUAGES:
        raise ValueError(language)
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if language == SOURCE or not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def translate(language: str, msgid: str, **values: object) -> str:
    """`msgid` in `language`, with `values` filled in for its %(name)s."""
    return tell(Sentence(msgid, values), language)


def tell(told: Sentence | Refusal, language: str) -> str:
    """The finished sentence, or the sentence of a refusal, in `language`."""
    sentence = told.sentence if isinstance(told, Refusal) else told
    return sentence.told(get_translations(language).gettext)


def tell_period(period: str, language: str) -> str:
    """A period in words, such as `2026年10月` or `October 2026`; empty for the period `once`."""
    # Imports the tables: half a second that a command which only says something need not wait.
    from rules.dates.periods import period_words

    return translate(language, "%(period)s", period=period_words(period))
