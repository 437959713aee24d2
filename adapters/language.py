"""The languages of pages and sentences: Chinese is the source, others have a catalogue."""

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from adapters.root import ROOT
from rules.forms.faults import Fault
from rules.sentences.refusal import N_, Refusal, Term, fill
from rules.units import unit_list

SOURCE = "zh"
LANGUAGES = {"zh": "中文", "en": "English"}
CATALOGUES = ROOT / "locale"


@lru_cache
def get_translations(language: str) -> NullTranslations:
    """The catalogue of `language`, read once per process; Chinese where there is none.

    Raises `ValueError` for a language the product does not have.
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
    """`msgid` in `language`, its %(name)s filled with `values`."""
    texts = get_translations(language)
    told = {name: _translated(texts, value) for name, value in values.items()}
    return fill(texts.gettext(msgid), told, texts.gettext(N_("、")))


def _translated(texts: NullTranslations, value: object) -> object:
    if isinstance(value, list):
        return [_translated(texts, one) for one in value]
    if isinstance(value, Fault):
        told = {name: _translated(texts, one) for name, one in value.values.items()}
        return fill(texts.gettext(value.msgid), told) if value.msgid else ""
    return texts.gettext(value) if isinstance(value, Term) and value else value


def tell(refusal: Refusal, language: str) -> str:
    """The finished sentence of a refusal."""
    return translate(language, refusal.msgid, **refusal.values)


def tell_period(period: str, language: str) -> str:
    """A period in words, `2026年10月` or `October 2026`; empty for what is done one time."""
    # Imports the tables: half a second that a command which only says something need not wait.
    from rules.dates.periods import period_words

    return translate(language, "%(period)s", period=period_words(period))


def tell_fault(fault: unit_list.Fault, language: str) -> str:
    """The finished sentence of a fault in a list, with the place in the file."""
    sentence = translate(language, fault.msgid, **fault.values)
    if not fault.column:
        return translate(language, N_("第 %(line)d 行：%(fault)s"), line=fault.line, fault=sentence)
    return translate(
        language,
        N_("第 %(line)d 行“%(column)s”：%(fault)s"),
        line=fault.line,
        column=fault.column,
        fault=sentence,
    )
