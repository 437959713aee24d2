"""Receipts: those of a unit, one looked up by its number, and whether it is what was sent."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from queries.assignments.inbox import list_owed
from queries.assignments.receipts import Receipt, get_visible_receipt, is_there, list_receipts
from queries.filling.submissions import get_submitted_fields, get_why
from queries.forms.field_labels import get_labels
from rules.dates.calendar import local_date
from rules.filling.receipts import is_whole, matches, read_receipt
from rules.sentences.refusal import N_, Refusal
from web.edge.due_dates import days_left
from web.edge.language import Words, words_of
from web.edge.rendering import render
from web.edge.security import SignedIn, Viewer
from web.edge.transactions import Now, OpenSession
from web.filling.asked import answered

PAGE = 30
Typed = Annotated[str, Query(max_length=200)]

router = APIRouter()


@router.get("/receipts")
def show_receipts(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    number: Typed = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """The unit's own receipts; with a number, the receipt it belongs to."""
    found, fault = _looked_up(words_of(request), session, viewer, number)
    if found:
        return RedirectResponse(f"/receipts/{found}", 303)
    rows, pages = list_receipts(session, viewer.unit_id, page=page, size=PAGE)
    return render(
        request, "pages/assignments/receipts/list.html", rows=rows, page=page, pages=pages,
        number=number, fault=fault,
    )  # fmt: skip


def _looked_up(words: Words, session: Session, viewer: Viewer, typed: str) -> tuple[str, str]:
    """The number as it is stored, or what is wrong with it."""
    if not typed.strip():
        return "", ""
    try:
        number = read_receipt(typed)
    except Refusal as refusal:
        return "", words.say(refusal)
    if is_there(session, viewer.unit, number):
        return number, ""
    return "", words.say(N_("没有找到这个回执，或者它不在您单位的范围内。"))


@router.get("/receipts/{number}")
def show_receipt(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    now: Now,
    number: str,
    sum: Typed = "",
) -> Response:
    """Proof that it arrived: number, time, checksum, what was sent, and that it is still that."""
    receipt = get_visible_receipt(session, viewer.unit, number)
    own = receipt.unit.id == viewer.unit_id
    fields = get_submitted_fields(session, receipt.submission)
    owed = list_owed(session, viewer.unit_id) if own else []
    same, fault = _compared(words_of(request), receipt, sum)
    return render(
        request,
        "pages/assignments/receipts/show.html",
        receipt=receipt,
        own=own,
        whole=is_whole(receipt.submission),
        typed_sum=sum,
        same=same,
        why=get_why(session, receipt.submission),
        fault=fault,
        answers=answered(words_of(request), fields, receipt.submission.answers),
        labels=get_labels(session, receipt.measure.form_version_id)
        if receipt.submission.rolled_up
        else {},
        next=owed[0] if owed else None,
        left=days_left(owed[0].due_on, local_date(now)) if owed else 0,
    )


def _compared(words: Words, receipt: Receipt, typed: str) -> tuple[bool | None, str]:
    """Whether a checksum somebody read out is this one; None and what is wrong with it."""
    if not typed.strip():
        return None, ""
    try:
        return matches(typed, receipt.submission.checksum), ""
    except Refusal as refusal:
        return None, words.say(refusal)
