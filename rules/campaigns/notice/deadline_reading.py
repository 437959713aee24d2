"""What a phrase about time is read from, and what it is read as."""

from __future__ import annotations

from dataclasses import dataclass

from rules.campaigns.notice.notice_dates import DateReference

BY, EVERY, AFTER_RECEIPT = "by", "every", "after_receipt"


@dataclass(frozen=True)
class Reading:
    """What a pattern makes of its match: a value, a reason to doubt the value, or the reason alone.
    Several values have blanks between them."""

    kind: str | None
    value: str = ""
    why: str | None = None

    @property
    def values(self) -> list[str]:
        return self.value.split() if self.kind else []


@dataclass(frozen=True)
class TextPlace:
    """Where a phrase stands: its passage, what dates the passage, and whether a label asks for a
    date."""

    plain: str
    reference: DateReference
    labelled: bool
