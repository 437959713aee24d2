"""Flags: what the checks noticed. A flag never stops a form; a person answers a flag by sending."""

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
    """The unit gave another answer elsewhere to the same data element."""
    UNCHANGED = "unchanged"
    """An answer was returned, and sent again as it was."""


COMPARED = frozenset({FlagKind.SIBLINGS, FlagKind.SIMILAR_TEXT})
"""Flags that depend on the forms of other units. They come and go while those units send."""


@dataclass(frozen=True)
class Flag:
    """One thing noticed. About other units a flag holds a median or a count, never an answer."""

    kind: FlagKind
    field: str = ""
    """The name of the field; empty: the flag is about the whole form."""
    value: str = ""
    """The stored answer; empty for texts."""
    other: str = ""
    """What the answer is compared with: the last period's answer, the median, the answer
    elsewhere."""
    count: int = 0
    """The number of other units in the comparison, or with such a text."""
    source: str = ""
    """The title of the measure that the known value was answered for."""

    def to_json(self) -> dict[str, Any]:
        """The flag as `Submission.flags` holds it, without empty values."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Flag:
        """The flag from one entry of `Submission.flags`."""
        return cls(**{**stored, "kind": FlagKind(stored["kind"])})

    @property
    def mark(self) -> str:
        """The same text for the same question, even while other units answer."""
        named = json.dumps([self.kind, self.field, self.value], ensure_ascii=False)
        return blake2b(named.encode(), digest_size=6).hexdigest()


def in_order(flags: Iterable[Flag], names: Sequence[str]) -> list[Flag]:
    """The flags in the order of the form's fields; flags of the whole form come first."""
    places = {name: place for place, name in enumerate(names)}
    kinds = list(FlagKind)
    return sorted(flags, key=lambda flag: (places.get(flag.field, -1), kinds.index(flag.kind)))


def marks(flags: Iterable[Flag]) -> str:
    """The text a form page carries once the page has shown these flags."""
    return ".".join(flag.mark for flag in flags)


def unasked(flags: Iterable[Flag], shown: str) -> list[Flag]:
    """The flags that a person has not been asked about. `shown`: the `marks` of the flags asked
    before."""
    asked = set(shown.split("."))
    return [flag for flag in flags if flag.mark not in asked]


def asked_before(asked: str | None, flags: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The marks of what the checks noticed when a form was sent. They come from `Submission.asked`,
    or from `flags` of an older submission that has no `asked`."""
    known = marks(map(Flag.from_json, flags)) if asked is None else asked
    return frozenset(known.split("."))
