"""Deciding about all that match the filter, and taking a decision back."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Response

from models import Decision, ReviewBatch
from queries.review.review_list import WaitingSubmissions
from queries.review.reviews import count_waiting, find_single_assignment
from rules.sentences.refusal import N_, Refusal
from services.review.review_batches import decide_matching, undo
from web.edge.pages.rendering import Page, render
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, SignedIn
from web.edge.viewer.security import read_id
from web.edge.viewer.transactions import attempt
from web.review.decisions_said import after_decision, after_undoing
from web.review.review_filters import address_of, read_filter, read_page
from web.review.review_reasons import ListedReason, list_reasons
from web.review.reviews import list_page
from web.review.typed_decision import TypedDecision

router = APIRouter()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT = re.compile(r"[0-9]{1,16}")


@router.get("/review/all")
def confirm_all(context: SignedIn, act: str = "") -> Response:
    """How many submissions match the filter now, before all of them are decided."""
    return _confirm(context, TypedDecision(act == Decision.RETURN), moment=context.now)


@dataclass(frozen=True)
class ReviewAllPage(Page):
    """How many submissions match the filter, before all of them are decided."""

    TEMPLATE = "pages/review/all.html"

    to: Callable[..., str]
    back: str
    count: int
    flagged: int
    """How many of the submissions have flags."""
    moment: int
    """The moment of the count, in microseconds since 1970."""
    reasons: Sequence[ListedReason]
    typed: TypedDecision
    refusal: str


def _confirm(
    context: Context, typed: TypedDecision, *, moment: datetime, refusal: str = ""
) -> Response:
    session, unit_id = context.session, context.viewer.unit_id
    chosen = read_filter(context.query)
    wanted = WaitingSubmissions(unit_id, chosen, context.today, moment)
    count, flagged = count_waiting(session, wanted, flagged=True)
    page = ReviewAllPage(
        to=address_of(chosen),
        back=address_of(chosen, read_page(context.query))("/review"),
        count=count,
        flagged=flagged,
        moment=(moment - EPOCH) // timedelta(microseconds=1),
        reasons=list_reasons(context.words, session, unit_id) if typed.returning else [],
        typed=typed,
        refusal=refusal,
    )
    return render(context.request, page, status=422 if refusal else 200)


@router.post("/review/all")
def decide_all(context: SignedIn, posted: Posted) -> Response:
    """Decide about all submissions that matched the filter when their count was shown."""
    chosen = read_filter(context.query)
    typed = TypedDecision.read(posted)
    moment = _moment(str(posted.get("moment", "")))
    batch = None
    with attempt(context.session, context.words) as outcome:
        if moment is None:
            raise Refusal(N_("请先看一看一共有多少份，再确认。"))
        batch = decide_matching(
            context.session,
            WaitingSubmissions(context.viewer.unit_id, chosen, context.today, moment),
            typed.decision,
            reason=typed.whole_reason,
            actor=context.actor,
            now=context.now,
        )
    if not outcome.done:
        moment = moment or context.now
        return _confirm(context, typed, moment=moment, refusal=outcome.refusal)
    asked = read_id(str(posted.get("count", "")))
    how = {"batch": batch.id} if batch else {}
    return after_decision(address_of(chosen)("/review", **how), batch, asked)


def _moment(text: str) -> datetime | None:
    """The moment at which a confirmation was shown; None for a text that is no moment."""
    return EPOCH + timedelta(microseconds=int(text)) if MOMENT.fullmatch(text) else None


@router.post("/review/batches/{batch_id}/undo")
def take_back(context: SignedIn, batch_id: int) -> Response:
    """Take a decision back, and go on to its submission or, where it had several, to the list.

    Where it is too late, the list says so.
    """
    only = find_single_assignment(context.session, batch_id)
    batch: ReviewBatch | None = None
    with attempt(context.session, context.words) as outcome:
        batch = undo(context.session, batch_id, actor=context.actor, now=context.now)
    if batch is None:
        return list_page(context, status=409, refusal=outcome.refusal)
    query = context.query
    address = address_of(read_filter(query), 1 if only else read_page(query))
    path = f"/review/{only}" if only else "/review"
    return after_undoing(address(path), batch)
