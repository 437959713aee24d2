"""Reviewing what the units directly below have sent: the list, and one submission."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from models import Decision, Review, ReviewBatch, Unit
from queries.assignments.visible_assignments import Seen, get_visible_assignment
from queries.filling.submissions import find_current, find_recalled_at, get_submission
from queries.forms.field_labels import list_number_labels
from queries.review.review_clock import count_reviews
from queries.review.review_list import (
    Position,
    ReviewFilter,
    Sort,
    WaitingSubmissions,
    find_first,
    find_next,
)
from queries.review.reviews import (
    ReviewPage,
    WaitingMeasure,
    list_waiting_measures,
    list_waiting_submissions,
)
from queries.units.units import find_few_lower
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.assignments.states import STATUS_NAMES
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal, Term
from services.review import reviews
from services.review.review_batches import decide_ticked
from web.edge.pages.exports import wants_file
from web.edge.pages.rendering import Page, render
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, SignedIn
from web.edge.viewer.security import Viewer, read_id
from web.edge.viewer.transactions import attempt
from web.review.decisions_said import after_decision, after_single_decision
from web.review.review_export import export_waiting
from web.review.review_filters import SORT_NAMES, address_of, read_filter, read_page
from web.review.review_notices import Decided, list_decided
from web.review.review_page import show_review
from web.review.review_reasons import ListedReason, list_reasons
from web.review.typed_decision import NOTHING_TYPED, TypedDecision

router = APIRouter()
FEW_UNITS = 100
"""How many lower units are listed for choosing one; among more units, a person searches."""


@router.get("/review")
def show_list(context: SignedIn) -> Response:
    """What waits for this unit's decision, narrowed and ordered as the address says."""
    return list_page(context)


@dataclass(frozen=True)
class ReviewListPage(Page):
    """The submissions that wait for the decision of a unit."""

    TEMPLATE = "pages/review/list.html"

    waiting: ReviewPage
    chosen: ReviewFilter
    to: Callable[..., str]
    """Makes addresses with the filter."""
    here: Callable[..., str]
    """Makes addresses with the filter and the page."""
    unfiltered: str
    today: date
    measures: Sequence[WaitingMeasure]
    lower: Sequence[Unit]
    sorts: Mapping[Sort, str]
    labels: Mapping[int, Mapping[str, str]]
    """Measure → field → label."""
    reasons: Sequence[ListedReason]
    decided: Decided | None
    undoable: Sequence[Decided]
    ticked: Collection[int]
    """The submissions that are ticked."""
    typed: TypedDecision
    refusal: str
    stood_in: int
    """How many answers wait here because a lower unit has given them in the place of another."""


def list_page(
    context: Context,
    *,
    status: int = 200,
    ticked: Collection[int] = (),
    typed: TypedDecision = NOTHING_TYPED,
    refusal: str = "",
) -> Response:
    """The list with the filter and the page of the address; with `refusal`, what was refused."""
    session, query, unit_id = context.session, context.query, context.viewer.unit_id
    chosen = read_filter(query)
    wanted = WaitingSubmissions(unit_id, chosen, context.today)
    if wants_file(context.query) and not refusal:
        return export_waiting(context, wanted)
    waiting = list_waiting_submissions(session, wanted, page=read_page(query))
    decided, undoable = list_decided(context)
    whole = "tick" in query and not refusal
    page = ReviewListPage(
        waiting=waiting,
        chosen=chosen,
        to=address_of(chosen),
        here=address_of(chosen, waiting.page),
        unfiltered=address_of(ReviewFilter(stood_in=chosen.stood_in, sort=chosen.sort))("/review"),
        today=context.today,
        measures=list_waiting_measures(session, unit_id),
        lower=find_few_lower(session, context.viewer.unit, FEW_UNITS),
        sorts=SORT_NAMES,
        labels=list_number_labels(session, {row.measure_id for row in waiting.rows}),
        reasons=list_reasons(context.words, session, unit_id),
        decided=decided,
        undoable=undoable,
        ticked={row.submission_id for row in waiting.rows} if whole else ticked,
        typed=typed,
        refusal=refusal,
        stood_in=count_reviews(session, unit_id, context.today).stood_in,
    )
    return render(context.request, page, status=status)


@router.post("/review")
def decide_many(context: SignedIn, posted: Posted) -> Response:
    """Approve or return the ticked submissions."""
    ticked = [found for value in posted.getlist("ids") if (found := read_id(str(value)))]
    typed = TypedDecision.read(posted)
    batch: ReviewBatch | None = None
    with attempt(context.session, context.words) as outcome:
        if not ticked:
            raise Refusal(N_("请先勾选要办理的填报。"))
        batch = decide_ticked(
            context.session,
            ticked,
            typed.decision,
            reason=typed.whole_reason,
            stood_in=read_filter(context.query).stood_in,
            actor=context.actor,
            now=context.now,
        )
    if not outcome.done:
        return list_page(
            context, status=422, ticked=frozenset(ticked), typed=typed, refusal=outcome.refusal
        )
    how = {"batch": batch.id} if batch else {}
    query = context.query
    here = address_of(read_filter(query), read_page(query))
    return after_decision(here("/review", **how), batch, len(set(ticked)))


@router.get("/review/{assignment_id}")
def show_one(context: SignedIn, assignment_id: int) -> Response:
    """One submission beside the one before, and the way to its neighbours in the list."""
    return show_review(context, get_reviewed(context.session, context.viewer, assignment_id))


def get_reviewed(session: Session, viewer: Viewer, assignment_id: int) -> Seen:
    """An assignment that the viewer's unit reviews. Raises NotFound."""
    seen = get_visible_assignment(session, viewer.unit, assignment_id)
    if not viewer.may(Right.REVIEW, Subject(above_id=seen.reviewer_id)):
        raise NotFound
    return seen


@router.post("/review/{assignment_id}")
def decide(context: SignedIn, posted: Posted, assignment_id: int) -> Response:
    """Approve or return this answer, and go on to the next one that waits."""
    seen = get_reviewed(context.session, context.viewer, assignment_id)
    wanted = WaitingSubmissions(context.viewer.unit_id, read_filter(context.query), context.today)
    here = _position(context.session, seen, wanted)
    typed = TypedDecision.read(posted)
    review: Review | None = None
    with attempt(context.session, context.words) as outcome:
        _check_seen(context.session, posted, seen)
        review = _decide(context, posted, typed, assignment_id)
    if review is None:
        return show_review(context, seen, typed, outcome.refusal)
    return _go_on(context.session, wanted, here, seen, review)


def _check_seen(session: Session, posted: FormData, seen: Seen) -> None:
    """Refuse a decision whose page was overtaken: somebody has decided, or the unit has recalled.

    An answer that was sent anew meanwhile is refused later, by the act itself.
    """
    status, assignment_id = seen.assignment.status, seen.assignment.id
    current = find_current(session, assignment_id)
    newer = current is not None and posted.get("submission") != str(current.submission.id)
    moved = posted.get("seen", status) != status
    if (newer or moved) and find_recalled_at(session, assignment_id):
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
    """The place in the list now, before the decision: a return moves the due date."""
    current = find_current(session, seen.assignment.id)
    if current is None:
        raise NotFound
    return wanted.position(seen.assignment, current.submission, seen.unit)


def _decide(context: Context, posted: FormData, typed: TypedDecision, assignment_id: int) -> Review:
    submission_id = read_id(str(posted.get("submission", "")))
    if get_submission(context.session, submission_id).assignment_id != assignment_id:
        raise NotFound
    actor, now = context.actor, context.now
    if typed.returning:
        return reviews.return_(
            context.session,
            submission_id,
            reason=typed.whole_reason,
            fields=list(typed.fields),
            notes=dict(typed.notes),
            actor=actor,
            now=now,
        )
    if posted.get("act") == Decision.APPROVE:
        return reviews.approve(context.session, submission_id, actor=actor, now=now)
    raise Refusal(N_("请选择通过还是退回。"))


def _go_on(
    session: Session, wanted: WaitingSubmissions, here: Position, seen: Seen, review: Review
) -> Response:
    """The next submission of the list, else the first that was skipped, else the list itself."""
    next_id = find_next(session, wanted, here) or find_first(session, wanted)
    path = f"/review/{next_id}" if next_id else "/review"
    how = {"batch": review.batch_id} if review.batch_id else {}
    address = address_of(wanted.chosen)(path, **how)
    return after_single_decision(address, seen.unit.name, review.decision, more=bool(next_id))
