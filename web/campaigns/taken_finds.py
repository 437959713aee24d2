"""What was found in a notice, taken into the inputs of a measure, and where it is from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from models import Measure
from rules.campaigns.notice.sentences_around import sentence_around
from web.campaigns.typed_due import TypedDue
from web.campaigns.typed_measure import EVERY_UNIT, NOBODY, TypedMeasure

TAKE = "take:"
"""What a button sends that takes a find over, before its kind and number."""
LABEL_LENGTH = 120
INPUTS = {
    "due_kind": "deadlines",
    "target_count": "duties",
    "lead": "lead",
    "cooperating": "cooperating",
}
"""The inputs that a find can fill, each with the kind of find."""
MARKED = ("deadlines", "duties")
"""The kinds that have marks of their own on the page of the notice."""
_PLACE = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True)
class Quote:
    """A find in its sentence of the notice: what stands before it, the find, what follows."""

    before: str
    text: str
    after: str
    anchor: str
    """Where it stands on the page of the notice."""


@dataclass(frozen=True)
class TakenFinds:
    """Which finds stand in the inputs."""

    quotes: Mapping[str, Quote] = field(default_factory=dict)
    """Input → the find that stands there."""
    places: frozenset[tuple[str, int]] = frozenset()
    """The kinds and numbers of these finds."""
    levels: frozenset[str] = frozenset()
    """The levels that the text names and that answer."""


def take_over(sent: TypedMeasure, findings: Mapping[str, Any], then: str) -> TypedMeasure:
    """The inputs, into which a finding of the text was put; `then` is `take:duties:0`.

    A finding that is not there (any more) changes nothing.
    """
    _, kind, place = f"{then}::".split(":")[:3]
    found = findings.get(kind, [])
    if not _PLACE.fullmatch(place) or int(place) >= len(found):
        return sent
    finding = found[int(place)]
    if kind == "deadlines":
        return replace(sent, due=TypedDue.of(finding["value"]))
    if kind == "duties":
        label = finding["text"][:LABEL_LENGTH]
        return replace(sent, target_count=str(finding["count"]), target_label=label)
    if kind == "levels" and finding in sent.levels:
        return sent.with_level(finding, to=EVERY_UNIT, tags=())
    return sent


def find_taken(measure: Measure, text: str, sent: TypedMeasure) -> TakenFinds:
    """The finds of a measure that stand in the inputs `sent`; `text` is that of the notice."""
    quotes: dict[str, Quote] = {}
    places = set()
    for name, kind in INPUTS.items():
        for place, finding in enumerate(measure.findings.get(kind, [])):
            if name not in quotes and _stands(kind, finding, sent):
                quotes[name] = _quote(text, finding, _anchor(measure, kind, place))
                places.add((kind, place))
    named = set(measure.findings.get("levels", [])) & set(sent.levels)
    levels = {code for code in named if sent.levels[code].to != NOBODY}
    return TakenFinds(quotes, frozenset(places), frozenset(levels))


def _stands(kind: str, finding: Mapping[str, Any], sent: TypedMeasure) -> bool:
    """Whether a find is what the inputs say."""
    if kind == "deadlines":
        found = TypedDue.of(finding["value"])
        return (found.kind, found.value) == (sent.due.kind, sent.due.value)
    if kind == "duties":
        label = finding["text"][:LABEL_LENGTH]
        return (str(finding["count"]), label) == (sent.target_count, sent.target_label)
    return finding["value"] in getattr(sent, kind)


def _anchor(measure: Measure, kind: str, place: int) -> str:
    return f"{kind}-{measure.id}-{place}" if kind in MARKED else f"measure-{measure.id}"


def _quote(text: str, finding: Mapping[str, Any], anchor: str) -> Quote:
    start, end = finding["start"], finding["end"]
    around = sentence_around(text, start, end)
    return Quote(text[around.start : start], text[start:end], text[end : around.end], anchor)
