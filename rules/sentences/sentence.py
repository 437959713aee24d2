"""A sentence: a Chinese msgid and the values that fill it, told in the language of its reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Translate = Callable[[str], str]
"""Takes a msgid and returns its text in one language."""


def N_(msgid: str) -> str:
    """Mark a Chinese sentence for the message catalogue. The sentence is translated where it is
    shown."""
    return msgid


LISTED, PARTED, ENDED = N_("、"), N_("；"), N_("。")
"""What stands between words, between parts of a sentence, and between sentences."""


class Term(str):
    """A value that is a msgid itself, such as a status. It is translated along with its
    sentence."""


@dataclass(frozen=True)
class Sentence:
    """A msgid and its values; ``str()`` is the finished Chinese sentence.

    A value may be a `Term`, a `Sentence`, a `Joined` or a list of such.
    """

    msgid: str
    values: Mapping[str, object] = field(default_factory=dict)

    def told(self, translate: Translate) -> str:
        """The finished sentence in the language of `translate`."""
        text = translate(self.msgid) if self.msgid else ""
        told = {name: told_value(value, translate) for name, value in self.values.items()}
        return text % told if told else text

    def __str__(self) -> str:
        return self.told(str)


@dataclass(frozen=True)
class Joined:
    """Several sentences told as one. `between` replaces their own full stops."""

    sentences: Sequence[Sentence]
    between: str
    """A msgid: `PARTED` or `ENDED`."""

    def told(self, translate: Translate) -> str:
        """All the sentences in the language of `translate`, without a full stop at the end."""
        told = (sentence.told(translate).rstrip("。.") for sentence in self.sentences)
        return translate(self.between).join(told)


def listed(texts: Iterable[object], translate: Translate = str) -> str:
    """Texts side by side in a list, in the language of `translate`: 甲、乙."""
    return translate(LISTED).join(map(str, texts))


def told_value(value: object, translate: Translate) -> object:
    """A value of a sentence as a reader sees it. A list is written out."""
    if isinstance(value, Sentence | Joined):
        return value.told(translate)
    if isinstance(value, list):
        return listed((told_value(part, translate) for part in value), translate)
    return translate(value) if isinstance(value, Term) and value else value
