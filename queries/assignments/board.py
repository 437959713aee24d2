"""The board of a campaign below one unit: its measures, the units that hold them, the units
directly below. The number of statements is constant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, and_, bindparam, case, distinct, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Addressee, Assignment, CoverageDay, Measure, Status, Tally, Unit
from models.parameters import among
from queries.assignments.asked import WAITS, held_units
from queries.assignments.progress import answer_sums, answers_of
from queries.assignments.still_open import OPEN
from queries.units.unit_groups import CountedGroup, list_groups_below
from queries.units.units import current
from rules.assignments.board import KeptCoverage, LevelLane
from rules.assignments.counting import Answers, added
from rules.assignments.states import REPORTED, REVIEWED, UNSENT

MOST = 200
"""The most measures of one board."""


@dataclass(frozen=True)
class Lane:
    """One measure of the board, in its latest period. What goes no further than the board's unit
    has no lane."""

    assignment_id: int
    """The assignment of the board's unit."""
    measure_id: int
    title: str
    period: str
    status: Status
    due_on: date
    first_due: date | None
    """The earliest due date below; None: nothing has been reached below."""
    closed_at: datetime | None
    answers: Answers
    levels: Mapping[str, LevelLane]
    waits: bool
    """The measure is still on its way to some units."""


@dataclass(frozen=True)
class HoldingUnit:
    """A unit at which a measure waits: nothing has gone on from there."""

    lane_id: int
    """The assignment of the board's unit."""
    assignment_id: int
    unit_id: int
    unit: str
    level: str
    place: int
    """`Unit.lft` of the unit."""
    status: Status
    issued_at: datetime
    passes_on_on: date | None
    below: int
    """How many units below wait, that will answer."""


@dataclass(frozen=True)
class _HeldUp(HoldingUnit):
    """A holder with the units of one level that wait for it."""

    held_level: str


@dataclass(frozen=True)
class Tile:
    """A unit directly below, with the answers to all measures at it and below it."""

    unit: Unit
    answers: Answers


@dataclass(frozen=True)
class BoardRows:
    """What is known of the measures of a campaign below a unit."""

    lanes: Sequence[Lane]
    holders: Sequence[HoldingUnit]
    """Those that have held a measure longest come first."""
    tiles: Sequence[Tile]
    """All units directly below, in the order of the tree."""

    @property
    def answers(self) -> Answers:
        """The answers to all measures together."""
        return added(lane.answers for lane in self.lanes)


def get_board(session: Session, campaign_id: int, unit: Unit, today: date) -> BoardRows:
    """The board of a campaign below a unit; three statements, and three more where a measure is
    still on its way."""
    given = {"campaign": campaign_id, "unit": unit.id, "today": today}
    lanes = _lanes_of(session.execute(_LANES, given).all())
    waiting = [lane.assignment_id for lane in lanes if lane.waits]
    holders, come = _list_holders(session, waiting, unit)
    passing = _count_passing(session, campaign_id, unit) if waiting else {}
    lanes = [_with_coming(lane, come, passing) for lane in lanes]
    return BoardRows(lanes, holders, _list_tiles(session, given, holders))


def _lanes_of(rows: Sequence[Any]) -> list[Lane]:
    by_id: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_id[row.Assignment.id].append(row)
    return [_lane_of(own) for own in by_id.values()]


def _lane_of(rows: Sequence[Any]) -> Lane:
    own: Assignment = rows[0].Assignment
    return Lane(
        own.id, own.measure_id, rows[0].title, own.period, own.status, own.due_on,
        first_due=min((row.first_due for row in rows if row.first_due), default=None),
        closed_at=own.closed_at,
        answers=added(answers_of(row) for row in rows),
        levels={row.level: _level_of(row) for row in rows if row.level is not None},
        waits=own.closed_at is None and any(row.waits for row in rows),
    )  # fmt: skip


def _level_of(row: Any) -> LevelLane:
    counts = {name: getattr(row, f"all_{name}") for name in _COUNTED}
    return LevelLane(row.level, **counts)


def _with_coming(
    lane: Lane, come: Mapping[int, Mapping[str, int]], passing: Mapping[int, Mapping[str, int]]
) -> Lane:
    """The lane with the units that the measure has still to reach, at every level."""
    if not lane.waits:
        return lane
    found, levels = come.get(lane.assignment_id, {}), dict(lane.levels)
    for level, units in passing.get(lane.measure_id, {}).items():
        known = levels.get(level, LevelLane(level, 0, 0, 0, 0, 0, 0))
        levels[level] = replace(known, to_come=max(units - known.issued, 0))
    for level, units in found.items():
        known = levels.get(level, LevelLane(level, 0, 0, 0, 0, 0, 0))
        levels[level] = replace(known, to_come=units)
    answers = replace(lane.answers, to_come=sum(found.values()))
    return replace(lane, answers=answers, levels=levels)


def _list_holders(
    session: Session, waiting: Sequence[int], unit: Unit
) -> tuple[list[HoldingUnit], dict[int, dict[str, int]]]:
    """The holders, and how many units will be asked and are not reached: assignment of the board's
    unit → level → count. One statement, and none where nothing waits."""
    come: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    if not waiting:
        return [], come
    found: dict[int, HoldingUnit] = {}
    rows = session.execute(_HOLDERS, {"waiting": waiting, "lft": unit.lft, "rgt": unit.rgt}).all()
    for holder in _HELD_UP.values(rows):
        come[holder.lane_id][holder.held_level] += holder.below
        known = found.get(holder.assignment_id)
        found[holder.assignment_id] = (
            replace(holder, below=holder.below + known.below) if known else holder
        )
    return sorted(found.values(), key=lambda holder: (holder.issued_at, holder.place)), come


def _count_passing(session: Session, campaign_id: int, unit: Unit) -> dict[int, dict[str, int]]:
    """Measure → level that only passes it on → how many units below it is meant for; two
    statements over few rows."""
    addressees: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for measure_id, level, tag in session.execute(_ADDRESSEES, {"campaign": campaign_id}):
        addressees[measure_id].add((level, tag))
    groups = list_groups_below(session, unit.id)
    counted = {
        wanted: _count_levels(groups, wanted)
        for wanted in {frozenset(wanted) for wanted in addressees.values()}
    }
    return {measure: counted[frozenset(wanted)] for measure, wanted in addressees.items()}


def _count_levels(
    groups: Iterable[CountedGroup], addressees: frozenset[tuple[str, str]]
) -> dict[str, int]:
    answering = {level for level, _tag in addressees}
    counts: dict[str, int] = defaultdict(int)
    for group in groups:
        if group.level not in answering and group.in_scope(addressees):
            counts[group.level] += group.units
    return counts


def _list_tiles(
    session: Session, given: Mapping[str, Any], holders: Sequence[HoldingUnit]
) -> list[Tile]:
    """The units directly below with their answers; two statements."""
    own = {row.unit_id: answers_of(row) for row in session.execute(_OWN_ANSWERS, given)}
    rows = session.execute(_TILES, given).all()
    tiles = []
    for row in rows:
        unit: Unit = row.Unit
        to_come = sum(holder.below for holder in holders if unit.lft <= holder.place <= unit.rgt)
        below = replace(answers_of(row), to_come=to_come)
        tiles.append(Tile(unit, below.plus(own.get(unit.id, Answers()))))
    return tiles


def list_kept_coverage(session: Session, campaign_id: int, unit_id: int) -> list[KeptCoverage]:
    """What was kept of the answers to the campaign's measures below the unit, day by day: of the
    latest period of each measure."""
    rows = session.execute(_COVERAGE, {"campaign": campaign_id, "unit": unit_id})
    return _KEPT.values(rows)


def _latest() -> Any:
    """The clause that no later period of the measure has come to the unit of an assignment."""
    later = aliased(Assignment)
    return (
        ~select(col(later.id))
        .where(
            col(later.measure_id) == Assignment.measure_id,
            col(later.unit_id) == Assignment.unit_id,
            col(later.id) > Assignment.id,
            col(later.status) != Status.WITHDRAWN,
        )
        .correlate(Assignment)
        .exists()
    )


_COUNTED = {
    "issued": col(Tally.issued),
    "released": col(Tally.released),
    "submitted": col(Tally.submitted),
    "approved": col(Tally.approved),
    "returned": col(Tally.returned),
    "overdue": case((col(Tally.due_on) < bindparam("today"), col(Tally.unsent)), else_=0),
}
_ON_BOARD = (
    col(Assignment.unit_id) == bindparam("unit", type_=Integer),
    col(Measure.campaign_id) == bindparam("campaign", type_=Integer),
    col(Assignment.status) != Status.WITHDRAWN,
    ~col(Assignment.lowest),
    _latest(),
)
_TALLIED = and_(
    col(Tally.measure_id) == Assignment.measure_id,
    col(Tally.period) == Assignment.period,
    col(Tally.unit_id) == Assignment.unit_id,
)


def _lanes() -> Any:
    counts = [
        func.coalesce(func.sum(count), 0).label(f"all_{name}") for name, count in _COUNTED.items()
    ]
    return (
        select(
            Assignment, col(Measure.title), col(Tally.level), WAITS.label("waits"),
            func.min(col(Tally.due_on)).label("first_due"), *counts, *answer_sums(),
        )
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .outerjoin(Tally, _TALLIED)
        .where(*_ON_BOARD)
        .group_by(col(Assignment.id), col(Measure.title), col(Measure.position), col(Tally.level))
        .order_by(col(Measure.position), col(Assignment.id))
        .limit(MOST * 7)
    )  # fmt: skip


_own, _holding = aliased(Assignment), aliased(Unit)
_HELD_UP = ByName(
    _HeldUp,
    lane_id=col(_own.id),
    assignment_id=col(Assignment.id),
    unit_id=col(_holding.id),
    unit=col(_holding.name),
    level=col(_holding.level),
    place=col(_holding.lft),
    status=col(Assignment.status),
    issued_at=col(Assignment.issued_at),
    passes_on_on=col(Assignment.passes_on_on),
    below=func.count(distinct(col(Unit.id))),
    held_level=col(Unit.level),
)
_HOLDERS = (
    held_units(*_HELD_UP.columns)
    .join(
        _own,
        and_(col(_own.measure_id) == Assignment.measure_id, col(_own.period) == Assignment.period),
    )
    .join(_holding, col(_holding.id) == Assignment.unit_id)
    .where(
        among(col(_own.id), "waiting"),
        col(Unit.lft).between(bindparam("lft", type_=Integer), bindparam("rgt", type_=Integer)),
    )
    .group_by(col(_own.id), col(Assignment.id), col(_holding.id), col(Unit.level))
)
_ADDRESSEES = (
    select(col(Addressee.measure_id), col(Addressee.level), col(Addressee.tag))
    .join(Measure, col(Measure.id) == Addressee.measure_id)
    .where(col(Measure.campaign_id) == bindparam("campaign", type_=Integer))
)


def _lower(*columns: Any) -> Any:
    """The select of `columns` over the assignments directly below those of the board's unit; of
    these `Assignment` is the lower one."""
    upper = (
        select(col(Assignment.id))
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .where(*_ON_BOARD)
    )
    return select(*columns).where(col(Assignment.parent_id).in_(upper))


def _own_answers() -> Any:
    """`rules.assignments.counting.own_answer`, as sums over the assignments of a unit."""
    mark = col(Assignment.status)
    owing = and_(mark.in_(UNSENT), OPEN)
    counted: dict[str, Any] = {
        "reached": col(Assignment.answering),
        "reported": mark.in_(REPORTED),
        "reviewed": mark.in_(REVIEWED),
        "returned": mark == Status.RETURNED,
        "overdue": and_(owing, col(Assignment.due_on) < bindparam("today")),
        "late": col(Assignment.late),
    }
    sums = [func.count(case((which, 1))).label(name) for name, which in counted.items()]
    return (
        _lower(col(Assignment.unit_id), *sums)
        .where(col(Assignment.answering), mark != Status.WITHDRAWN)
        .group_by(col(Assignment.unit_id))
    )


def _tiles() -> Any:
    lower = _lower(
        col(Assignment.unit_id), col(Assignment.measure_id), col(Assignment.period)
    ).subquery()
    return (
        select(Unit, *answer_sums())
        .outerjoin(lower, lower.c.unit_id == col(Unit.id))
        .outerjoin(
            Tally,
            and_(
                col(Tally.unit_id) == lower.c.unit_id,
                col(Tally.measure_id) == lower.c.measure_id,
                col(Tally.period) == lower.c.period,
            ),
        )
        .where(col(Unit.parent_id) == bindparam("unit", type_=Integer), current())
        .group_by(col(Unit.id))
        .order_by(col(Unit.lft))
    )


_KEPT = ByName(
    KeptCoverage,
    measure_id=col(CoverageDay.measure_id),
    period=col(CoverageDay.period),
    day=col(CoverageDay.day),
    reported=col(CoverageDay.reported),
    reviewed=col(CoverageDay.reviewed),
)
_LANES, _OWN_ANSWERS, _TILES = _lanes(), _own_answers(), _tiles()
_COVERAGE = (
    select(*_KEPT.columns)
    .join(
        Assignment,
        and_(
            col(Assignment.unit_id) == CoverageDay.unit_id,
            col(Assignment.measure_id) == CoverageDay.measure_id,
            col(Assignment.period) == CoverageDay.period,
        ),
    )
    .join(Measure, col(Measure.id) == Assignment.measure_id)
    .where(*_ON_BOARD)
    .order_by(col(CoverageDay.day))
)
"""Statements that are built once in the life of the process."""
