"""The board of a campaign: one page on which it is seen where the work stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter, Response

from models import Campaign, Level, Unit
from queries.assignments.board import (
    BoardRows,
    HoldingUnit,
    Lane,
    Tile,
    get_board,
    list_kept_coverage,
)
from queries.assignments.reminded import list_reminded
from queries.campaigns.campaigns import count_unreleased
from queries.units.units import get_unit_by_id, list_above, list_levels
from queries.units.visibility import get_visible_campaign, get_visible_unit, may_see
from rules.assignments.board import (
    CoveragePoint,
    LanePart,
    LevelLane,
    TimeMark,
    coverage_by_day,
    in_order,
    shade,
    time_marks,
)
from rules.assignments.counting import Answers
from rules.dates.calendar import Calendar, local_date
from rules.sentences.refusal import N_
from rules.sentences.sentence import Sentence
from services.assignments.reminding import RemindedUnits, remind
from web.assignments.board_export import PART_NAMES, export_board
from web.edge.pages.exports import wants_file
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to_all
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, SignedIn
from web.edge.viewer.security import read_id

router = APIRouter()
MOST_HOLDERS = 50
"""The most units of one page that hold something up; the file has all."""
NAMED = 3
"""How many units a lane names of those at which a measure waits."""
LABEL = 0.13
"""The room that the date below a mark takes, as a share of the time line."""


@dataclass(frozen=True)
class HeldLevel:
    """The units of one level at which a measure waits."""

    level: Level
    names: Sequence[str]
    count: int
    since: datetime
    """When the first of these units received the measure."""


@dataclass(frozen=True)
class DrawnLane:
    """One measure as its lane is drawn."""

    lane: Lane
    levels: Sequence[LevelLane]
    """From the top down."""
    held: Sequence[HeldLevel]

    @property
    def settled(self) -> bool:
        """Nothing is to be waited for: the measure is closed, or everything is reviewed."""
        answers = self.lane.answers
        return self.lane.closed_at is not None or 0 < answers.asked == answers.reviewed


@dataclass(frozen=True)
class DrawnTile:
    """One unit of the map of tiles. `shade`: from 0 to 5."""

    tile: Tile
    shade: int


@dataclass(frozen=True)
class BoardDay:
    """A day of the time line, and what falls on it."""

    mark: TimeMark
    told: Sequence[str]


@dataclass(frozen=True)
class BoardPage(Page):
    """The board of a campaign below one unit."""

    TEMPLATE = "pages/assignments/board.html"

    campaign: Campaign
    here: Unit
    above: Sequence[Unit]
    """The units above this one that the viewer may see."""
    today: date
    lanes: Sequence[DrawnLane]
    settled: Sequence[DrawnLane]
    levels: Mapping[str, Level]
    answers: Answers
    holders: Sequence[HoldingUnit]
    waited: Mapping[int, int]
    """Assignment of a holder → working days for which it has held the measure."""
    all_holders: int
    reminded: Mapping[int, datetime]
    """Assignment of a holder → when its unit was reminded today."""
    titles: Mapping[int, Lane]
    """Assignment of the board's unit → its lane."""
    tiles_drawn: Sequence[DrawnTile]
    lowest: bool
    """The units directly below have nothing below them, and no board of their own."""
    part_names: Mapping[LanePart, str]
    days: Sequence[BoardDay]
    coverage: Sequence[CoveragePoint]
    unreleased: int
    """Measures of the campaign that are not released yet; 0 on the boards of lower units."""


@router.get("/campaigns/{campaign_id}/board")
def show_board(context: SignedIn, campaign_id: int, unit: str = "") -> Response:
    """The board below the viewer's unit, or below a lower unit (`unit`, a code)."""
    campaign = get_visible_campaign(context.session, context.actor, campaign_id)
    here = _place(context, campaign, unit)
    rows = get_board(context.session, campaign_id, here, context.today)
    levels = {level.code: level for level in list_levels(context.session)}
    if wants_file(context.query):
        return export_board(context, campaign, here, rows, levels)
    return render(context.request, _page(context, campaign, here, rows, levels))


def _place(context: Context, campaign: Campaign, code: str) -> Unit:
    """The unit whose board is meant: without a code the viewer's own, or the owner of the campaign
    where the owner stands below the viewer."""
    own = context.viewer.unit
    if code:
        return get_visible_unit(context.session, context.actor, code)
    owner = get_unit_by_id(context.session, campaign.unit_id)
    return owner if may_see(own, owner) else own


def _page(
    context: Context, campaign: Campaign, here: Unit, rows: BoardRows, levels: Mapping[str, Level]
) -> BoardPage:
    session, own = context.session, context.viewer.unit
    drawn = [_drawn(lane, rows.holders, levels) for lane in rows.lanes]
    holders = rows.holders[:MOST_HOLDERS]
    kept = list_kept_coverage(session, campaign.id, here.id)
    answers = rows.answers
    now = CoveragePoint(context.today, answers.reported, answers.reviewed)
    return BoardPage(
        campaign=campaign,
        here=here,
        above=[unit for unit in list_above(session, here) if may_see(own, unit)],
        today=context.today,
        lanes=[lane for lane in drawn if not lane.settled],
        settled=[lane for lane in drawn if lane.settled],
        levels=levels,
        answers=answers,
        holders=holders,
        waited=_waited(holders, context.today, context.calendar),
        all_holders=len(rows.holders),
        reminded=list_reminded(session, holders, context.today),
        titles={lane.assignment_id: lane for lane in rows.lanes},
        tiles_drawn=[_tile(tile) for tile in rows.tiles],
        lowest=all(tile.unit.rgt == tile.unit.lft + 1 for tile in rows.tiles),
        part_names=PART_NAMES,
        days=_days(context, campaign, rows.lanes),
        coverage=coverage_by_day(kept, now),
        unreleased=count_unreleased(session, campaign.id) if here.id == campaign.unit_id else 0,
    )


def _waited(holders: Sequence[HoldingUnit], today: date, calendar: Calendar) -> dict[int, int]:
    """Assignment → working days for which its unit has held the measure."""
    return {
        holder.assignment_id: calendar.workdays_between(local_date(holder.issued_at), today)
        for holder in holders
    }


def _drawn(lane: Lane, holders: Sequence[HoldingUnit], levels: Mapping[str, Level]) -> DrawnLane:
    own = [holder for holder in holders if holder.lane_id == lane.assignment_id]
    held = []
    for code, level in levels.items():
        here = [holder for holder in own if holder.level == code]
        if here:
            names = [holder.unit for holder in here[:NAMED]]
            held.append(HeldLevel(level, names, len(here), here[0].issued_at))
    return DrawnLane(lane, in_order(list(levels), lane.levels), held)


def _tile(tile: Tile) -> DrawnTile:
    return DrawnTile(tile, shade(tile.answers.reported, tile.answers.asked))


def _days(context: Context, campaign: Campaign, lanes: Sequence[Lane]) -> list[BoardDay]:
    """The dates of the campaign and of its open measures, with today."""
    say = context.words.say
    told: dict[date, list[str]] = {}

    def note(day: date | None, text: str) -> None:
        if day is not None:
            told.setdefault(day, []).append(text)

    note(campaign.starts_on, say(N_("专项工作开始")))
    for lane in lanes:
        if lane.closed_at is None:
            note(lane.first_due, say(N_("“%(title)s”最低一级截止"), title=lane.title))
            note(lane.due_on, say(N_("“%(title)s”本级截止"), title=lane.title))
    note(campaign.ends_on, say(N_("专项工作结束")))
    note(context.today, say(N_("今天")))
    return [BoardDay(mark, told[mark.day]) for mark in time_marks(told, room=LABEL)]


@router.post("/campaigns/{campaign_id}/board/remind")
def send_reminders(context: SignedIn, campaign_id: int, posted: Posted) -> Response:
    """Remind the units that hold something up, and say what that did."""
    campaign = get_visible_campaign(context.session, context.actor, campaign_id)
    ids = {read_id(str(value)) for value in posted.getlist("assignment")}
    code = str(posted.get("unit", ""))
    address = f"/campaigns/{campaign.id}/board" + (f"?unit={code}" if code.isdigit() else "")
    done = remind(context.session, ids, actor=context.actor, now=context.now)
    return back_to_all(address, _told(done))


def _told(done: RemindedUnits) -> list[Sentence]:
    told = [
        (done.told, N_("已催办 %(count)s 个单位，消息已送到")),
        (done.before, N_("%(count)s 个单位今天已经催办过，不再重复")),
        (done.done, N_("%(count)s 个单位已经办理，不用再催")),
    ]
    return [Sentence(said, {"count": count}) for count, said in told if count]
