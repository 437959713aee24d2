"""A refusal: the sentence a person is told when something cannot be done."""

from __future__ import annotations


def N_(msgid: str) -> str:
    """Mark a Chinese sentence for the message catalogue; it is translated where it is shown."""
    return msgid


class Refusal(Exception):
    """A person's mistake, told as a sentence: a Chinese msgid and the values that fill it.

    The edges (web, command line) translate ``msgid`` and then fill in ``values``;
    ``str(refusal)`` is the finished Chinese sentence.
    """

    def __init__(self, msgid: str, **values: object) -> None:
        super().__init__(msgid)
        self.msgid = msgid
        self.values: dict[str, object] = values

    def __str__(self) -> str:
        return self.msgid % self.values if self.values else self.msgid
