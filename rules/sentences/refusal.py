"""A refusal: the sentence a person is told when something cannot be done."""

from __future__ import annotations

from rules.sentences.sentence import N_, Sentence, Term

__all__ = ["N_", "Refusal", "Term"]
"""Code that refuses needs all three."""


class Refusal(Exception):
    """A person's mistake, told as a sentence: a Chinese msgid and the values that fill it.

    The edges (web, command line) show its `sentence` in the reader's language; ``str(refusal)``
    is the finished Chinese sentence.
    """

    def __init__(self, msgid: str, **values: object) -> None:
        super().__init__(msgid)
        self.sentence = Sentence(msgid, values)

    @classmethod
    def of(cls, sentence: Sentence) -> Refusal:
        """A refusal that says `sentence`."""
        return Refusal(sentence.msgid, **sentence.values)

    def __str__(self) -> str:
        return str(self.sentence)
