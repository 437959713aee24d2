"""The language of a browser: a cookie, changed by one click."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from adapters.language import LANGUAGES, SOURCE, tell
from adapters.settings import get_settings
from models import Level
from rules.sentences.refusal import Refusal
from rules.sentences.sentence import PARTED, Sentence, listed

COOKIE = "lang"
YEAR = 365 * 24 * 3600
HAN = re.compile("[\u3400-\u9fff]")

router = APIRouter()


def language_of(request: Request) -> str:
    """The language that was chosen in this browser; without a choice Chinese."""
    chosen = request.cookies.get(COOKIE, SOURCE)
    return chosen if chosen in LANGUAGES else SOURCE


@dataclass(frozen=True)
class Words:
    """What the product says, in one language; a function that only speaks takes this."""

    language: str

    def say(self, said: str | Sentence | Refusal, **values: object) -> str:
        """A sentence, a refusal, or a msgid and its values."""
        return tell(Sentence(said, values) if isinstance(said, str) else said, self.language)

    def say_each(self, said: Mapping[str, Sentence | Refusal]) -> dict[str, str]:
        """Input → what is wrong there, in this language."""
        return {name: self.say(sentence) for name, sentence in said.items()}

    def listed(self, texts: Iterable[str]) -> str:
        """Texts side by side in a list: 甲、乙."""
        return listed(texts, self.say)

    def parted(self, texts: Iterable[str]) -> str:
        """Texts as the parts of one sentence: 甲；乙."""
        return self.say(PARTED).join(texts)


def level_names(levels: Iterable[Level], language: str) -> dict[str, str]:
    """Code of a level → its name in the language."""
    return {level.code: level.name if language == SOURCE else level.name_en for level in levels}


def words_of(request: Request) -> Words:
    """The words for this browser."""
    return Words(language_of(request))


def say(request: Request, said: str | Sentence | Refusal, **values: object) -> str:
    """A sentence in the language of this browser."""
    return words_of(request).say(said, **values)


def is_foreign(text: object, language: str) -> bool:
    """Whether a text is Chinese and stands on a page in another language."""
    return language != SOURCE and HAN.search(str(text)) is not None


def marked(text: str, language: str) -> str:
    """A text that somebody typed; a page in another language says that the text is Chinese."""
    if not is_foreign(text, language):
        return text
    return Markup('<span lang="zh-CN">{}</span>').format(text)


def local_path(address: str, otherwise: str = "/") -> str:
    """`address` if it is a path of this site, else `otherwise`: nobody is sent elsewhere."""
    if not address.startswith("/") or address.startswith(("//", "/\\")):
        return otherwise
    return address if address.isprintable() and "\\" not in address else otherwise


@router.get("/language/{code}")
def choose_language(code: str, next: str = "/") -> RedirectResponse:
    """Remember the language and go back to the page on which it was chosen."""
    if code not in LANGUAGES:
        raise HTTPException(404)
    answer = RedirectResponse(local_path(next), status_code=303)
    secure = get_settings().secure_cookies
    answer.set_cookie(COOKIE, code, max_age=YEAR, httponly=True, samesite="lax", secure=secure)
    return answer
