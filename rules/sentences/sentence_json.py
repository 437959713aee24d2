"""Sentences and faults as JSON, for the database and for passing them between processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rules.sentences.faults import Fault, Place
from rules.sentences.sentence import Joined, Sentence, Term

Json = dict[str, Any]


def to_json(sentence: Sentence) -> Json:
    """A sentence as JSON that can be told later in any language. A fault keeps its place."""
    values = {name: _plain(value) for name, value in sentence.values.items()}
    told: Json = {"msgid": sentence.msgid, "values": values}
    if isinstance(sentence, Fault):
        told["place"] = {name: part for name, part in asdict(sentence.place).items() if part}
    return told


def from_json(stored: Mapping[str, Any]) -> Sentence:
    """The sentence that `to_json` wrote."""
    return Sentence(stored["msgid"], _values(stored))


def fault_from_json(stored: Mapping[str, Any]) -> Fault:
    """The fault that `to_json` wrote."""
    return Fault(stored["msgid"], _values(stored), Place(**stored["place"]))


def _values(stored: Mapping[str, Any]) -> dict[str, object]:
    return {name: _read(value) for name, value in stored["values"].items()}


def _plain(value: object) -> object:
    if isinstance(value, Term):
        return {"term": str(value)}
    if isinstance(value, Joined):
        return {
            "joined": [to_json(sentence) for sentence in value.sentences],
            "between": value.between,
        }
    if isinstance(value, Sentence):
        return to_json(value)
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def _read(value: Any) -> object:
    if isinstance(value, list):
        return [_read(part) for part in value]
    if not isinstance(value, dict):
        return value
    if "term" in value:
        return Term(value["term"])
    if "joined" in value:
        return Joined([_sentence(part) for part in value["joined"]], value["between"])
    return _sentence(value)


def _sentence(stored: Mapping[str, Any]) -> Sentence:
    return fault_from_json(stored) if "place" in stored else from_json(stored)
