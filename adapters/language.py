"""The languages of pages and sentences: Chinese is the source, others have a catalogue."""

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from adapters.settings import ROOT
from rules.refusal import Refusal
from rules.states import ACT_NAMES, STATUS_NAMES, IllegalChange

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
    text = get_translations(language).gettext(msgid)
    return text % values if values else text


def tell(refusal: Refusal, language: str) -> str:
    """The finished sentence of a refusal."""
    values = dict(refusal.values)
    if isinstance(refusal, IllegalChange):
        between = "、" if language == SOURCE else ", "
        acts = between.join(translate(language, ACT_NAMES[act]) for act in refusal.allowed)
        values["status"] = translate(language, STATUS_NAMES[refusal.status])
        values["act"] = translate(language, ACT_NAMES[refusal.act])
        values["allowed"] = acts or translate(language, "无")
    return translate(language, refusal.msgid, **values)
