"""Known values: the answers to shared data elements, kept for other forms."""

from typing import Any

from models import Submission
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.known_values import elements_of


def known_rows(sheet: AnswerSheet, submission: Submission) -> list[dict[str, Any]]:
    """The answers of a submission to shared data elements, as rows of `KnownValue`."""
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
