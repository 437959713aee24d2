"""The table behind a board as an Excel file."""

from collections.abc import Iterator, Mapping

from fastapi import Response

from adapters.language import tell_period
from models import Campaign, Level, Unit
from queries.assignments.board import BoardRows, Lane
from rules.assignments.board import LanePart, LevelLane, in_order
from rules.sentences.refusal import N_
from web.edge.pages.exports import Column, exported
from web.edge.viewer.context import Context

PART_NAMES = {
    LanePart.REVIEWED: N_("已审"),
    LanePart.ANSWERED: N_("已报待审"),
    LanePart.RELEASED: N_("已下发"),
    LanePart.WAITING: N_("在等办理"),
    LanePart.NOT_YET: N_("还没到"),
}
"""What the parts of a lane are called."""
COLUMNS = (
    Column(N_("措施"), 50),
    Column(N_("周期"), 16),
    Column(N_("本级截止"), 12, "date"),
    Column(N_("层级"), 16),
    Column(N_("单位数"), 10, "count"),
    *(Column(name, 10, "count") for name in PART_NAMES.values()),
    Column(N_("已退回"), 10, "count"),
    Column(N_("逾期"), 10, "count"),
)


def export_board(
    context: Context, campaign: Campaign, here: Unit, rows: BoardRows, levels: Mapping[str, Level]
) -> Response:
    """Each measure and level of the board in one row."""
    title = context.words.say(
        N_("%(campaign)s进展看板（%(unit)s）"), campaign=campaign.title, unit=here.name
    )
    cells = (row for lane in rows.lanes for row in _cells(context.words.language, lane, levels))
    return exported(context, title, COLUMNS, cells)


def _cells(language: str, lane: Lane, levels: Mapping[str, Level]) -> Iterator[tuple[object, ...]]:
    head = (lane.title, tell_period(lane.period, language), lane.due_on.isoformat())
    for row in in_order(list(levels), lane.levels):
        yield (*head, _name(levels[row.level], language), row.units, *_counts(row))


def _name(level: Level, language: str) -> str:
    return level.name if language == "zh" else level.name_en


def _counts(row: LevelLane) -> tuple[int, ...]:
    return (*row.parts.values(), row.returned, row.overdue)
