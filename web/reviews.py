"""Reviewing what the units directly below have sent."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import FormData

from models import Status
from queries.field_labels import get_labels, list_labels
from queries.not_found import NotFound
from queries.reviews import count_waiting_by_measure, list_waiting, list_waiting_ids
from queries.submissions import get_submission, get_submitted_fields, list_revisions
from queries.visible_assignments import Seen, get_visible_assignment
from rules.refusal import N_, Refusal
from services import reviews
from web.asked import answered
from web.posted import Posted
from web.rendering import render
from web.security import SignedIn, Viewer, read_id
from web.transactions import Now, OpenSession, attempt

router = APIRouter()
COUNT = re.compile(r"[0-9]{1,7}")


def _number(text: str) -> int | None:
    """A whole number from a query or a form; None for anything else."""
    return read_id(text) or None


@router.get("/review")
def show_list(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    measure: str = "",
    page: str = "1",
    approved: str = "",
    returned: str = "",
) -> Response:
    """What waits for this unit's decision, across measures or of one."""
    return _list(
        request,
        session,
        viewer,
        measure=_number(measure),
        page=_number(page) or 1,
        approved=int(approved) if COUNT.fullmatch(approved) else None,
        returned=int(returned) if COUNT.fullmatch(returned) else None,
    )


def _list(
    request: Request,
    session: Session,
    viewer: Viewer,
    *,
    measure: int | None,
    page: int = 1,
    status: int = 200,
    **values: Any,
) -> Response:
    waiting = list_waiting(session, viewer.unit_id, measure_id=measure, page=page)
    shown: dict[str, Any] = {
        "approved": None, "returned": None, "refusal": "", "reason": "", "ticked": frozenset(),
        "returning": False,
    }  # fmt: skip
    return render(
        request,
        "pages/review/list.html",
        status=status,
        waiting=waiting,
        measure=measure,
        measures=count_waiting_by_measure(session, viewer.unit_id),
        labels=list_labels(session, {row.measure_id for row in waiting.rows}),
        **{**shown, **values},
    )


@router.post("/review")
def decide_many(
    request: Request, session: OpenSession, viewer: SignedIn, now: Now, posted: Posted
) -> Response:
    """Approve or return the ticked ones."""
    ids = [_number(value) for value in posted.getlist("ids") if isinstance(value, str)]
    ticked = [one for one in ids if one is not None]
    measure = _number(str(posted.get("measure", "")))
    count, reason = 0, str(posted.get("reason", ""))
    returning = posted.get("act") == "return"
    with attempt(session, request) as outcome:
        count = _decide_many(session, viewer, now, ticked, reason, returning=returning)
    if not outcome.done:
        return _list(
            request, session, viewer, measure=measure, status=422, refusal=outcome.refusal,
            reason=reason, ticked=frozenset(ticked), returning=returning,
        )  # fmt: skip
    how = "returned" if returning else "approved"
    chosen = f"&measure={measure}" if measure else ""
    return RedirectResponse(f"/review?{how}={count}{chosen}", 303)


def _decide_many(
    session: Session,
    viewer: Viewer,
    now: datetime,
    ticked: Sequence[int],
    reason: str,
    *,
    returning: bool,
) -> int:
    if not ticked:
        raise Refusal(N_("请先勾选要办理的填报。"))
    actor = viewer.account
    if returning:
        return reviews.return_many(session, ticked, reason=reason, actor=actor, now=now)
    return reviews.approve_many(session, ticked, actor=actor, now=now)


@router.get("/review/{assignment_id}")
def show_review(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    assignment_id: int,
    measure: str = "",
    done: str = "",
) -> Response:
    """One answer beside the one before, with what lies below it."""
    seen = _get_reviewed(session, viewer, assignment_id)
    return _review(request, session, viewer, seen, measure=_number(measure), done=done)


def _get_reviewed(session: Session, viewer: Viewer, assignment_id: int) -> Seen:
    """An assignment the viewer's unit reviews. Raises NotFound."""
    seen = get_visible_assignment(session, viewer.unit, assignment_id)
    if seen.reviewer_id != viewer.unit_id:
        raise NotFound
    return seen


def _review(
    request: Request,
    session: Session,
    viewer: Viewer,
    seen: Seen,
    *,
    measure: int | None,
    status: int = 200,
    refusal: str = "",
    reason: str = "",
    chosen: Sequence[str] = (),
    done: str = "",
) -> Response:
    assert seen.assignment.id is not None
    revisions = list_revisions(session, seen.assignment.id, limit=2)
    if not revisions:
        raise NotFound
    last = revisions[0].submission
    fields = get_submitted_fields(session, last)
    before = revisions[1] if len(revisions) > 1 else None
    waiting = list_waiting_ids(session, viewer.unit_id, measure_id=measure)
    return render(
        request,
        "pages/review/show.html",
        status=status,
        seen=seen,
        one=seen.assignment,
        last=revisions[0],
        before=before,
        answers=answered(
            request, fields, last.answers, before.submission.answers if before else None
        ),
        labels=get_labels(session, seen.measure.form_version_id),
        waiting=seen.assignment.status == Status.SUBMITTED,
        others=len(waiting) - (last.id in waiting),
        measure=measure,
        refusal=refusal,
        reason=reason,
        chosen=chosen,
        done=done,
    )


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
    seen = _get_reviewed(session, viewer, assignment_id)
    measure = _number(str(posted.get("measure", "")))
    with attempt(session, request) as outcome:
        submission_id = _decide(session, viewer, now, posted, assignment_id)
    if not outcome.done:
        return _review(
            request,
            session,
            viewer,
            seen,
            measure=measure,
            status=409,
            refusal=outcome.refusal,
            reason=str(posted.get("reason", "")),
            chosen=[str(name) for name in posted.getlist("fields")],
        )
    return _next(session, viewer, measure, submission_id, str(posted.get("act", "")))


def _decide(
    session: Session, viewer: Viewer, now: datetime, posted: FormData, assignment_id: int
) -> int:
    submission_id = _number(str(posted.get("submission", "")))
    if submission_id is None:
        raise NotFound
    if get_submission(session, submission_id).assignment_id != assignment_id:
        raise NotFound
    act, actor = posted.get("act"), viewer.account
    if act == "approve":
        reviews.approve(session, submission_id, actor=actor, now=now)
    elif act == "return":
        names = [str(name) for name in posted.getlist("fields")]
        reason = str(posted.get("reason", ""))
        reviews.return_(session, submission_id, reason=reason, fields=names, actor=actor, now=now)
    else:
        raise Refusal(N_("请选择通过还是退回。"))
    return submission_id


def _next(
    session: Session, viewer: Viewer, measure: int | None, submission_id: int, act: str
) -> Response:
    """The next one in the order of arrival, else the first that was skipped, else the list."""
    chosen = f"&measure={measure}" if measure else ""
    waiting = list_waiting_ids(session, viewer.unit_id, measure_id=measure)
    later = [one for one in waiting if one > submission_id] or list(waiting)
    if not later:
        how = "returned" if act == "return" else "approved"
        return RedirectResponse(f"/review?{how}=1{chosen}", 303)
    next_id = get_submission(session, later[0]).assignment_id
    return RedirectResponse(f"/review/{next_id}?done={act}{chosen}", 303)
