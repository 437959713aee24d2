"""The page of an assignment, and what a unit does with the assignment before answering."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from models import Act, Assignment, Detail, Draft, DueMove, Measure, Ruling, Status
from queries.assignments.declines import Declined, list_declines_of
from queries.assignments.extensions import Requested, list_moves, list_requests_of
from queries.assignments.gates import find_opening
from queries.assignments.layers import Layer, list_layers
from queries.assignments.visible_assignments import (
    AssignmentChange,
    Seen,
    get_visible_assignment,
    list_changes,
)
from queries.campaigns.notice_files import HandedNotice, get_handed_notice
from queries.campaigns.reach import ReachBelow, count_reach_below
from queries.filling.submissions import Revision, find_current, find_draft
from queries.units.access import get_access
from queries.units.calendars import get_calendars
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.assignments.declines import RULINGS
from rules.assignments.states import is_over, owes, possible, waits_for_review
from rules.dates.gates import Opening
from rules.forms.field_values import read_date
from rules.reports.targets import target_in_words
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_
from rules.units.access import Access
from services.assignments import assignments
from services.filling import recalls
from web.assignments.layers import TakenLayer, taken_layers
from web.assignments.progress import Progress, progress_of
from web.assignments.releases import after_release, must_ask
from web.assignments.steps import Step, steps_of
from web.edge.pages.due_dates import days_left
from web.edge.pages.paging import PageNumber
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, SignedIn
from web.edge.viewer.own import get_own
from web.edge.viewer.security import Viewer
from web.edge.viewer.transactions import attempt
from web.filling.form_page import CORRECTING
from web.workbooks.workbook_link import workbook_link

router = APIRouter()
SHOWN = {
    Act.ACKNOWLEDGE,
    Act.DETAIL,
    Act.RELEASE,
    Act.SUBMIT,
    Act.RECALL,
    Act.CORRECT,
    Act.DECLINE,
    Act.ASK_EXTENSION,
}
"""What a unit does on the page of its assignment."""


@router.get("/assignments/{assignment_id}")
def show_assignment(context: SignedIn, assignment_id: int, missing: PageNumber = 1) -> Response:
    """What is asked, where it stands, what can be done now, what lies below, and the history."""
    seen = get_visible_assignment(context.session, context.viewer.unit, assignment_id)
    return _page(context, seen, missing=missing)


@dataclass(frozen=True)
class TypedDetail:
    """What stands in the inputs of a detail, as text."""

    text: str = ""
    due_on: str = ""
    contact: str = ""

    @classmethod
    def read(cls, posted: FormData) -> "TypedDetail":
        """The inputs of a sent page."""
        return cls(**{name: str(posted.get(name, "")) for name in ("text", "due_on", "contact")})

    @classmethod
    def of(cls, detail: Detail) -> "TypedDetail":
        """The inputs that say a stored detail."""
        due_on = detail.due_on.isoformat() if detail.due_on else ""
        return cls(detail.text, due_on, detail.contact)


@dataclass(frozen=True)
class AssignmentPage(Page):
    """One assignment: what is asked, where it stands, what can be done now."""

    TEMPLATE = "pages/assignments/show.html"

    seen: Seen
    assignment: Assignment
    notice: HandedNotice
    target: str
    """How many of what is to be done; empty where the measure sets no target."""
    layers: Sequence[TakenLayer]
    """What the units between have added, from the top down."""
    steps: list[Step]
    opening: Opening | None
    """When the gate opens by itself."""
    left: int
    """Working days until the assignment is due."""
    owes: bool
    acts: frozenset[str]
    reach: ReachBelow | None
    """Whom a release would reach; None where there is nothing to release now."""
    current: Revision | None
    changes: Sequence[AssignmentChange]
    moves: Mapping[datetime, DueMove]
    """The moves of the due date by the time of their row of history."""
    declines: Sequence[Declined]
    ruling_names: Mapping[Ruling, str]
    requests: Sequence[Requested]
    """Requests for more time."""
    corrected: bool
    """The answer that waits was sent in the place of an approved one."""
    draft: Draft | None
    """The draft beside an answer that stands."""
    workbook: str
    access: Access | None
    """What the accounts of a lower unit are like that has no working one and owes an answer."""
    may_stand_in: bool
    """The viewer may answer in the place of that unit."""
    progress: Progress | None
    """None at the lowest level."""
    detail: TypedDetail
    faults: Mapping[str, str]
    refusal: str


def _page(
    context: Context,
    seen: Seen,
    *,
    status: int = 200,
    missing: int = 1,
    typed: TypedDetail | None = None,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
) -> Response:
    """The page; `typed`, `faults` and `refusal` come from a detail that was not taken."""
    session, assignment = context.session, seen.assignment
    acts = acts_now(assignment, context.viewer, seen)
    layers = list_layers(session, assignment)
    changes = list_changes(session, assignment.id)
    done = {change.event.act for change in changes}
    moves = list_moves(session, assignment.id) if Act.MOVE_DUE in done else []
    answered = assignment.status == Status.APPROVED or is_over(assignment)
    access = _find_access(session, context.viewer, seen)
    page = AssignmentPage(
        seen=seen,
        assignment=assignment,
        notice=get_handed_notice(session, seen.campaign.id),
        target=_target(seen.measure),
        layers=taken_layers(layers, get_calendars(session).plain, context.today),
        steps=steps_of(assignment),
        opening=find_opening(session, seen, context.today) if Act.DETAIL in acts else None,
        left=days_left(context.calendar, assignment.due_on, context.today),
        owes=owes(assignment),
        acts=acts,
        access=access,
        may_stand_in=access is not None and context.viewer.unit.id == seen.unit.parent_id,
        reach=_reach(session, seen) if Act.RELEASE in acts else None,
        current=find_current(session, assignment.id),
        changes=changes,
        moves={move.at: move for move in moves},
        ruling_names=RULINGS,
        declines=_declines(session, assignment, changes),
        requests=list_requests_of(session, assignment.id) if Act.ASK_EXTENSION in done else [],
        corrected=_is_correction(changes),
        draft=find_draft(session, assignment.id) if answered else None,
        workbook=workbook_link(session, assignment, context.viewer),
        progress=_progress(session, seen, context.today, missing),
        detail=typed or _own_detail(layers, assignment.unit_id),
        faults=faults or {},
        refusal=refusal,
    )
    return render(context.request, page, status=status)


def _declines(
    session: Session, assignment: Assignment, changes: Sequence[AssignmentChange]
) -> Sequence[Declined]:
    """The declines of the assignment; nothing is asked where its history tells of none."""
    acts = {change.event.act for change in changes}
    handed = any(change.event.act == Act.ISSUE and change.account for change in changes)
    return list_declines_of(session, assignment.id) if Act.DECLINE in acts or handed else []


def _find_access(session: Session, viewer: Viewer, seen: Seen) -> Access | None:
    """See `AssignmentPage.access`."""
    if viewer.unit.id == seen.unit.id or not owes(seen.assignment):
        return None
    access = get_access(session, seen.unit)
    return None if access == Access.WORKING else access


def _reach(session: Session, seen: Seen) -> ReachBelow:
    """Whom the unit's release reaches."""
    return count_reach_below(session, seen.measure.id, seen.unit)


def _progress(session: Session, seen: Seen, today: date, missing: int) -> Progress | None:
    return None if seen.assignment.lowest else progress_of(session, seen, today, missing=missing)


def _own_detail(layers: Sequence[Layer], unit_id: int) -> TypedDetail:
    """The detail of the unit itself, among those of all units above."""
    own = next((layer.detail for layer in layers if layer.unit.id == unit_id), None)
    return TypedDetail.of(own) if own else TypedDetail()


def _is_correction(changes: Sequence[AssignmentChange]) -> bool:
    """Whether the answer that waits was sent in the place of an approved one."""
    acts = [
        change.event.act for change in changes if change.event.from_status != change.event.to_status
    ]
    return Act.CORRECT in acts[-1:]


def _target(measure: Measure) -> str:
    """See `AssignmentPage.target`."""
    count = measure.target_count
    return "" if count is None else target_in_words(count, measure.target_label)


def acts_now(assignment: Assignment, viewer: Viewer, seen: Seen) -> frozenset[str]:
    """What the viewer can do with the assignment now.

    Only the unit itself acts, or the one that has taken the assignment; the unit directly above
    reviews.
    """
    decides = viewer.may(Right.REVIEW, Subject(above_id=seen.reviewer_id))
    reviews = frozenset({"review"} if decides and waits_for_review(assignment) else ())
    holder_id = assignment.taken_by_id or assignment.unit_id
    if not viewer.may(Right.ACKNOWLEDGE, Subject(holder_id)):
        return reviews
    if assignment.closed_at is not None:
        return frozenset()
    return reviews | _own_acts(assignment)


def _own_acts(assignment: Assignment) -> frozenset[Act]:
    able = set(possible(assignment.status, lowest=assignment.lowest))
    if assignment.acknowledged_at is not None:
        able.discard(Act.ACKNOWLEDGE)
    if not assignment.lowest and assignment.status == Status.ISSUED:
        able |= {Act.DETAIL, Act.RELEASE}  # both sign for it as well
    if assignment.taken_by_id is not None or assignment.parent_id is None:
        return frozenset(able & SHOWN - {Act.DECLINE})
    if owes(assignment):
        able.add(Act.ASK_EXTENSION)
    return frozenset(able & SHOWN)


@router.post("/assignments/{assignment_id}/detail")
def save_detail(context: SignedIn, posted: Posted, assignment_id: int) -> Response:
    """Add to the measure for every unit below; `act` = release also passes the measure on.

    Where the release reaches many units, the detail is kept and a page asks first.
    """
    seen = get_own(context.session, context.viewer, assignment_id)
    detail = TypedDetail.read(posted)
    read = read_date(detail.due_on) if detail.due_on.strip() else ""
    if isinstance(read, Fault):
        faults = {"due_on": context.words.say(read)}
        return _page(context, seen, status=422, typed=detail, faults=faults)
    releases = posted.get("act") == "release"
    asks = releases and must_ask(context.session, seen)
    with attempt(context.session, context.words) as outcome:
        assignments.save_detail(
            context.session,
            assignment_id,
            text=detail.text,
            due_on=date.fromisoformat(read) if read else None,
            contact=detail.contact,
            actor=context.actor,
            now=context.now,
        )
        if releases and not asks:
            assignments.release(
                context.session, assignment_id, actor=context.actor, now=context.now
            )
    if not outcome.done:
        return _page(context, seen, status=409, typed=detail, refusal=outcome.refusal)
    return _after_detail(context.session, seen, releases=releases, asks=asks)


def _after_detail(session: Session, seen: Seen, *, releases: bool, asks: bool) -> Response:
    here = f"/assignments/{seen.assignment.id}"
    if asks:
        return back_to(f"{here}/release", N_("补充要求已保存，还没有下发。"))
    if releases:
        return after_release(session, seen)
    return back_to(here, N_("补充要求已保存，还没有下发。"))


@router.post("/assignments/{assignment_id}/recall")
def recall(context: SignedIn, assignment_id: int) -> Response:
    """Take the unit's own answer back before a review, to mend the answer."""
    get_own(context.session, context.viewer, assignment_id)
    assignment = recalls.recall(
        context.session, assignment_id, actor=context.actor, now=context.now
    )
    form = f"/assignments/{assignment_id}/form"
    if assignment.status == Status.APPROVED:
        said = N_("更正已收回，仍以原来审核通过的那一份为准。")
        return back_to(f"{form}?{CORRECTING}=1", said)
    return back_to(form, N_("已收回。修改以后要重新报送。"))
