"""A refusal: the sentence a person is told when something cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def N_(msgid: str) -> str:
    """Mark a Chinese sentence for the message catalogue; it is translated where it is shown."""
    return msgid


class Term(str):
    """A value that is a msgid itself, such as a status; translated along with its sentence."""


def fill(sentence: str, values: Mapping[str, object], between: str = "、") -> str:
    """`sentence` with its %(name)s filled in; a value that is a list is written out."""
    if not values:
        return sentence
    shown = {
        name: between.join(map(str, value)) if isinstance(value, list) else value
        for name, value in values.items()
    }
    return sentence % shown


class Refusal(Exception):
    """A person's mistake, told as a sentence: a Chinese msgid and the values that fill it.

    The edges (web, command line) translate ``msgid`` and then fill in ``values``, which may be
    a `Term`, a `Fault` or a list; ``str(refusal)`` is the finished Chinese sentence.
    """

    def __init__(self, msgid: str, **values: object) -> None:
        super().__init__(msgid)
        self.msgid = msgid
        self.values: dict[str, object] = values

    def __str__(self) -> str:
        return fill(self.msgid, self.values)


def to_json(refusal: Refusal) -> dict[str, Any]:
    """A refusal that can be stored and told later, in any language."""
    values = {name: _plain(value) for name, value in refusal.values.items()}
    return {"msgid": refusal.msgid, "values": values}


def from_json(stored: Mapping[str, Any]) -> Refusal:
    """The refusal that `to_json` has stored."""
    return Refusal(
        stored["msgid"], **{name: _read(value) for name, value in stored["values"].items()}
    )


def _plain(value: object) -> object:
    if isinstance(value, Term):
        return {"term": str(value)}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float) else str(value)


def _read(value: Any) -> object:
    if isinstance(value, list):
        return [_read(one) for one in value]
    return Term(value["term"]) if isinstance(value, dict) else value
