"""The checks on the form page: what a clerk is asked before sending, and what the page carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session
from starlette.datastructures import FormData

from rules.filling.answer_sheet import AnswerSheet
from rules.filling.checks.flags import marks
from rules.filling.sheet_answers import SheetAnswers
from services.filling.attached_files import attached_files
from services.filling.checks import find_flags, unanswered
from web.edge.viewer.language import Words
from web.filling.flags import Question, ask_about

CONFIRMED = "_confirmed"
"""The hidden input with what the page has asked about. Nothing is asked about a form without this
input: a form that waited on the phone for a network arrives when nobody is there to answer."""
OPENED = "_opened"
"""The hidden input with the moment the page was first made, in seconds since 1970."""
LATEST = 10_000_000_000
_LONGEST_MARKS = 10_000


@dataclass(frozen=True)
class Doubts:
    """What the checks ask a clerk, and the marks of the questions."""

    questions: Sequence[Question] = ()
    marks: str = ""


def find_doubts(
    words: Words, session: Session, sheet: AnswerSheet, today: date, *, checked: bool
) -> Doubts:
    """What the checks ask about the draft; nothing about a draft with faults.

    `checked`: the unit says that the answers of an earlier period hold.
    """
    attached = attached_files(session, sheet, sheet.typed)
    found = sheet.check(sheet.typed, today=today.isoformat(), attached=attached)
    if not found.ok:
        return Doubts()
    answers = SheetAnswers(sheet, found.values)
    flags = unanswered(sheet, find_flags(session, answers, checked=checked), "")
    return Doubts(ask_about(words, flags, sheet.fields), marks(flags))


def confirmed_in(posted: FormData) -> str | None:
    """The marks of what the page has asked about; None where the page asks nothing."""
    text = posted.get(CONFIRMED)
    return text[:_LONGEST_MARKS] if isinstance(text, str) else None


def opened_in(text: object) -> int | None:
    """The moment when a page was first made, as the page says; None where it says nothing."""
    plain = (
        isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < len(str(LATEST))
    )
    return int(str(text)) if plain else None


def first_opened(sheet: AnswerSheet, now: datetime) -> int | None:
    """When the form was first opened, of a page made now; None where that is not known."""
    return sheet.draft.opened if sheet.draft else int(now.timestamp())
