"""Signing for an assignment and releasing it to the units below.

A release that reaches many units is asked about on a page of its own, which names how many.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Act, Assignment
from queries.assignments.visible_assignments import Seen
from queries.campaigns.reach import ReachBelow, count_reach_below
from rules.assignments.states import possible
from rules.sentences.refusal import N_
from services.assignments import assignments
from web.edge.pages.asked_first import MANY, SURE
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, SignedIn
from web.edge.viewer.language import local_path
from web.edge.viewer.own import get_own

router = APIRouter()


@router.get("/assignments/{assignment_id}/acknowledge")
def show_acknowledge(context: SignedIn, assignment_id: int) -> Response:
    """How many units the measure reaches when the unit signs for it."""
    seen = get_own(context.session, context.viewer, assignment_id)
    return _sure_page(context, seen, Act.ACKNOWLEDGE if seen.signing_releases else None)


@router.post("/assignments/{assignment_id}/acknowledge")
def acknowledge(context: SignedIn, posted: Posted, assignment_id: int) -> Response:
    """Sign for the assignment, which may release the assignment as well."""
    seen = get_own(context.session, context.viewer, assignment_id)
    if seen.signing_releases and must_ask(context.session, seen, posted.get(SURE)):
        return RedirectResponse(f"/assignments/{assignment_id}/acknowledge", 303)
    assignment = assignments.acknowledge(
        context.session, assignment_id, actor=context.actor, now=context.now
    )
    next, here = posted.get("next"), f"/assignments/{assignment_id}"
    address = local_path(next, here) if isinstance(next, str) else here
    if _released_by_signing(assignment):
        reach = count_reach_below(context.session, seen.measure.id, seen.unit)
        said = N_("已签收“%(title)s”，并下发给 %(count)s 个下级单位。")
        return back_to(address, said, title=seen.measure.title, count=reach.direct)
    if _waits_for_release(assignment):
        said = N_("已签收“%(title)s”，还没有下发给下级单位；可以先细化，再下发。")
    else:
        said = N_("已签收“%(title)s”。")
    return back_to(address, said, title=seen.measure.title)


def _released_by_signing(assignment: Assignment) -> bool:
    """Whether the same press signed and released; a second press is told the same."""
    at = assignment.released_at
    return at is not None and at == assignment.acknowledged_at


def _waits_for_release(assignment: Assignment) -> bool:
    return Act.RELEASE in possible(assignment.status, lowest=assignment.lowest)


@router.get("/assignments/{assignment_id}/release")
def show_release(context: SignedIn, assignment_id: int) -> Response:
    """How many units a release reaches."""
    seen = get_own(context.session, context.viewer, assignment_id)
    waits = seen.assignment.released_at is None and not seen.assignment.lowest
    return _sure_page(context, seen, Act.RELEASE if waits else None)


@router.post("/assignments/{assignment_id}/release")
def release(context: SignedIn, posted: Posted, assignment_id: int) -> Response:
    """Pass the measure on to the units below, with the detail that is kept, if there is any."""
    seen = get_own(context.session, context.viewer, assignment_id)
    if must_ask(context.session, seen, posted.get(SURE)):
        return RedirectResponse(f"/assignments/{assignment_id}/release", 303)
    assignments.release(context.session, assignment_id, actor=context.actor, now=context.now)
    return after_release(context.session, seen)


def after_release(session: Session, seen: Seen) -> Response:
    """The page of the assignment, which says to how many units the measure was passed on."""
    reach = count_reach_below(session, seen.measure.id, seen.unit)
    said = N_("已下发给 %(count)s 个下级单位。")
    return back_to(f"/assignments/{seen.assignment.id}", said, count=reach.direct)


def must_ask(session: Session, seen: Seen, sure: object = None) -> bool:
    """Whether a release reaches so many units that a page asks first; `sure`: a page has asked."""
    if sure or seen.assignment.released_at is not None:
        return False
    return count_reach_below(session, seen.measure.id, seen.unit).all > MANY


@dataclass(frozen=True)
class SurePage(Page):
    """Asks before a release that reaches many units."""

    TEMPLATE = "pages/assignments/sure.html"

    seen: Seen
    act: Act
    """`acknowledge` or `release`: the last part of the address that does it."""
    signs: bool
    """The act signs for the assignment as well."""
    reach: ReachBelow


def _sure_page(context: Context, seen: Seen, act: Act | None) -> Response:
    """The page that asks; without an act there is nothing to release."""
    if act is None or seen.assignment.closed_at is not None:
        return RedirectResponse(f"/assignments/{seen.assignment.id}", 303)
    reach = count_reach_below(context.session, seen.measure.id, seen.unit)
    signs = seen.assignment.acknowledged_at is None
    return render(context.request, SurePage(seen, act, signs, reach))
