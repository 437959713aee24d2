"""The first page of a signed-in unit, and the list of everything it was given."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from models import Status
from queries.assignments.inbox import (
    Owed,
    list_assignments_of,
    list_ended,
    list_owed,
    list_sent_assignments,
    list_standings,
    list_waiting_answers,
)
from queries.review.review_clock import (
    OverdueReviewer,
    count_overdue_reviews,
    list_overdue_reviewers,
)
from rules.dates.calendar import local_date
from web.edge.due_dates import SOON, days_left
from web.edge.offline_pages import keepable
from web.edge.rendering import render
from web.edge.security import SignedIn, Viewer
from web.edge.transactions import Now, OpenSession

router = APIRouter()
PAGE = 50
LAST_SENT = 5
"""Of what was sent, on the first page: whether it arrived and was accepted."""
LAST_ENDED = 5
TOLD = timedelta(days=14)
"""How long the first page tells what was withdrawn or closed."""


@router.get("/")
def show_home(request: Request, session: OpenSession, viewer: SignedIn, now: Now) -> Response:
    """What is due, what has come in, what waits for review, how far the measures have got."""
    today = local_date(now)
    unit_id = viewer.unit_id
    owed = list_owed(session, unit_id)
    waiting = list_waiting_answers(session, unit_id)
    answer = render(
        request,
        "pages/assignments/home.html",
        sections=_sections(owed),
        left={one.id: days_left(one.due_on, today) for one in owed},
        figures=_figures(owed, today, sum(one.count for one in waiting)),
        waiting=waiting,
        overdue_reviews=count_overdue_reviews(session, unit_id, today) if waiting else 0,
        overdue_reviewers=_overdue_reviewers(session, viewer, today),
        sent=list_sent_assignments(session, unit_id, limit=LAST_SENT),
        ended=list_ended(session, unit_id, since=now - TOLD, limit=LAST_ENDED),
        standings=list_standings(session, unit_id, today),
    )
    return keepable(answer, viewer)


def _overdue_reviewers(session: Session, viewer: Viewer, today: date) -> list[OverdueReviewer]:
    """Lower units that let submissions wait; a unit without lower units asks nothing."""
    return list_overdue_reviewers(session, viewer.unit_id, today) if viewer.has_lower else []


def _sections(owed: Sequence[Owed]) -> dict[str, list[Owed]]:
    """What is owed, each in one place: returned, new, or due; the order stays."""
    sections: dict[str, list[Owed]] = {"returned": [], "new": [], "due": []}
    for one in owed:
        if one.status == Status.RETURNED:
            sections["returned"].append(one)
        elif one.acknowledged_at is None:
            sections["new"].append(one)
        else:
            sections["due"].append(one)
    return sections


def _figures(owed: Sequence[Owed], today: date, waiting: int) -> dict[str, int]:
    left = [days_left(one.due_on, today) for one in owed]
    return {
        "overdue": sum(days < 0 for days in left),
        "soon": sum(0 <= days <= SOON for days in left),
        "waiting": waiting,
    }


@router.get("/assignments")
def list_all(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    now: Now,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Everything the unit was ever given, newest first."""
    rows, pages = list_assignments_of(session, viewer.unit_id, page=page, size=PAGE)
    values: dict[str, Any] = {"rows": rows, "page": page, "pages": pages}
    return render(request, "pages/assignments/list.html", today=local_date(now), **values)
