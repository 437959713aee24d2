"""Where the working days went: by level, and the units above the lowest level that held longest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from models import Level, Unit
from queries.assignments.held_days import (
    EMPTY,
    HeldScope,
    held_in_campaign,
    held_in_measure,
    read_held_days,
)
from queries.assignments.visible_assignments import list_periods
from queries.units.units import list_levels, list_units_with
from queries.units.visibility import (
    get_visible_campaign,
    get_visible_measure,
    get_visible_unit,
    may_see,
)
from rules.assignments.held_days import Held, HeldTable
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_
from web.edge.pages.exports import Column, exported, wants_file
from web.edge.pages.rendering import Page, render
from web.edge.viewer.context import Context, SignedIn
from web.edge.viewer.language import Words, level_names

MOST = 20
"""Units that the page names."""
COLUMNS = (
    Column(N_("层级"), 16),
    Column(N_("单位"), 36),
    Column(N_("单位代码"), 16),
    Column(N_("任务（份）"), 10, "count"),
    Column(N_("等待下发"), 10, "count"),
    Column(N_("填报、汇总"), 10, "count"),
    Column(N_("退回后重报"), 10, "count"),
    Column(N_("审核下级"), 10, "count"),
    Column(N_("收到报送（次）"), 10, "count"),
    Column(N_("合计工作日"), 10, "count"),
)

router = APIRouter()


@dataclass(frozen=True)
class HeldUnit:
    """A unit above the lowest level with the days that lay with it."""

    unit: Unit
    held: Held
    address: str
    """Of the same page for the unit; empty where the viewer does not see the unit."""


@dataclass(frozen=True)
class HeldDaysPage(Page):
    """Where the days went below and at one unit."""

    TEMPLATE = "pages/assignments/held_days.html"

    title: str
    """Of the measure or campaign."""
    period: str
    """Empty: all periods."""
    here: Unit
    back: str
    """The address of the page this one belongs to."""
    table: HeldTable
    levels: Sequence[tuple[Level, Held]]
    units: Sequence[HeldUnit]


@router.get("/measures/{measure_id}/held")
def show_of_measure(
    context: SignedIn, measure_id: int, unit: str = "", period: str = ""
) -> Response:
    """Where the days of one measure went, at the viewer's unit or a unit below (`unit`, a code)."""
    measure = get_visible_measure(context.session, context.actor, measure_id)
    here = _here(context, unit)
    periods = list_periods(context.session, measure.id, here.id)
    if not periods or (period and period not in periods):
        raise NotFound
    period = period or periods[0]
    scope = held_in_measure(measure.id, period, here.id)
    base = f"/measures/{measure.id}"
    place = f"?unit={here.code}&period={period}"
    return _show(context, scope, here, measure.title, period, base, f"{base}/progress{place}")


@router.get("/campaigns/{campaign_id}/held")
def show_of_campaign(context: SignedIn, campaign_id: int, unit: str = "") -> Response:
    """Where the days of all measures of a campaign went, in all periods together."""
    campaign = get_visible_campaign(context.session, context.actor, campaign_id)
    here = _here(context, unit)
    base = f"/campaigns/{campaign.id}"
    own = campaign.unit_id == context.viewer.unit_id
    scope = held_in_campaign(campaign.id, [here.id])
    return _show(context, scope, here, campaign.title, "", base, base if own else "/")


def _here(context: Context, code: str) -> Unit:
    if not code:
        return context.viewer.unit
    return get_visible_unit(context.session, context.actor, code)


def _show(
    context: Context, scope: HeldScope, here: Unit, title: str, period: str, base: str, back: str
) -> Response:
    session, viewer = context.session, context.viewer.unit
    table = read_held_days(session, scope, context.today).get(here.id, EMPTY)
    levels = [
        (level, table.levels[level.code])
        for level in list_levels(session)
        if level.code in table.levels
    ]
    export = wants_file(context.query)
    named = table.longest(len(table.units) if export else MOST)
    units = {unit.id: unit for unit in list_units_with(session, [unit_id for unit_id, _ in named])}
    rows = [(units[unit_id], held) for unit_id, held in named]
    if export:
        return _export(context, title, levels, rows)
    ending = f"&period={period}" if period else ""
    page = HeldDaysPage(
        title=title,
        period=period,
        here=here,
        back=back,
        table=table,
        levels=levels,
        units=[
            HeldUnit(
                unit,
                held,
                f"{base}/held?unit={unit.code}{ending}" if may_see(viewer, unit) else "",
            )
            for unit, held in rows
        ],
    )
    return render(context.request, page)


def _export(
    context: Context,
    title: str,
    levels: Sequence[tuple[Level, Held]],
    units: Sequence[tuple[Unit, Held]],
) -> Response:
    """The levels, and all units above the lowest level."""
    named = context.words.say(N_("%(title)s：时间去哪了"), title=title)
    return exported(context, named, COLUMNS, _rows(context.words, levels, units))


def _rows(
    words: Words, levels: Sequence[tuple[Level, Held]], units: Sequence[tuple[Unit, Held]]
) -> Iterator[tuple[Any, ...]]:
    names = level_names([level for level, _ in levels], words.language)
    for level, held in levels:
        yield names[level.code], words.say(N_("全部")), "", *_cells(held)
    for unit, held in units:
        yield names.get(unit.level, ""), unit.name, unit.code, *_cells(held)


def _cells(held: Held) -> tuple[int, ...]:
    return (
        held.assignments, held.gate, held.write, held.mend, held.review, held.sent, held.days,
    )  # fmt: skip
