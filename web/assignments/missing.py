"""The units that have not answered a measure, or not passed it on: grouped by the unit between,
filtered, as an Excel file and on paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Response

from models import Level, Unit
from queries.assignments.missing import (
    MissingBelow,
    MissingFilter,
    MissingRow,
    list_missing_below,
    list_missing_rows,
)
from queries.assignments.progress import LowerUnit, get_below
from queries.assignments.visible_assignments import (
    Seen,
    find_assignment_id,
    get_visible_assignment,
    list_periods,
)
from queries.units.units import list_levels
from queries.units.visibility import get_visible_measure, get_visible_unit
from rules.assignments.states import STATUS_NAMES
from rules.dates.calendar import Calendar
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_
from web.edge.pages.exports import Column, exported, in_pages, wants_file
from web.edge.pages.paging import PageNumber
from web.edge.pages.rendering import Page, render
from web.edge.viewer.context import Context, SignedIn
from web.edge.viewer.language import level_names

PAGE = 100
COLUMNS = (
    Column(N_("单位"), 36),
    Column(N_("单位代码"), 16),
    Column(N_("层级"), 14),
    Column(N_("上级单位"), 30),
    Column(N_("再上一级"), 30),
    Column(N_("缺什么"), 12),
    Column(N_("状态"), 12),
    Column(N_("截止"), 12, "date"),
    Column(N_("逾期工作日"), 10, "count"),
    Column(N_("单位电话"), 20),
)

router = APIRouter()


@dataclass(frozen=True)
class MissingGroup:
    """A unit directly below with the missing units of its own lower units."""

    lower: LowerUnit
    rows: Sequence[MissingBelow]


@dataclass(frozen=True)
class MissingPage(Page):
    """Who has not answered yet, or not passed the measure on."""

    TEMPLATE = "pages/assignments/missing.html"

    seen: Seen
    chosen: MissingFilter
    groups: Sequence[MissingGroup]
    """Where nothing is chosen: the units between with their counts."""
    rows: Sequence[MissingRow]
    """Where something is chosen: the units one by one."""
    late: Mapping[int, int]
    """Unit → working days since its due date."""
    levels: Sequence[Level]
    between: Sequence[Unit]
    """The units directly below, to choose one of."""
    page: int
    more: bool
    """There is a next page."""
    base: str
    """The address without the filter."""


@router.get("/measures/{measure_id}/missing")
def show_missing(
    context: SignedIn,
    measure_id: int,
    unit: str = "",
    period: str = "",
    level: str = "",
    above: str = "",
    overdue: bool = False,
    page: PageNumber = 1,
) -> Response:
    """Missing units below the viewer's unit or a unit below it: counts by the unit between, and
    with a filter the units themselves."""
    session, actor = context.session, context.actor
    measure = get_visible_measure(session, actor, measure_id)
    here = get_visible_unit(session, actor, unit) if unit else context.viewer.unit
    periods = list_periods(session, measure.id, here.id)
    found = find_assignment_id(session, measure.id, period or next(iter(periods), ""), here.id)
    if found is None:
        raise NotFound
    seen = get_visible_assignment(session, context.viewer.unit, found)
    chosen = MissingFilter(level, above, overdue)
    if wants_file(context.query):
        return _export(context, seen, chosen)
    return _show(context, seen, chosen, page)


def _show(context: Context, seen: Seen, chosen: MissingFilter, page: int) -> Response:
    session, today = context.session, context.today
    below = get_below(session, seen.assignment, today)
    narrowed = chosen != MissingFilter()
    rows: Sequence[MissingRow] = []
    groups: Sequence[MissingGroup] = []
    if narrowed:
        rows = list_missing_rows(
            session, seen.assignment, seen.unit, chosen, today, page=page, size=PAGE
        )
    else:
        groups = _grouped(below.lower, list_missing_below(session, seen.assignment.id, today))
    reached = {standing.level.code for standing in below.levels}
    shown = MissingPage(
        seen=seen,
        chosen=chosen,
        groups=groups,
        rows=rows,
        late={
            row.unit.id: late
            for row in rows
            if (late := days_late(context.calendar, row.due_on, today))
        },
        levels=[level for level in list_levels(session) if level.code in reached],
        between=[row.unit for row in below.lower],
        page=page,
        more=len(rows) == PAGE,
        base=_base(seen),
    )
    return render(context.request, shown)


def _base(seen: Seen) -> str:
    period = seen.assignment.period
    return f"/measures/{seen.measure.id}/missing?unit={seen.unit.code}&period={period}"


def _grouped(lower: Sequence[LowerUnit], rows: Sequence[MissingBelow]) -> list[MissingGroup]:
    """The units between that miss anything, each with its lower units that do."""
    inside: dict[int, list[MissingBelow]] = {}
    for row in rows:
        if row.answers.missing:
            inside.setdefault(row.above_id, []).append(row)
    return [
        MissingGroup(row, inside.get(row.assignment.id, [])) for row in lower if row.answers.missing
    ]


def days_late(calendar: Calendar, due_on: date, today: date) -> int:
    """Working days since a due date; 0 before it."""
    return max(calendar.workdays_between(due_on, today), 0)


def _export(context: Context, seen: Seen, chosen: MissingFilter) -> Response:
    session, words, today = context.session, context.words, context.today
    names = level_names(list_levels(session), words.language)

    def read(page: int, size: int) -> Sequence[MissingRow]:
        return list_missing_rows(
            session, seen.assignment, seen.unit, chosen, today, page=page, size=size
        )

    title = words.say(
        N_("%(measure)s：%(unit)s尚未报送、尚未下发的单位"),
        measure=seen.measure.title,
        unit=seen.unit.name,
    )
    rows = (_cells(context, names, row) for row in in_pages(read))
    return exported(context, title, COLUMNS, rows)


def _cells(context: Context, names: Mapping[str, str], row: MissingRow) -> tuple[Any, ...]:
    words, today = context.words, context.today
    return (
        row.unit.name, row.unit.code, names[row.level.code], row.above, row.above_above,
        words.say(N_("没有报送") if row.owes_answer else N_("没有下发")),
        words.say(STATUS_NAMES[row.status]), row.due_on.isoformat(),
        days_late(context.calendar, row.due_on, today) or None, row.unit.telephone,
    )  # fmt: skip
