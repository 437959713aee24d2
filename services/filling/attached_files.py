"""The uploaded files that what was typed into a form speaks of."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from queries.filling.attachments import list_ready, question_of
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Attached, Typed
from rules.forms.form_fields import ATTACHED
from services.filling.attachments import as_answer


def attached_files(session: Session, sheet: AnswerSheet, typed: Typed) -> Attached:
    """Finds the file a token in `typed` stands for, if it was uploaded for that question.

    One statement; none where no file is spoken of.
    """
    tokens = {texts[0] for key, texts in typed.items() if texts and _takes_file(sheet, key)}
    found = list_ready(session, sheet.assignment.id, tokens) if tokens - {""} else {}

    def attached(key: str, token: str) -> Mapping[str, Any] | None:
        one = found.get(token)
        return as_answer(one) if one and question_of(one.field) == question_of(key) else None

    return attached


def _takes_file(sheet: AnswerSheet, key: str) -> bool:
    field = sheet.tree.by_name.get(key.rpartition(".")[2])
    return field is not None and field.type in ATTACHED
