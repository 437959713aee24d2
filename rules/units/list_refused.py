"""A list that is refused as a whole, with its faults by line."""

from __future__ import annotations

from collections.abc import Sequence

from rules.sentences.faults import Fault
from rules.sentences.refusal import Refusal

FAULTS_SHOWN = 20


class ListRefused(Refusal):
    """The list has faults, so nothing of it is taken over. `msgid` tells so with `total`."""

    def __init__(self, msgid: str, faults: Sequence[Fault], total: int) -> None:
        super().__init__(msgid, total=total)
        self.faults = list(faults[:FAULTS_SHOWN])
        """The first `FAULTS_SHOWN` faults, by line."""
        self.more = total - len(self.faults)
        """The number of further faults."""
