"""The tree of units below an office: level by level, and by name or code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from models import Level, Tag, Unit, UnitFact
from queries.units.access import get_access, list_silent_below
from queries.units.names_above import list_names_above
from queries.units.unit_groups import count_by_level
from queries.units.unit_history import UnitChange, list_unit_changes
from queries.units.unit_tags import list_tags_below
from queries.units.units import (
    list_above,
    list_found,
    list_levels,
    list_lower,
    list_tags,
    list_tags_of,
)
from queries.units.visibility import get_visible_unit, may_see
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.sentences.refusal import N_
from rules.units.access import Access
from web.edge.pages.exports import MOST, wants_file
from web.edge.pages.rendering import Page, render
from web.edge.viewer.context import Context, Officer
from web.units.unit_export import export_units

MOST_FOUND = 50
FACT_NAMES = {
    UnitFact.NAME: N_("名称"),
    UnitFact.LEVEL: N_("层级"),
    UnitFact.PARENT_ID: N_("上级"),
    UnitFact.KIND: N_("类别"),
    UnitFact.TELEPHONE: N_("单位电话"),
    UnitFact.EMAIL: N_("单位邮箱"),
    UnitFact.TAKES_ASSIGNMENTS: N_("接收任务"),
    UnitFact.VALID_TO: N_("停用日期"),
    UnitFact.TAG: N_("标签"),
}

router = APIRouter()


@dataclass(frozen=True)
class FoundUnitsPage(Page):
    """The units that a search has found."""

    TEMPLATE = "pages/units/found.html"

    q: str
    found: Sequence[Unit]
    above: Mapping[int, str]
    """Unit → the name of the unit above."""
    most: int
    """How many units are shown at most."""
    levels: Mapping[str, Level]
    all_tags: Sequence[Tag]


@router.get("/units")
def show_units(context: Officer, q: str = "") -> Response:
    """The office's own unit with the units below; with `q`, the units that were found instead."""
    if not q.strip():
        return _unit_page(context, context.viewer.unit)
    if wants_file(context.query):
        units = list_found(context.session, context.viewer.unit, q.strip(), MOST)
        return export_units(context, context.viewer.unit, units)
    found = list_found(context.session, context.viewer.unit, q.strip(), MOST_FOUND)
    levels = {level.code: level for level in list_levels(context.session)}
    page = FoundUnitsPage(
        q=q,
        found=found,
        above=list_names_above(context.session, found),
        most=MOST_FOUND,
        levels=levels,
        all_tags=list_tags(context.session),
    )
    return render(context.request, page)


@router.get("/units/{code}")
def show_unit(context: Officer, code: str) -> Response:
    """One unit of the subtree, and the units directly below."""
    unit = get_visible_unit(context.session, context.actor, code)
    return _unit_page(context, unit)


@dataclass(frozen=True)
class UnitPage(Page):
    """One unit with the units directly below it."""

    TEMPLATE = "pages/units/show.html"

    unit: Unit
    links: Sequence[tuple[str, str]]
    """Address and name of the pages above."""
    levels: Mapping[str, Level]
    counts: Mapping[str, int]
    """Level → how many units lie below this one."""
    lower: Sequence[Unit]
    tags: Sequence[Tag]
    lower_tags: Mapping[int, Sequence[Tag]]
    """Lower unit → its tags."""
    imports: bool
    """The viewer may import a list of units."""
    access: Access
    """What the unit's accounts are like."""
    silent: Mapping[int, Access]
    """Lower unit without a working account → what its accounts are like."""
    edits: bool
    """The viewer may change something about the unit."""
    all_tags: Sequence[Tag]
    """What units below can be tagged with; empty where the viewer may tag none."""
    changes: Sequence[UnitChange]
    fact_names: Mapping[UnitFact, str]


def _unit_page(context: Context, unit: Unit) -> Response:
    session, viewer = context.session, context.viewer
    if wants_file(context.query):
        return export_units(context, unit, list_lower(session, unit))
    above = [upper for upper in list_above(session, unit) if may_see(viewer.unit, upper)]
    steps = [(f"/units/{upper.code}", upper.name) for upper in above]
    page = UnitPage(
        unit=unit,
        links=[("/units", context.words.say(N_("单位"))), *steps],
        levels={level.code: level for level in list_levels(session)},
        counts=count_by_level(session, unit),
        lower=list_lower(session, unit),
        tags=list_tags_of(session, unit),
        lower_tags=list_tags_below(session, unit),
        imports=viewer.may(Right.IMPORT_UNITS, Subject()),
        access=get_access(session, unit),
        silent=list_silent_below(session, unit),
        edits=unit.valid_to is None and viewer.may(Right.SET_TELEPHONE, Subject.of(unit)),
        all_tags=list_tags(session),
        changes=list_unit_changes(session, unit.id),
        fact_names=FACT_NAMES,
    )
    return render(context.request, page)
