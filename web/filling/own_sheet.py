"""The viewer's own form with its answers, or 404."""

from collections.abc import Callable

from fastapi import Request
from sqlmodel import Session

from models import Account
from queries.filling.answer_sheets import get_answer_sheet
from queries.filling.stand_ins import subject_of
from rules.accounts.permissions import NotAllowed, Right, may
from rules.filling.answer_sheet import AnswerSheet
from rules.sentences.not_found import NotFound
from web.filling.answer_labels import note_questions


def get_own_sheet(
    request: Request, session: Session, account: Account, assignment_id: int
) -> AnswerSheet:
    """The answer sheet, for the unit that fills it in. Raises NotFound for every other unit."""
    sheet = get_answer_sheet(session, assignment_id)
    if not may(
        account, Right.KEEP_DRAFT, subject_of(session, sheet.assignment, sheet.unit, account)
    ):
        raise NotFound
    note_questions(request, sheet)
    return sheet


def open_own_sheet(
    request: Request,
    session: Session,
    account: Account,
    assignment_id: int,
    opens: Callable[..., AnswerSheet],
) -> AnswerSheet:
    """The same, locked by `open_to_keep` or `open_to_send`. Raises NotFound for other units."""
    try:
        sheet = opens(session, assignment_id, actor=account)
    except NotAllowed:
        raise NotFound from None
    note_questions(request, sheet)
    return sheet
