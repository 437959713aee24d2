"""Where a measure stands across a subtree, drilling down level by level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Assignment, Measure, Status, Unit
from queries.assignments.progress import (
    Below,
    LowerUnit,
    MissingUnit,
    get_below,
    list_missing_units,
)
from queries.assignments.rolled_figures import list_figures
from queries.assignments.visible_assignments import (
    Seen,
    find_assignment_id,
    get_visible_assignment,
    list_periods,
)
from queries.campaigns.summed_levels import sums_over_levels
from queries.filling.stand_ins import list_stood_in_for
from queries.units.access import list_silent_below
from queries.units.units import get_unit, list_above
from queries.units.visibility import get_visible_measure, get_visible_unit, may_see
from rules.assignments.counting import Answers
from rules.assignments.states import owes
from rules.forms.rolled_figures import Figure
from rules.sentences.not_found import NotFound
from rules.units.access import Access
from web.assignments.exports import export_lower
from web.edge.pages.exports import wants_file
from web.edge.pages.paging import PageNumber, count_pages
from web.edge.pages.rendering import Page, render
from web.edge.viewer.context import Context, SignedIn

router = APIRouter()
MISSING = 30
"""Missing units on one page."""


@dataclass(frozen=True)
class Progress:
    """How far one measure has got below one unit."""

    below: Below
    totals: list[Figure]
    missing: list[MissingUnit]
    page: int
    """The page of the missing units."""
    silent: Mapping[int, Access]
    """Lower unit without a working account → what its accounts are like."""
    stood_in: frozenset[int]
    """The lower units' assignments in whose place the unit above has answered."""
    sums_levels: bool
    """The sums add a unit to the units below it."""

    @property
    def answers(self) -> Answers:
        return self.below.answers

    @property
    def each_answers(self) -> bool:
        """Nothing lies below the lower units: each has one assignment, whose status says it all."""
        return bool(self.below.lower) and self.below.lower[0].assignment.lowest

    @property
    def owing(self) -> list[LowerUnit]:
        """The lower units that owe an answer: overdue ones first, then returned ones."""
        rows = (row for row in self.below.lower if owes(row.assignment))
        return sorted(rows, key=_most_urgent)

    @property
    def done(self) -> list[LowerUnit]:
        """The lower units that owe nothing."""
        return [row for row in self.below.lower if not owes(row.assignment)]

    @property
    def pages(self) -> int:
        return count_pages(self.answers.missing, MISSING)


def _most_urgent(row: LowerUnit) -> tuple[bool, bool]:
    return not row.answers.overdue, row.assignment.status != Status.RETURNED


def progress_of(session: Session, seen: Seen, today: date, *, missing: int = 1) -> Progress:
    """The progress below an assignment, in five or six statements."""
    assignment = seen.assignment
    below = get_below(session, assignment, today)
    totals = list_figures(session, assignment.measure_id, assignment.period, assignment.unit_id)
    return Progress(
        below=below,
        totals=totals,
        missing=list(list_missing_units(session, assignment, below, page=missing, size=MISSING)),
        page=missing,
        silent=list_silent_below(session, seen.unit),
        stood_in=list_stood_in_for(session, [row.assignment.id for row in below.lower]),
        sums_levels=bool(totals) and sums_over_levels(session, seen.measure),
    )


@router.get("/measures/{measure_id}/progress")
def show_progress(
    context: SignedIn,
    measure_id: int,
    unit: str = "",
    period: str = "",
    missing: PageNumber = 1,
) -> Response:
    """The lower units of the viewer's unit, or of a unit below it (`unit`, a code)."""
    measure = get_visible_measure(context.session, context.actor, measure_id)
    here = get_visible_unit(context.session, context.actor, unit) if unit else context.viewer.unit
    return _show(context, here, measure, period, missing)


@router.get("/assignments/{assignment_id}/below")
def show_below(
    context: SignedIn,
    assignment_id: int,
    unit: str = "",
    missing: PageNumber = 1,
) -> Response:
    """The same table, reached from an assignment; `unit`: the code of its unit or of one below."""
    seen = get_visible_assignment(context.session, context.viewer.unit, assignment_id)
    here = get_unit(context.session, unit) if unit else seen.unit
    if not may_see(seen.unit, here):
        raise NotFound
    return _show(context, here, seen.measure, seen.assignment.period, missing)


@dataclass(frozen=True)
class ProgressPage(Page):
    """Where a measure stands below one unit."""

    TEMPLATE = "pages/assignments/progress.html"

    seen: Seen
    assignment: Assignment
    above: Sequence[Unit]
    """The units above this one that the viewer may see."""
    periods: Sequence[str]
    progress: Progress


def _show(context: Context, here: Unit, measure: Measure, period: str, missing: int) -> Response:
    session, own = context.session, context.viewer.unit
    periods = list_periods(session, measure.id, here.id)
    if not periods or (period and period not in periods):
        raise NotFound
    found = find_assignment_id(session, measure.id, period or periods[0], here.id)
    if found is None:
        raise NotFound
    seen = get_visible_assignment(session, own, found)
    if seen.assignment.lowest:  # nothing lies below it: its own page says it all
        return RedirectResponse(f"/assignments/{found}", 303)
    if wants_file(context.query):
        below = get_below(session, seen.assignment, context.today)
        return export_lower(context, seen, below)
    page = ProgressPage(
        seen=seen,
        assignment=seen.assignment,
        above=[unit for unit in list_above(session, here) if may_see(own, unit)],
        periods=periods,
        progress=progress_of(session, seen, context.today, missing=missing),
    )
    return render(context.request, page)
