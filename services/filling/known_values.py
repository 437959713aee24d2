"""Known values: what a submission says to shared data elements is kept for other forms."""

from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import Session, col

from models import KnownValue, Submission
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.known_values import elements_of


def keep_known_values(session: Session, sheet: AnswerSheet, submission: Submission) -> None:
    """Put what the submission says in the place of what the assignment said before.

    At most two statements; none for a form that names no data element and never did.
    """
    if sheet.last is not None:
        forget_known_values(session, submission.assignment_id)
    rows = known_rows(sheet, submission)
    if rows:
        session.execute(insert(KnownValue), rows)


def known_rows(sheet: AnswerSheet, submission: Submission) -> list[dict[str, Any]]:
    """What the submission says to shared data elements, as rows of `KnownValue`."""
    return [
        {
            "assignment_id": submission.assignment_id,
            "element": element,
            "unit_id": sheet.assignment.unit_id,
            "period": sheet.assignment.period,
            "submission_id": submission.id,
            "value": value,
            "updated_at": submission.sent_at,
        }
        for element, value in elements_of(sheet.fields, submission.answers).items()
    ]


def forget_known_values(session: Session, assignment_id: int) -> None:
    """What the assignment said is no longer known."""
    session.execute(delete(KnownValue).where(col(KnownValue.assignment_id) == assignment_id))
