"""The reasons a reviewer can pick from, and the page where a unit takes its own reasons out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from sqlmodel import Session

from queries.review.review_reasons import MOST, RecentReason, list_recent_reasons
from rules.review.review_reasons import READY
from rules.sentences.held import on_one_line
from rules.sentences.refusal import N_
from services.review.review_reasons import unlist_reason
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.viewer.context import SignedIn
from web.edge.viewer.language import Words
from web.review.review_filters import address_of, read_filter, read_page

router = APIRouter()


@dataclass(frozen=True)
class ReasonsPage(Page):
    """The reasons for returns that a unit can pick from."""

    TEMPLATE = "pages/review/reasons.html"

    ready: Sequence[str]
    recent: Sequence[RecentReason]
    most: int
    """How many recent reasons are listed at most."""
    to: Callable[..., str]


@router.get("/review/reasons")
def show_reasons(context: SignedIn) -> Response:
    """What this unit has written for returns lately, and what everybody can pick from."""
    query, ready = context.query, _ready(context.words)
    page = ReasonsPage(
        ready=ready,
        recent=list_recent_reasons(context.session, context.viewer.unit_id, without=ready),
        most=MOST,
        to=address_of(read_filter(query), read_page(query)),
    )
    return render(context.request, page)


@router.post("/review/reasons/{batch_id}/remove")
def remove_reason(context: SignedIn, batch_id: int) -> Response:
    """Offer a reason no longer, until the reason is used again."""
    unlist_reason(context.session, batch_id, actor=context.actor)
    query = context.query
    address = address_of(read_filter(query), read_page(query))
    said = N_("已不再列出。以后退回时再写一次，就会重新列出。")
    return back_to(address("/review/reasons"), said)


@dataclass(frozen=True)
class ListedReason:
    """One reason of the list for choosing."""

    reason: str
    shown: str
    """As the list shows the reason: on one line, and not too long."""
    ready: bool
    """The reason is for everybody; otherwise the unit has written it lately."""


def list_reasons(words: Words, session: Session, unit_id: int) -> list[ListedReason]:
    """The ready reasons, and then the reasons that the unit has given lately."""
    ready = _ready(words)
    recent = list_recent_reasons(session, unit_id, without=ready)
    return [
        *(ListedReason(reason, reason, ready=True) for reason in ready),
        *(ListedReason(row.reason, _short(row.reason), ready=False) for row in recent),
    ]


def _ready(words: Words) -> list[str]:
    return [words.say(reason) for reason in READY]


def _short(reason: str) -> str:
    line = on_one_line(reason)
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


SHOWN = 40
"""Characters of a reason in the list."""
