"""Reviewing what the units directly below have sent: the list, and one submission."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import FormData

from models import Decision, Review, ReviewBatch
from queries.assignments.visible_assignments import Seen, get_visible_assignment
from queries.filling.submissions import find_current, find_recalled_at, get_submission
from queries.forms.field_labels import list_number_labels
from queries.review.review_list import (
    Position,
    ReviewFilter,
    WaitingSubmissions,
    find_first,
    find_next,
)
from queries.review.reviews import list_waiting_measures, list_waiting_submissions
from queries.units.units import find_few_lower
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.assignments.states import STATUS_NAMES
from rules.dates.calendar import local_date
from rules.review.review_reasons import joined
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal, Term
from services.review import reviews
from services.review.review_batches import decide_ticked
from web.edge.language import words_of
from web.edge.posted import Posted
from web.edge.rendering import render
from web.edge.security import SignedIn, Viewer, read_id
from web.edge.transactions import Now, OpenSession, attempt
from web.review.review_filters import SORT_NAMES, address_of, read_filter, read_page
from web.review.review_notices import list_decided
from web.review.review_page import show_review
from web.review.review_reasons import list_reasons

router = APIRouter()
FEW_UNITS = 100
"""Lower units that are listed for choosing one; where there are more, one searches."""


@router.get("/review")
def show_list(request: Request, session: OpenSession, viewer: SignedIn, now: Now) -> Response:
    """What waits for this unit's decision, narrowed and ordered as the address says."""
    return list_page(request, session, viewer, now)


def list_page(
    request: Request,
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    status: int = 200,
    **values: Any,
) -> Response:
    """The list at the filter and page of the address; `values` is what was refused."""
    query = request.query_params
    chosen = read_filter(query)
    wanted = WaitingSubmissions(viewer.unit_id, chosen, local_date(now))
    page = list_waiting_submissions(session, wanted, page=read_page(query))
    decided, undoable = list_decided(request, session, viewer.unit_id, now)
    shown: dict[str, Any] = {
        "refusal": "", "reason": "", "ready": "", "returning": False,
        "ticked": {row.submission_id for row in page.rows} if "tick" in query else (),
    }  # fmt: skip
    return render(
        request,
        "pages/review/list.html",
        status=status,
        waiting=page,
        chosen=chosen,
        to=address_of(chosen),
        here=address_of(chosen, page.page),
        unfiltered=address_of(ReviewFilter(sort=chosen.sort))("/review"),
        today=local_date(now),
        measures=list_waiting_measures(session, viewer.unit_id),
        lower=find_few_lower(session, viewer.unit, FEW_UNITS),
        sorts=SORT_NAMES,
        labels=list_number_labels(session, {row.measure_id for row in page.rows}),
        reasons=list_reasons(words_of(request), session, viewer.unit_id),
        decided=decided,
        undoable=undoable,
        idle="none" in query,
        **{**shown, **values},
    )


@router.post("/review")
def decide_many(
    request: Request, session: OpenSession, viewer: SignedIn, now: Now, posted: Posted
) -> Response:
    """Approve or return the ticked ones."""
    ticked = [one for value in posted.getlist("ids") if (one := read_id(str(value)))]
    ready, typed = str(posted.get("ready", "")), str(posted.get("reason", ""))
    returning = posted.get("act") == "return"
    batch: ReviewBatch | None = None
    with attempt(session, request) as outcome:
        if not ticked:
            raise Refusal(N_("请先勾选要办理的填报。"))
        batch = decide_ticked(
            session,
            ticked,
            Decision.RETURN if returning else Decision.APPROVE,
            reason=joined(ready, typed),
            actor=viewer.account,
            now=now,
        )
    if not outcome.done:
        return list_page(
            request, session, viewer, now, status=422, refusal=outcome.refusal, reason=typed,
            ready=ready, ticked=frozenset(ticked), returning=returning,
        )  # fmt: skip
    how = {"batch": batch.id, "asked": len(set(ticked))} if batch else {"none": 1}
    query = request.query_params
    here = address_of(read_filter(query), read_page(query))
    return RedirectResponse(here("/review", **how), 303)


@router.get("/review/{assignment_id}")
def show_one(
    request: Request, session: OpenSession, viewer: SignedIn, now: Now, assignment_id: int
) -> Response:
    """One submission beside the one before, its decision below, its neighbours in the list."""
    return show_review(request, session, viewer, get_reviewed(session, viewer, assignment_id), now)


def get_reviewed(session: Session, viewer: Viewer, assignment_id: int) -> Seen:
    """An assignment the viewer's unit reviews. Raises NotFound."""
    seen = get_visible_assignment(session, viewer.unit, assignment_id)
    if not viewer.may(Right.REVIEW, Subject(above_id=seen.reviewer_id)):
        raise NotFound
    return seen


@router.post("/review/{assignment_id}")
def decide(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    now: Now,
    posted: Posted,
    assignment_id: int,
) -> Response:
    """Approve or return this answer, then on to the next one that waits."""
    seen = get_reviewed(session, viewer, assignment_id)
    wanted = WaitingSubmissions(viewer.unit_id, read_filter(request.query_params), local_date(now))
    here = _position(session, seen, wanted)
    review: Review | None = None
    with attempt(session, request) as outcome:
        _check_seen(session, posted, seen)
        review = _decide(session, viewer, now, posted, assignment_id)
    if review is None:
        return show_review(
            request, session, viewer, seen, now, status=409, refusal=outcome.refusal,
            reason=str(posted.get("reason", "")), ready=str(posted.get("ready", "")),
            ticked=_ticked(posted), notes=_notes(posted), returning=posted.get("act") == "return",
        )  # fmt: skip
    return _go_on(session, wanted, here, review)


def _check_seen(session: Session, posted: FormData, seen: Seen) -> None:
    """Raises `Refusal` where somebody has decided, or the unit has taken it back, while the page
    was open. What was sent anew meanwhile is refused later, by the act itself."""
    status, one = seen.assignment.status, seen.assignment.id
    current = find_current(session, one)
    newer = current is not None and posted.get("submission") != str(current.submission.id)
    moved = posted.get("seen", status) != status
    if (newer or moved) and find_recalled_at(session, one):
        raise Refusal(
            N_("您查看期间，%(unit)s收回了这份填报，刚才的操作没有办理。对方重新报送后再审核。"),
            unit=seen.unit.name,
        )
    if moved and not newer:
        raise Refusal(
            N_("您查看期间，这份填报已变为“%(status)s”，刚才的操作没有办理。请看清后再审核。"),
            status=Term(STATUS_NAMES[status]),
        )


def _position(session: Session, seen: Seen, wanted: WaitingSubmissions) -> Position:
    """Where it stands now: a return moves the due date."""
    current = find_current(session, seen.assignment.id)
    if current is None:
        raise NotFound
    return wanted.position(seen.assignment, current.submission, seen.unit)


def _decide(
    session: Session, viewer: Viewer, now: datetime, posted: FormData, assignment_id: int
) -> Review:
    submission_id = read_id(str(posted.get("submission", "")))
    if get_submission(session, submission_id).assignment_id != assignment_id:
        raise NotFound
    act, actor = posted.get("act"), viewer.account
    if act == "approve":
        return reviews.approve(session, submission_id, actor=actor, now=now)
    if act == "return":
        return reviews.return_(
            session,
            submission_id,
            reason=joined(str(posted.get("ready", "")), str(posted.get("reason", ""))),
            fields=_ticked(posted),
            notes=_notes(posted),
            actor=actor,
            now=now,
        )
    raise Refusal(N_("请选择通过还是退回。"))


def _ticked(posted: FormData) -> Sequence[str]:
    return [str(name) for name in posted.getlist("fields")]


def _notes(posted: FormData) -> dict[str, str]:
    """What was written beside the fields; that of a field not ticked is left out later."""
    return {
        name.removeprefix(NOTE): str(text) for name, text in posted.items() if name.startswith(NOTE)
    }


NOTE = "note-"
"""Before the name of a field: the input with what is wrong with it."""


def _go_on(
    session: Session, wanted: WaitingSubmissions, here: Position, review: Review
) -> Response:
    """The next one in the order of the list, else the first that was skipped, else the list."""
    next_id = find_next(session, wanted, here) or find_first(session, wanted)
    path = f"/review/{next_id}" if next_id else "/review"
    how = {"batch": review.batch_id} if review.batch_id else {}
    return RedirectResponse(address_of(wanted.chosen)(path, **how), 303)
