"""Receipts: all of a unit, one looked up by its number, and whether the answer still stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from queries.assignments.inbox import Owed, list_owed
from queries.assignments.receipts import (
    Receipt,
    ReceiptRow,
    get_visible_receipt,
    is_there,
    list_receipts,
)
from queries.filling.submissions import get_submitted_fields, get_why
from queries.forms.field_labels import get_labels
from rules.filling.receipts import is_whole, matches, read_receipt
from rules.sentences.refusal import N_, Refusal
from web.assignments.exports import export_receipts
from web.edge.pages.due_dates import days_left
from web.edge.pages.exports import wants_file
from web.edge.pages.paging import PageNumber
from web.edge.pages.rendering import Page, render
from web.edge.viewer.context import SignedIn
from web.edge.viewer.language import Words
from web.edge.viewer.security import Viewer
from web.filling.asked import AnswerInWords, answered

PAGE = 30
Typed = Annotated[str, Query(max_length=200)]

router = APIRouter()


@dataclass(frozen=True)
class ReceiptsPage(Page):
    """The receipts of a unit, and the search for a number."""

    TEMPLATE = "pages/assignments/receipts/list.html"

    rows: Sequence[ReceiptRow]
    page: int
    pages: int
    number: str
    """The number that was looked up."""
    fault: str
    """Why no receipt was found."""


@router.get("/receipts")
def show_receipts(context: SignedIn, number: Typed = "", page: PageNumber = 1) -> Response:
    """The unit's own receipts; with a number, the receipt that has the number."""
    found, fault = _looked_up(context.words, context.session, context.viewer, number)
    if found:
        return RedirectResponse(f"/receipts/{found}", 303)
    if wants_file(context.query):
        return export_receipts(context)
    rows, pages = list_receipts(context.session, context.viewer.unit_id, page=page, size=PAGE)
    return render(context.request, ReceiptsPage(rows, page, pages, number, fault))


def _looked_up(words: Words, session: Session, viewer: Viewer, typed: str) -> tuple[str, str]:
    """The number as it is stored, or what is wrong with the typed one."""
    if not typed.strip():
        return "", ""
    try:
        number = read_receipt(typed)
    except Refusal as refusal:
        return "", words.say(refusal)
    if is_there(session, viewer.unit, number):
        return number, ""
    return "", words.say(N_("没有找到这个回执，或者它不在您单位的范围内。"))


@dataclass(frozen=True)
class ReceiptPage(Page):
    """One receipt with what was sent."""

    TEMPLATE = "pages/assignments/receipts/show.html"

    receipt: Receipt
    own: bool
    """The receipt belongs to the viewer's unit."""
    whole: bool
    """The stored answer is what was sent."""
    typed_sum: str
    same: bool | None
    """Whether the typed checksum is the receipt's; None where nothing was typed."""
    fault: str
    """What is wrong with the typed checksum."""
    why: str
    answers: Sequence[AnswerInWords]
    labels: Mapping[str, str]
    next: Owed | None
    """What the unit owes next."""
    left: int
    """Working days until the next assignment is due."""


@router.get("/receipts/{number}")
def show_receipt(context: SignedIn, number: str, sum: Typed = "") -> Response:
    """Proof that an answer arrived: number, time, checksum, and what was sent.

    The page also says whether the stored answer is still what was sent.
    """
    session, viewer = context.session, context.viewer
    receipt = get_visible_receipt(session, viewer.unit, number)
    submission, version_id = receipt.submission, receipt.measure.form_version_id
    own = receipt.unit.id == viewer.unit_id
    owed = list_owed(session, viewer.unit_id) if own else []
    same, fault = _compared(context.words, receipt, sum)
    fields = get_submitted_fields(session, submission)
    page = ReceiptPage(
        receipt=receipt,
        own=own,
        whole=is_whole(submission),
        typed_sum=sum,
        same=same,
        fault=fault,
        why=get_why(session, submission),
        answers=answered(context.words, fields, submission.answers),
        labels=get_labels(session, version_id) if submission.rolled_up else {},
        next=owed[0] if owed else None,
        left=days_left(context.calendar, owed[0].due_on, context.today) if owed else 0,
    )
    return render(context.request, page)


def _compared(words: Words, receipt: Receipt, typed: str) -> tuple[bool | None, str]:
    """Whether a checksum that somebody read out is the receipt's.

    None with what is wrong where the checksum cannot be one, or where nothing was typed.
    """
    if not typed.strip():
        return None, ""
    try:
        return matches(typed, receipt.submission.checksum), ""
    except Refusal as refusal:
        return None, words.say(refusal)
