"""The uploaded files that what was typed into a form speaks of."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from models import Attachment
from queries.filling.attachments import list_files, question_of
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Attached, Typed
from rules.forms.form_fields import ATTACHED
from services.filling.attachments import as_answer


def attached_files(session: Session, sheet: AnswerSheet, typed: Typed) -> Attached:
    """The function that finds the file of a token in `typed`, if it was uploaded for that question.

    One statement, and no statement where `typed` names no file.
    """
    return attached_of_each(session, [(sheet, typed)])[sheet.assignment.id]


def attached_of_each(
    session: Session, filled: Sequence[tuple[AnswerSheet, Typed]]
) -> dict[int, Attached]:
    """Assignment → the function of `attached_files`, for each of many forms. One statement, or none
    where no form names a file."""
    tokens = {
        texts[0]
        for sheet, typed in filled
        if sheet.takes_files
        for key, texts in typed.items()
        if texts and _takes_file(sheet, key)
    }
    found = list_files(session, tokens - {""})
    return {sheet.assignment.id: _finder(found, sheet.assignment.id) for sheet, _ in filled}


def _finder(found: Mapping[tuple[int, str], Attachment], assignment_id: int) -> Attached:
    def attached(key: str, token: str) -> Mapping[str, Any] | None:
        file = found.get((assignment_id, token))
        return as_answer(file) if file and question_of(file.field) == question_of(key) else None

    return attached


def _takes_file(sheet: AnswerSheet, key: str) -> bool:
    field = sheet.tree.by_name.get(key.rpartition(".")[2])
    return field is not None and field.type in ATTACHED
