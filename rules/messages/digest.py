"""The digest: all that a unit owes on a working day, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from rules.sentences.sentence import N_, PARTED, Joined, Sentence


class DigestPart(StrEnum):
    """What a digest counts."""

    LATE = "late"
    """Own assignments past their due date."""
    TODAY = "today"
    """Own assignments that are due today, or on days off before the next working day."""
    SOON = "soon"
    """Own assignments that are due soon."""
    RETURNED = "returned"
    """Of all these, the returned ones."""
    REVIEWS = "reviews"
    """Answers of lower units whose review is due or overdue."""
    BELOW = "below"
    """Late assignments of the units directly below, which those were reminded of in vain."""
    FURTHER = "further"
    """The same two levels below."""
    REVIEWERS = "reviewers"
    """Overdue reviews of the units directly below."""


PART_SENTENCES: Mapping[DigestPart, str] = {
    DigestPart.LATE: N_("已逾期 %(count)s 项"),
    DigestPart.TODAY: N_("今天到期 %(count)s 项"),
    DigestPart.SOON: N_("即将到期 %(count)s 项"),
    DigestPart.RETURNED: N_("其中退回待改 %(count)s 项"),
    DigestPart.REVIEWS: N_("待审核且已到审核期限 %(count)s 份"),
    DigestPart.BELOW: N_("下级单位逾期未报 %(count)s 项"),
    DigestPart.FURTHER: N_("再下一级逾期未报 %(count)s 项"),
    DigestPart.REVIEWERS: N_("下级单位逾期未审 %(count)s 份"),
}
DIGEST = N_("今日待办：%(parts)s。")


def digest_of(counts: Mapping[DigestPart, int]) -> Sentence:
    """The digest of a unit, without what it has none of."""
    parts = [
        Sentence(msgid, {"count": counts[part]})
        for part, msgid in PART_SENTENCES.items()
        if counts.get(part)
    ]
    return Sentence(DIGEST, {"parts": Joined(parts, PARTED)})
