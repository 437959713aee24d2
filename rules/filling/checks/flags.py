"""Flags: what the checks noticed. They never stop a form; a person answers them by sending it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Any


class FlagKind(StrEnum):
    """What looks odd."""

    LAST_PERIOD = "last_period"
    """A number far from the last period's."""
    SIBLINGS = "siblings"
    """A number far from those of the units beside it."""
    ALL_ZERO = "all_zero"
    COPIED = "copied"
    """Every number is the last period's."""
    SIMILAR_TEXT = "similar_text"
    """A text nearly the same as other units' texts."""
    KNOWN = "known"
    """Another answer than the unit gave elsewhere to the same data element."""
    UNCHANGED = "unchanged"
    """Returned, and sent again as it was."""


COMPARED = frozenset({FlagKind.SIBLINGS, FlagKind.SIMILAR_TEXT})
"""Found beside the forms of other units: they come and go while those send."""


@dataclass(frozen=True)
class Flag:
    """One thing noticed. Of other units it holds a median or a count, never an answer."""

    kind: FlagKind
    field: str = ""
    """Empty: the whole form."""
    value: str = ""
    """What was answered, as it is stored; empty for texts."""
    other: str = ""
    """What it is held against: the last period's answer, the median, the answer elsewhere."""
    count: int = 0
    """How many other units it is held against, or have such a text."""
    source: str = ""
    """Of what is known: the measure it was answered for."""

    def to_json(self) -> dict[str, Any]:
        """As `Submission.flags` holds it: what is empty is left out."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Flag:
        """One flag of `Submission.flags`."""
        return cls(**{**stored, "kind": FlagKind(stored["kind"])})

    @property
    def mark(self) -> str:
        """The same for the same question: what others answer meanwhile does not change it."""
        named = json.dumps([self.kind, self.field, self.value], ensure_ascii=False)
        return blake2b(named.encode(), digest_size=6).hexdigest()


def in_order(flags: Iterable[Flag], names: Sequence[str]) -> list[Flag]:
    """The flags in the order of the form's fields; those of the whole form first."""
    places = {name: place for place, name in enumerate(names)}
    kinds = list(FlagKind)
    return sorted(flags, key=lambda flag: (places.get(flag.field, -1), kinds.index(flag.kind)))


def marks(flags: Iterable[Flag]) -> str:
    """What a form page carries once it has shown these flags."""
    return ".".join(flag.mark for flag in flags)


def unasked(flags: Iterable[Flag], shown: str) -> list[Flag]:
    """Those a person has not been asked yet; `shown`: the `marks` of those asked before."""
    asked = set(shown.split("."))
    return [flag for flag in flags if flag.mark not in asked]


def asked_before(asked: str | None, flags: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The marks of what the checks noticed when a form was sent: `Submission.asked`, or those of
    its `flags` where that was not kept yet."""
    known = marks(map(Flag.from_json, flags)) if asked is None else asked
    return frozenset(known.split("."))
