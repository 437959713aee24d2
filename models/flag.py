"""Flags: what the checks notice about a submission, as it is kept with the submission."""

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from pydantic import ConfigDict, with_config


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


@with_config(ConfigDict(extra="forbid"))
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

    @property
    def mark(self) -> str:
        """The same text for the same question, even while other units answer."""
        named = json.dumps([self.kind, self.field, self.value], ensure_ascii=False)
        return blake2b(named.encode(), digest_size=6).hexdigest()
