from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from models import Account, Assignment, Measure, Status
from queries.filling.answer_sheets import get_answer_sheet
from queries.filling.submissions import list_revisions
from rules.assignments.states import IllegalChange
from rules.filling.posting import Posting
from services.filling.recalls import recall, take_back
from services.filling.submissions import Overtaken
from services.review.review_batches import undo
from services.review.reviews import approve, return_
from tests.answering import ANSWER, keep_draft, send, totals_of
from tests.building import REGION
from tests.conftest import NOW
from tests.present import present
from tests.services.assignments.test_roll_up_law import totals, true_totals

LATER = NOW + timedelta(hours=3)
AFTER_DUE = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)


def test_a_recalled_answer_is_open_again_and_counts_nowhere(
    session: Session, measure: Measure, village: Assignment, clerk: Account
) -> None:
    send(session, village, actor=clerk, now=AFTER_DUE)
    recall(session, village.id, actor=clerk, now=AFTER_DUE)
    assert (village.status, village.sent_at, village.late) == (Status.ACKNOWLEDGED, None, False)
    assert totals_of(session, measure, REGION) == {"checked": (0, 0), "spent": (0, 0)}
    assert get_answer_sheet(session, village.id).typed == ANSWER
    second = send(session, village, {"checked": ["7"]}, actor=clerk, now=AFTER_DUE)
    assert second.revision == 2
    assert village.late
    assert totals_of(session, measure, REGION)["checked"] == (70_000, 0)
    assert len(list_revisions(session, village.id)) == 2


def test_a_reviewed_answer_cannot_be_recalled(
    session: Session, village: Assignment, clerk: Account, reviewer: Account
) -> None:
    sent = send(session, village, actor=clerk)
    approve(session, sent.id, actor=reviewer, now=LATER)
    with pytest.raises(IllegalChange, match=r"已通过.*现在可以：更正填报。") as refused:
        recall(session, village.id, actor=clerk, now=LATER)
    assert "退回" not in str(refused.value)  # is not the unit's to do


def test_a_correction_taken_back_leaves_the_approved_answer_in_force(
    session: Session, measure: Measure, village: Assignment, clerk: Account, reviewer: Account
) -> None:
    approved = send(session, village, actor=clerk)
    review = approve(session, approved.id, actor=reviewer, now=LATER)
    send(session, village, {**ANSWER, "checked": ["99"]}, actor=clerk, now=LATER)
    assert totals_of(session, measure, REGION)["checked"] == (990_000, 0)
    recall(session, village.id, actor=clerk, now=AFTER_DUE)
    assert (village.status, village.revision, village.late) == (Status.APPROVED, 3, False)
    assert totals_of(session, measure, REGION)["checked"] == (120_000, 120_000)
    assert true_totals(session, measure) == totals(session, measure)
    sheet = get_answer_sheet(session, village.id)
    assert present(sheet.last).answers == approved.answers
    assert (present(sheet.review).decision, present(sheet.review).decided_at) == (
        "approve",
        review.decided_at,
    )
    assert sheet.typed["checked"] == ["99"]
    again = send(session, village, sheet.typed, actor=clerk, now=AFTER_DUE)
    assert (again.revision, again.answers["checked"]) == (4, 99)


def test_what_was_locked_stays_locked_after_a_recall(
    session: Session, village: Assignment, clerk: Account, reviewer: Account
) -> None:
    sent = send(session, village, actor=clerk)
    return_(
        session, sent.id, reason="户数与上月不符", fields=["checked"], actor=reviewer,
        now=LATER,
    )  # fmt: skip
    send(session, village, {"checked": ["9"]}, actor=clerk, now=LATER)
    recall(session, village.id, actor=clerk, now=LATER)
    assert village.sent_at == NOW
    again = send(session, village, {"checked": ["8"], "spent": ["1"]}, actor=clerk, now=LATER)
    assert again.answers == {"checked": 8, "spent": "3.5", "note": "逐户走访。"}


def test_what_a_page_has_not_shown_is_not_taken_back(
    session: Session, village: Assignment, clerk: Account
) -> None:
    send(session, village, actor=clerk)
    other = {**ANSWER, "checked": ["13"]}
    page = Posting("phone-two", seen_revision=0, based_on=0)
    with pytest.raises(Overtaken):
        take_back(session, village.id, other, page, actor=clerk, now=LATER)
    assert village.status == Status.SUBMITTED
    page = replace(page, seen_revision=1)
    take_back(session, village.id, other, page, actor=clerk, now=LATER)
    assert session.get_one(Assignment, village.id).status == Status.ACKNOWLEDGED
    assert get_answer_sheet(session, village.id).typed == other


def test_a_draft_newer_than_the_correction_survives_its_recall(
    session: Session, village: Assignment, clerk: Account, reviewer: Account
) -> None:
    approve(session, send(session, village, actor=clerk).id, actor=reviewer, now=LATER)
    corrected = send(session, village, {**ANSWER, "checked": ["99"]}, actor=clerk, now=LATER)
    review = return_(session, corrected.id, reason="请核对户数", actor=reviewer, now=LATER)
    newer = {**ANSWER, "checked": ["98"]}
    keep_draft(session, village.id, newer, actor=clerk, now=LATER)
    undo(session, present(review.batch_id), actor=reviewer, now=LATER)
    recall(session, village.id, actor=clerk, now=LATER)
    assert village.status == Status.APPROVED
    assert get_answer_sheet(session, village.id).typed == newer
