"""Complaints: who owes an answer, and when a complaint may go past the issuer."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from models import Complaint, ComplaintAnswer, ComplaintKind
from rules.sentences.refusal import N_, Refusal

KIND_NAMES = {
    ComplaintKind.TOO_SOON: N_("太急"),
    ComplaintKind.REPEATED: N_("重复"),
    ComplaintKind.NOT_OURS: N_("不归我们"),
    ComplaintKind.OTHER: N_("其他"),
}
_ASSIGNMENT_PAGE = re.compile(r"/assignments/([0-9]{1,15})(?:[/?].*)?")


class ComplaintStanding(StrEnum):
    """How far a complaint has got. Derived, never stored."""

    OWED = "owed"
    LATE = "late"
    ANSWERED = "answered"
    HELPED = "helped"
    UNHELPED = "unhelped"


STANDING_NAMES = {
    ComplaintStanding.OWED: N_("待答复"),
    ComplaintStanding.LATE: N_("逾期未答复"),
    ComplaintStanding.ANSWERED: N_("已答复"),
    ComplaintStanding.HELPED: N_("已解决"),
    ComplaintStanding.UNHELPED: N_("没有解决"),
}


def assignment_of_page(page: str) -> int | None:
    """The id of the assignment that a page belongs to, by the page's path."""
    found = _ASSIGNMENT_PAGE.fullmatch(page)
    return int(found[1]) if found else None


def asked_units(complaint: Complaint) -> frozenset[int]:
    """The units that owe the answer, or owed the answer that was given."""
    if complaint.passed_to_id is not None:
        return frozenset({complaint.passed_to_id})
    return frozenset(
        unit_id for unit_id in (complaint.above_id, complaint.issuer_id) if unit_id is not None
    )


def standing_of(complaint: Complaint, helped: bool | None, today: date) -> ComplaintStanding:
    """`helped`: what the unit says of the latest answer."""
    if complaint.answered_at is None:
        late = complaint.answer_due_on is not None and complaint.answer_due_on < today
        return ComplaintStanding.LATE if late else ComplaintStanding.OWED
    if helped is None:
        return ComplaintStanding.ANSWERED
    return ComplaintStanding.HELPED if helped else ComplaintStanding.UNHELPED


def may_pass_on(complaint: Complaint, latest: ComplaintAnswer | None, today: date) -> bool:
    """Whether the complaint may go past the issuer: once, unanswered in time or unhelped."""
    return passing_objection(complaint, latest, today) is None


def passing_objection(
    complaint: Complaint, latest: ComplaintAnswer | None, today: date
) -> Refusal | None:
    """Why the complaint may not go past the issuer now; None: it may."""
    if complaint.passed_on_at is not None:
        return Refusal(N_("这条反映已经转上一级，只能转一次。"))
    standing = standing_of(complaint, latest.helped if latest else None, today)
    if standing == ComplaintStanding.OWED:
        return Refusal(N_("答复期限还没有到，到期没有答复才能转上一级。"))
    if standing == ComplaintStanding.ANSWERED:
        return Refusal(N_("请先说明答复有没有解决问题。"))
    if standing == ComplaintStanding.HELPED:
        return Refusal(N_("已经写明问题解决了，不用再转上一级。"))
    return None
