"""Deciding about all that match the filter, and taking a decision back."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Decision
from queries.review.review_list import WaitingSubmissions
from queries.review.reviews import count_waiting, find_single_assignment
from rules.dates.calendar import local_date
from rules.review.review_reasons import joined
from rules.sentences.refusal import N_, Refusal
from services.review.review_batches import decide_matching, undo
from web.edge.language import words_of
from web.edge.posted import Posted
from web.edge.rendering import render
from web.edge.security import SignedIn, Viewer, read_id
from web.edge.transactions import Now, OpenSession, attempt
from web.review.review_filters import address_of, read_filter, read_page
from web.review.review_reasons import list_reasons
from web.review.reviews import list_page

router = APIRouter()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT = re.compile(r"[0-9]{1,16}")


@router.get("/review/all")
def confirm_all(
    request: Request, session: OpenSession, viewer: SignedIn, now: Now, act: str = ""
) -> Response:
    """How many match the filter at this moment, before all of them are decided."""
    return _confirm(request, session, viewer, now, moment=now, returning=act == Decision.RETURN)


def _confirm(
    request: Request,
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    moment: datetime,
    returning: bool,
    status: int = 200,
    **values: Any,
) -> Response:
    query = request.query_params
    chosen = read_filter(query)
    wanted = WaitingSubmissions(viewer.unit_id, chosen, local_date(now), moment)
    count, flagged = count_waiting(session, wanted, flagged=True)
    shown: dict[str, Any] = {"refusal": "", "reason": "", "ready": ""}
    return render(
        request,
        "pages/review/all.html",
        status=status,
        to=address_of(chosen),
        back=address_of(chosen, read_page(query))("/review"),
        chosen=chosen,
        count=count,
        flagged=flagged,
        returning=returning,
        moment=(moment - EPOCH) // timedelta(microseconds=1),
        reasons=list_reasons(words_of(request), session, viewer.unit_id) if returning else [],
        **{**shown, **values},
    )


@router.post("/review/all")
def decide_all(
    request: Request, session: OpenSession, viewer: SignedIn, now: Now, posted: Posted
) -> Response:
    """Decide about all that matched the filter when its count was shown."""
    chosen = read_filter(request.query_params)
    returning = posted.get("act") == Decision.RETURN
    ready, typed = str(posted.get("ready", "")), str(posted.get("reason", ""))
    moment = _moment(str(posted.get("moment", "")))
    batch = None
    with attempt(session, request) as outcome:
        if moment is None:
            raise Refusal(N_("请先看一看一共有多少份，再确认。"))
        batch = decide_matching(
            session,
            WaitingSubmissions(viewer.unit_id, chosen, local_date(now), moment),
            Decision.RETURN if returning else Decision.APPROVE,
            reason=joined(ready, typed),
            actor=viewer.account,
            now=now,
        )
    if not outcome.done:
        return _confirm(
            request, session, viewer, now, moment=moment or now, returning=returning, status=422,
            refusal=outcome.refusal, reason=typed, ready=ready,
        )  # fmt: skip
    asked = read_id(str(posted.get("count", "")))
    how = {"batch": batch.id, "asked": asked} if batch else {"none": 1}
    return RedirectResponse(address_of(chosen)("/review", **how), 303)


def _moment(text: str) -> datetime | None:
    """The moment a confirmation was shown at; None for what is none."""
    return EPOCH + timedelta(microseconds=int(text)) if MOMENT.fullmatch(text) else None


@router.post("/review/batches/{batch_id}/undo")
def take_back(
    request: Request, session: OpenSession, viewer: SignedIn, now: Now, batch_id: int
) -> Response:
    """Take a decision back; on to the submission it was about, or to the list.

    Too late, the list says so.
    """
    only = find_single_assignment(session, batch_id)
    with attempt(session, request) as outcome:
        undo(session, batch_id, actor=viewer.account, now=now)
    if not outcome.done:
        return list_page(request, session, viewer, now, status=409, refusal=outcome.refusal)
    query = request.query_params
    address = address_of(read_filter(query), 1 if only else read_page(query))
    path = f"/review/{only}" if only else "/review"
    return RedirectResponse(address(path, batch=batch_id), 303)
