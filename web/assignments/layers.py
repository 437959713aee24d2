"""What grew on the way down: what the units between have added to a measure, and how long they
took."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from sqlmodel import Session

from models import Level, Unit
from queries.assignments.layers import (
    Layer,
    LayerFilter,
    LayerKind,
    count_layers,
    list_layers_below,
)
from queries.assignments.visible_assignments import list_periods
from queries.campaigns.measures import list_levels_of
from queries.units.calendars import get_calendars
from queries.units.units import list_levels
from queries.units.visibility import get_visible_measure, get_visible_unit
from rules.assignments.states import ACT_NAMES
from rules.dates.calendar import Calendar, local_date
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_
from web.edge.pages.exports import Column, exported, in_pages, wants_file, when
from web.edge.pages.paging import PageNumber, count_pages
from web.edge.pages.rendering import Page, render
from web.edge.viewer.context import Context, SignedIn
from web.edge.viewer.language import Words, level_names

SHOWN = 50
"""Layers on one page."""
LONG = 200
"""Characters of a text from which on the page folds it."""
KIND_NAMES = {
    LayerKind.ADDED: N_("有补充要求"),
    LayerKind.EARLIER: N_("提前了时限"),
    LayerKind.BY_ITSELF: N_("自动下发"),
    LayerKind.HELD: N_("还没有下发"),
}
COLUMNS = (
    Column(N_("单位"), 36),
    Column(N_("单位代码"), 16),
    Column(N_("层级"), 14),
    Column(N_("收到时间"), 18),
    Column(N_("下发时间"), 18),
    Column(N_("怎样下发"), 16),
    Column(N_("用了几个工作日"), 10, "count"),
    Column(N_("补充要求"), 60),
    Column(N_("给下级的截止日期"), 12, "date"),
    Column(N_("联系方式"), 30),
    Column(N_("谁补充的"), 24),
)

router = APIRouter()


@dataclass(frozen=True)
class TakenLayer:
    """A layer with the working days that the unit took, or has taken so far."""

    layer: Layer
    days: int

    @property
    def long(self) -> bool:
        """Whether the page folds the text."""
        return self.layer.detail is not None and len(self.layer.detail.text) > LONG


def taken_layers(layers: Iterable[Layer], calendar: Calendar, today: date) -> list[TakenLayer]:
    """The layers with their working days."""
    return [TakenLayer(layer, _days(layer, calendar, today)) for layer in layers]


def _days(layer: Layer, calendar: Calendar, today: date) -> int:
    assignment = layer.assignment
    until = assignment.released_at or assignment.closed_at
    return calendar.workdays_between(
        local_date(assignment.issued_at), local_date(until) if until else today
    )


@dataclass(frozen=True)
class LayersPage(Page):
    """The layers of a measure at a unit and below it."""

    TEMPLATE = "pages/assignments/layers.html"

    measure_id: int
    title: str
    period: str
    here: Unit
    layers: Sequence[TakenLayer]
    count: int
    page: int
    pages: int
    chosen: LayerFilter
    levels: Sequence[Level]
    kinds: dict[LayerKind, str]
    link: str
    """The address of the list with its filter, ending where the number of the page goes."""


@router.get("/measures/{measure_id}/layers")
def show_layers(
    context: SignedIn,
    measure_id: int,
    unit: str = "",
    period: str = "",
    kind: str = "",
    level: str = "",
    page: PageNumber = 1,
) -> Response:
    """Which units added what, and how many days each took; `unit`: the viewer's, or one below."""
    session = context.session
    measure = get_visible_measure(session, context.actor, measure_id)
    here = get_visible_unit(session, context.actor, unit) if unit else context.viewer.unit
    periods = list_periods(session, measure.id, here.id)
    if not periods or (period and period not in periods):
        raise NotFound
    period = period or periods[0]
    chosen = LayerFilter(LayerKind(kind) if kind in set(LayerKind) else None, level)
    place = (measure.id, period, here, chosen)
    if wants_file(context.query):
        rows = in_pages(lambda at, size: list_layers_below(session, *place, page=at, size=size))
        return _export(context, measure.title, rows)
    count = count_layers(session, *place)
    found = list_layers_below(session, *place, page=page, size=SHOWN)
    shown = LayersPage(
        measure_id=measure.id,
        title=measure.title,
        period=period,
        here=here,
        layers=taken_layers(found, get_calendars(session).plain, context.today),
        count=count,
        page=page,
        pages=count_pages(count, SHOWN),
        chosen=chosen,
        levels=_list_levels(session, measure.id),
        kinds=KIND_NAMES,
        link=f"/measures/{measure.id}/layers?unit={here.code}&period={period}"
        f"&kind={chosen.kind or ''}&level={level}&page=",
    )
    return render(context.request, shown)


def _list_levels(session: Session, measure_id: int) -> list[Level]:
    """The levels that pass the measure on."""
    between = list_levels_of(session, [measure_id])[measure_id][:-1]
    return [level for level in list_levels(session) if level.code in between]


def _export(context: Context, title: str, layers: Iterable[Layer]) -> Response:
    named = context.words.say(N_("%(title)s：各级的补充要求和用时"), title=title)
    calendar = get_calendars(context.session).plain
    names = level_names(list_levels(context.session), context.words.language)
    rows = _rows(context.words, layers, calendar, context.today, names)
    return exported(context, named, COLUMNS, rows)


def _rows(
    words: Words,
    layers: Iterable[Layer],
    calendar: Calendar,
    today: date,
    names: dict[str, str],
) -> Iterator[tuple[Any, ...]]:
    for layer in layers:
        assignment, detail = layer.assignment, layer.detail
        by_unit = N_("本单位下发") if assignment.released_at else N_("还没有下发")
        yield (
            layer.unit.name, layer.unit.code, names[layer.unit.level],
            when(assignment.issued_at), when(assignment.released_at),
            words.say(ACT_NAMES[layer.by_itself] if layer.by_itself else by_unit),
            _days(layer, calendar, today),
            detail.text if detail else "",
            detail.due_on.isoformat() if detail and detail.due_on else None,
            detail.contact if detail else "", layer.account,
        )  # fmt: skip
