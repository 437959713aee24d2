"""An assignment's page, and what a unit does with it before it answers."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Act, Assignment, Measure, Status
from queries.assignments.visible_assignments import (
    AssignmentChange,
    Seen,
    get_visible_assignment,
    list_added,
    list_changes,
)
from queries.filling.submissions import find_current, find_draft
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.assignments.states import is_over, owes, possible, waits_for_review
from rules.dates.calendar import local_date
from rules.forms.field_values import read_date
from rules.reports.targets import target_in_words
from rules.sentences.faults import Fault
from services.assignments import assignments
from services.filling import recalls
from web.assignments.progress import progress_of
from web.assignments.steps import steps_of
from web.edge.due_dates import days_left
from web.edge.language import local_path, say
from web.edge.own import get_own
from web.edge.posted import Posted
from web.edge.rendering import render
from web.edge.security import SignedIn, Viewer
from web.edge.transactions import Now, OpenSession, attempt
from web.filling.form_page import CORRECTING
from web.workbooks.workbook_link import workbook_link

router = APIRouter()
SHOWN = {Act.ACKNOWLEDGE, Act.DETAIL, Act.RELEASE, Act.SUBMIT, Act.RECALL, Act.CORRECT}
"""What a unit does on the page of its assignment."""
Page = Annotated[int, Query(ge=1, le=100_000)]


@router.get("/assignments/{assignment_id}")
def show_assignment(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    now: Now,
    assignment_id: int,
    missing: Page = 1,
) -> Response:
    """What it is about, where it stands, what can be done now, what lies below, its history."""
    seen = get_visible_assignment(session, viewer.unit, assignment_id)
    return _page(request, session, viewer, now, seen, missing=missing)


def _page(
    request: Request,
    session: Session,
    viewer: Viewer,
    now: Any,
    seen: Seen,
    *,
    status: int = 200,
    missing: int = 1,
    **values: Any,
) -> Response:
    today = local_date(now)
    one = seen.assignment
    added = list_added(session, one, seen.unit)
    own = next((add.detail for add in added if add.unit.id == one.unit_id), None)
    changes = list_changes(session, one.id)
    shown: dict[str, Any] = {
        "faults": {},
        "refusal": "",
        "target": _target(seen.measure),
        "detail": {
            "text": own.text if own else "",
            "due_on": own.due_on or "" if own else "",
            "contact": own.contact if own else "",
        },
    }
    return render(
        request,
        "pages/assignments/show.html",
        status=status,
        seen=seen,
        one=one,
        added=added,
        steps=steps_of(one),
        left=days_left(one.due_on, today),
        owes=owes(one),
        acts=acts_now(one, viewer, seen),
        current=find_current(session, one.id),
        changes=changes,
        corrected=_is_correction(changes),
        draft=(one.status == Status.APPROVED or is_over(one)) and find_draft(session, one.id),
        workbook=workbook_link(session, one, viewer),
        progress=None if one.lowest else progress_of(session, seen, today, missing=missing),
        **{**shown, **values},
    )


def _is_correction(changes: Sequence[AssignmentChange]) -> bool:
    """Whether the answer that waits was sent in the place of an approved one."""
    acts = [one.event.act for one in changes if one.event.from_status != one.event.to_status]
    return Act.CORRECT in acts[-1:]


def _target(measure: Measure) -> str:
    """How many of what is to be done; empty where the measure sets no target."""
    count = measure.target_count
    return "" if count is None else target_in_words(count, measure.target_label)


def acts_now(one: Assignment, viewer: Viewer, seen: Seen) -> frozenset[str]:
    """What the viewer can do with it now; only the unit itself acts, the one above reviews."""
    if not viewer.may(Right.ACKNOWLEDGE, Subject(one.unit_id)):
        decides = viewer.may(Right.REVIEW, Subject(above_id=seen.reviewer_id))
        reviews = decides and waits_for_review(one)
        return frozenset({"review"}) if reviews else frozenset()
    if one.closed_at is not None:
        return frozenset()
    able = set(possible(one.status, lowest=one.lowest))
    if one.acknowledged_at is not None:
        able.discard(Act.ACKNOWLEDGE)
    if not one.lowest and one.status == Status.ISSUED:
        able |= {Act.DETAIL, Act.RELEASE}  # both sign for it as well
    return frozenset(able & SHOWN)


@router.post("/assignments/{assignment_id}/acknowledge")
def acknowledge(
    session: OpenSession, viewer: SignedIn, now: Now, posted: Posted, assignment_id: int
) -> Response:
    """Sign for it."""
    get_own(session, viewer, assignment_id)
    assignments.acknowledge(session, assignment_id, actor=viewer.account, now=now)
    next = posted.get("next")
    here = f"/assignments/{assignment_id}"
    return RedirectResponse(local_path(next, here) if isinstance(next, str) else here, 303)


@router.post("/assignments/{assignment_id}/detail")
def save_detail(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    now: Now,
    posted: Posted,
    assignment_id: int,
) -> Response:
    """Add to the measure for everything below; `act` = release also passes it on."""
    seen = get_own(session, viewer, assignment_id)
    detail = {name: str(posted.get(name, "")) for name in ("text", "due_on", "contact")}
    read = read_date(detail["due_on"]) if detail["due_on"].strip() else ""
    if isinstance(read, Fault):
        faults = {"due_on": say(request, read)}
        return _page(request, session, viewer, now, seen, status=422, detail=detail, faults=faults)
    with attempt(session, request) as outcome:
        assignments.save_detail(
            session,
            assignment_id,
            text=detail["text"],
            due_on=date.fromisoformat(read) if read else None,
            contact=detail["contact"],
            actor=viewer.account,
            now=now,
        )
        if posted.get("act") == "release":
            assignments.release(session, assignment_id, actor=viewer.account, now=now)
    if not outcome.done:
        return _page(
            request, session, viewer, now, seen, status=409, detail=detail, refusal=outcome.refusal
        )
    return RedirectResponse(f"/assignments/{assignment_id}", 303)


@router.post("/assignments/{assignment_id}/release")
def release(session: OpenSession, viewer: SignedIn, now: Now, assignment_id: int) -> Response:
    """Pass it on to the units below, as it is."""
    get_own(session, viewer, assignment_id)
    assignments.release(session, assignment_id, actor=viewer.account, now=now)
    return RedirectResponse(f"/assignments/{assignment_id}", 303)


@router.post("/assignments/{assignment_id}/recall")
def recall(session: OpenSession, viewer: SignedIn, now: Now, assignment_id: int) -> Response:
    """Take the unit's own answer back before it is reviewed, to mend it."""
    get_own(session, viewer, assignment_id)
    one = recalls.recall(session, assignment_id, actor=viewer.account, now=now)
    correcting = f"?{CORRECTING}=1" if one.status == Status.APPROVED else ""
    return RedirectResponse(f"/assignments/{assignment_id}/form{correcting}", 303)
