"""One search over measures, units and receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Unit
from queries.assignments.receipts import is_there
from queries.assignments.search import FoundMeasure, search_measures
from queries.units.names_above import list_names_above
from queries.units.units import list_found
from rules.filling.receipts import read_receipt
from rules.sentences.held import held, on_one_line
from rules.sentences.refusal import Refusal
from web.edge.pages.rendering import Page, render
from web.edge.viewer.context import SignedIn
from web.edge.viewer.security import Viewer

router = APIRouter()
MOST = 20
"""The most measures and the most units that one search shows."""
LONGEST = 100
Typed = Annotated[str, Query(max_length=400)]


@dataclass(frozen=True)
class SearchPage(Page):
    """What a search has found."""

    TEMPLATE = "pages/assignments/search.html"

    text: str
    measures: Sequence[tuple[str, FoundMeasure]]
    """The address of each measure's page for this viewer, and the measure."""
    units: Sequence[Unit]
    above: Mapping[int, str]
    """Unit → the name of the unit above."""
    most: int


@router.get("/search")
def search(context: SignedIn, q: Typed = "") -> Response:
    """What the unit sees and whose name holds `q`. The number of a receipt leads to the receipt."""
    session, viewer = context.session, context.viewer
    text = on_one_line(held(q))[:LONGEST]
    if number := _receipt(session, viewer, text):
        return RedirectResponse(f"/receipts/{number}", 303)
    measures, units = _found(session, viewer, text) if text else ([], [])
    linked = [(_address(measure, viewer), measure) for measure in measures]
    above = list_names_above(session, units)
    return render(context.request, SearchPage(text, linked, units, above, MOST))


def _receipt(session: Session, viewer: Viewer, text: str) -> str:
    """The stored form of a receipt's number that the viewer may see, or nothing."""
    try:
        number = read_receipt(text)
    except Refusal:
        return ""
    return number if is_there(session, viewer.unit, number) else ""


def _found(
    session: Session, viewer: Viewer, text: str
) -> tuple[Sequence[FoundMeasure], Sequence[Unit]]:
    measures = search_measures(session, viewer.unit, text, office=viewer.is_office, most=MOST)
    units = list_found(session, viewer.unit, text, MOST) if viewer.is_office else []
    return measures, units


def _address(measure: FoundMeasure, viewer: Viewer) -> str:
    if viewer.is_office and measure.unit_id == viewer.unit_id:
        return f"/measures/{measure.id}"
    if measure.assignment_id is not None:
        return f"/assignments/{measure.assignment_id}"
    return f"/measures/{measure.id}/progress"
