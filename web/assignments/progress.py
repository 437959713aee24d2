"""Where a measure stands across a subtree, drilling down level by level."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Measure, Status, Unit
from queries.assignments.progress import (
    Counts,
    LowerUnit,
    MissingUnit,
    PlaceInTree,
    get_counts,
    list_lower_units,
    list_missing_units,
)
from queries.assignments.rolled_figures import list_figures
from queries.assignments.visible_assignments import (
    Seen,
    find_assignment_id,
    get_visible_assignment,
    list_periods,
)
from queries.campaigns.measures import count_addressed_below
from queries.units.units import get_unit, list_above
from queries.units.visibility import get_visible_measure, get_visible_unit, may_see
from rules.assignments.states import owes
from rules.dates.calendar import local_date
from rules.forms.rolled_figures import Figure
from rules.sentences.not_found import NotFound
from web.edge.rendering import render
from web.edge.security import SignedIn
from web.edge.transactions import Now, OpenSession

router = APIRouter()
MISSING = 30
"""Missing units on one page."""


@dataclass(frozen=True)
class Progress:
    """How far one measure has got below one unit."""

    counts: Counts
    lower: list[LowerUnit]
    totals: list[Figure]
    missing: list[MissingUnit]
    page: int
    """Of the missing units."""

    @property
    def each_answers(self) -> bool:
        """Nothing lies below the lower units: each is one assignment, its status says it all."""
        return bool(self.lower) and self.lower[0].assignment.lowest

    @property
    def owing(self) -> list[LowerUnit]:
        """Of such lower units those that owe an answer: overdue first, then returned."""
        rows = (row for row in self.lower if owes(row.assignment))
        return sorted(rows, key=_most_urgent)

    @property
    def done(self) -> list[LowerUnit]:
        """The others."""
        return [row for row in self.lower if not owes(row.assignment)]

    @property
    def pages(self) -> int:
        return max(1, -(-self.counts.missing // MISSING))


def _most_urgent(row: LowerUnit) -> tuple[bool, bool]:
    return not row.counts.overdue, row.assignment.status != Status.RETURNED


def progress_of(session: Session, seen: Seen, today: date, *, missing: int = 1) -> Progress:
    """The progress below an assignment, in four or five statements."""
    one = seen.assignment
    place = PlaceInTree(one.measure_id, one.period, seen.unit)
    return Progress(
        counts=get_counts(session, place, today),
        lower=list_lower_units(session, one.id, today),
        totals=list_figures(session, one.measure_id, one.period, one.unit_id),
        missing=list(list_missing_units(session, place, page=missing, size=MISSING)),
        page=missing,
    )


@router.get("/measures/{measure_id}/progress")
def show_progress(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    now: Now,
    measure_id: int,
    unit: str = "",
    period: str = "",
    missing: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The table by lower unit of the viewer's unit, or of `unit` (a code) below it."""
    measure = get_visible_measure(session, viewer.account, measure_id)
    here = get_visible_unit(session, viewer.account, unit) if unit else viewer.unit
    return _show(request, session, viewer.unit, here, measure, period, local_date(now), missing)


@router.get("/assignments/{assignment_id}/below")
def show_below(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    now: Now,
    assignment_id: int,
    unit: str = "",
    missing: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The same table, reached from an assignment: `unit` is a code at or below its unit."""
    seen = get_visible_assignment(session, viewer.unit, assignment_id)
    here = get_unit(session, unit) if unit else seen.unit
    if not may_see(seen.unit, here):
        raise NotFound
    period = seen.assignment.period
    today = local_date(now)
    return _show(request, session, viewer.unit, here, seen.measure, period, today, missing)


def _show(
    request: Request,
    session: Session,
    viewer_unit: Unit,
    here: Unit,
    measure: Measure,
    period: str,
    today: date,
    missing: int,
) -> Response:
    periods = list_periods(session, measure.id, here.id)
    if not periods or (period and period not in periods):
        raise NotFound
    found = find_assignment_id(session, measure.id, period or periods[0], here.id)
    if found is None:
        raise NotFound
    seen = get_visible_assignment(session, viewer_unit, found)
    if seen.assignment.lowest:  # nothing lies below it: its own page says it all
        return RedirectResponse(f"/assignments/{found}", 303)
    above = [unit for unit in list_above(session, here) if may_see(viewer_unit, unit)]
    return render(
        request,
        "pages/assignments/progress.html",
        seen=seen,
        one=seen.assignment,
        above=above,
        periods=periods,
        today=today,
        progress=progress_of(session, seen, today, missing=missing),
        addressed=count_addressed_below(session, measure.id, here),
    )
