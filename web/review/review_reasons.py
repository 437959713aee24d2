"""The reasons a reviewer can pick from, and the page where the own ones are taken out."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from queries.review.review_reasons import MOST, list_recent_reasons
from rules.review.review_reasons import READY
from rules.sentences.held import on_one_line
from services.review.review_reasons import unlist_reason
from web.edge.language import Words, words_of
from web.edge.rendering import render
from web.edge.security import SignedIn
from web.edge.transactions import OpenSession
from web.review.review_filters import address_of, read_filter, read_page

router = APIRouter()


@router.get("/review/reasons")
def show_reasons(request: Request, session: OpenSession, viewer: SignedIn) -> Response:
    """What this unit has written for returns lately, and what everybody can pick from."""
    query, ready = request.query_params, _ready(words_of(request))
    return render(
        request,
        "pages/review/reasons.html",
        ready=ready,
        recent=list_recent_reasons(session, viewer.unit_id, without=ready),
        most=MOST,
        removed="removed" in query,
        to=address_of(read_filter(query), read_page(query)),
    )


@router.post("/review/reasons/{batch_id}/remove")
def remove_reason(
    request: Request, session: OpenSession, viewer: SignedIn, batch_id: int
) -> Response:
    """Offer a reason no longer, until it is used again."""
    unlist_reason(session, batch_id, actor=viewer.account)
    query = request.query_params
    address = address_of(read_filter(query), read_page(query))
    return RedirectResponse(address("/review/reasons", removed=1), 303)


def list_reasons(words: Words, session: Session, unit_id: int) -> list[tuple[str, str, bool]]:
    """`(reason, as shown in a list, ready)`: the ready ones, then those given here lately."""
    ready = _ready(words)
    recent = list_recent_reasons(session, unit_id, without=ready)
    return [(one, one, True) for one in ready] + [
        (one.reason, _short(one.reason), False) for one in recent
    ]


def _ready(words: Words) -> list[str]:
    return [words.say(reason) for reason in READY]


def _short(reason: str) -> str:
    line = on_one_line(reason)
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


SHOWN = 40
