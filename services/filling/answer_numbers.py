"""The numbers of a submission: kept ready to be added up the tree."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert
from sqlmodel import Session, col

from models import AnswerNumber
from rules.assignments.states import REPORTED
from rules.filling.answer_sheet import AnswerSheet
from rules.forms.answer_numbers import numbers
from services.assignments.roll_up import rolled_up_one


def replace_numbers(session: Session, sheet: AnswerSheet, answers: dict[str, Any]) -> None:
    """Put the answered numbers in the place of the earlier ones.

    Unless this is a correction, the assignment is not among the reported ones at this moment, so
    no total changes before its status does.
    """
    if sheet.assignment.status not in REPORTED:
        _write_numbers(session, sheet, answers)
        return
    with rolled_up_one(session, sheet.assignment):
        _write_numbers(session, sheet, answers)


def _write_numbers(session: Session, sheet: AnswerSheet, answers: dict[str, Any]) -> None:
    key = sheet.assignment.id
    session.execute(_FORGET, {"one": key})
    rows = number_rows(sheet, answers)
    if rows:
        session.execute(_ADD, rows)


def number_rows(sheet: AnswerSheet, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The answered numbers as rows of `AnswerNumber`."""
    return [
        {"assignment_id": sheet.assignment.id, "field": name, "value": value}
        for name, value in numbers(sheet.fields, answers).items()
    ]


_ADD = insert(AnswerNumber.__table__)  # type: ignore[attr-defined]
_FORGET = delete(AnswerNumber.__table__).where(  # type: ignore[attr-defined]
    col(AnswerNumber.assignment_id) == bindparam("one")
)
