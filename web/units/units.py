"""The tree of units below an office: level by level, and by name or code."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from models import Unit
from queries.units.unit_tags import list_tags_below
from queries.units.units import (
    count_by_level,
    list_above,
    list_found,
    list_levels,
    list_lower,
    list_tags_of,
)
from queries.units.visibility import get_visible_unit, may_see
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.sentences.refusal import N_
from web.edge.language import say
from web.edge.rendering import render
from web.edge.security import Officer, Viewer
from web.edge.transactions import OpenSession

MOST_FOUND = 50

router = APIRouter()


@router.get("/units")
def show_units(request: Request, session: OpenSession, viewer: Officer, q: str = "") -> Response:
    """The office's own unit with what is below it; with `q`, the units found instead."""
    if not q.strip():
        return _unit_page(request, session, viewer, viewer.unit)
    found = list_found(session, viewer.unit, q.strip(), MOST_FOUND)
    levels = {one.code: one for one in list_levels(session)}
    return render(
        request, "pages/units/found.html", q=q, found=found, most=MOST_FOUND, levels=levels
    )


@router.get("/units/{code}")
def show_unit(request: Request, session: OpenSession, viewer: Officer, code: str) -> Response:
    """One unit of the subtree, and the units directly below it."""
    unit = get_visible_unit(session, viewer.account, code)
    return _unit_page(request, session, viewer, unit)


def _unit_page(request: Request, session: Session, viewer: Viewer, unit: Unit) -> Response:
    above = [one for one in list_above(session, unit) if may_see(viewer.unit, one)]
    return render(
        request,
        "pages/units/show.html",
        unit=unit,
        links=[
            ("/units", say(request, N_("单位"))),
            *((f"/units/{one.code}", one.name) for one in above),
        ],
        levels={one.code: one for one in list_levels(session)},
        counts=count_by_level(session, unit),
        lower=list_lower(session, unit),
        tags=list_tags_of(session, unit),
        lower_tags=list_tags_below(session, unit),
        imports=viewer.may(Right.IMPORT_UNITS, Subject()),
    )
