"""How far a measure has got in a subtree: by lower unit, in all, and which units are missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    Date,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Assignment, Status, Tally, Unit
from rules.assignments.states import REPORTED, REVIEWED, UNSENT, owes


@dataclass(frozen=True)
class Counts:
    """Counts of assignments by how far they have come; cumulative, as in `models.Tally`."""

    issued: int = 0
    acknowledged: int = 0
    released: int = 0
    submitted: int = 0
    approved: int = 0
    returned: int = 0
    overdue: int = 0
    late: int = 0
    answering: int = 0
    reported: int = 0
    reviewed: int = 0

    @property
    def missing(self) -> int:
        """Answering units that have not reported."""
        return self.answering - self.reported

    def plus(self, other: "Counts") -> "Counts":
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in NAMES})


NAMES = tuple(Counts.__dataclass_fields__)


class LowerUnit(NamedTuple):
    """A unit directly below with its own assignment. The counts cover the unit and all below it."""

    unit: Unit
    assignment: Assignment
    counts: Counts


class MissingUnit(NamedTuple):
    """An answering unit that owes an answer."""

    assignment_id: int
    unit: Unit
    above: str
    """The name of the unit above."""
    status: Status
    due_on: date


class Below(NamedTuple):
    """What lies below the unit of an assignment."""

    counts: Counts
    levels: int
    """On how many levels there are assignments."""


def get_below(session: Session, assignment: Assignment, today: date) -> Below:
    """The counts of everything below the unit of the assignment."""
    given = {
        "measure": assignment.measure_id,
        "period": assignment.period,
        "unit": assignment.unit_id,
        "today": today,
    }
    *counts, levels = session.execute(_COUNT, given).one()
    return Below(_COUNTED.value(counts), levels)


def list_lower_units(session: Session, assignment_id: int, today: date) -> list[LowerUnit]:
    """The units directly below an assignment in the order of the list; one statement."""
    rows = session.execute(_LIST_LOWER, {"above": assignment_id, "today": today})
    return [
        LowerUnit(unit, assignment, _own(assignment, today).plus(_COUNTED.value(counts)))
        for unit, assignment, *counts in rows
    ]


def _own(assignment: Assignment, today: date) -> Counts:
    """The counts of one assignment alone."""
    live = assignment.status != Status.WITHDRAWN
    reported, reviewed = assignment.status in REPORTED, assignment.status in REVIEWED
    facts = {
        "issued": live,
        "acknowledged": live and assignment.acknowledged_at is not None,
        "released": live and assignment.released_at is not None,
        "submitted": reported,
        "approved": reviewed,
        "returned": assignment.status == Status.RETURNED,
        "overdue": owes(assignment) and assignment.due_on < today,
        "late": live and assignment.late,
        "answering": live and assignment.answering,
        "reported": reported and assignment.answering,
        "reviewed": reviewed and assignment.answering,
    }
    return Counts(**{name: int(fact) for name, fact in facts.items()})


def list_missing_units(
    session: Session, assignment: Assignment, below: Below, *, page: int, size: int
) -> Sequence[MissingUnit]:
    """A page of the answering units below an assignment that owe an answer, in the order of the
    list; one statement, and none where no unit is missing.

    The way to them goes along the kept counts: of each unit on the way it is known how many are
    missing below it. So a page costs the same whether few are missing or all, and whichever page it
    is.
    """
    if not below.counts.missing:
        return []
    given = {"assignment": assignment.id, "first": (page - 1) * size, "end": page * size}
    return _MISSING.values(session.execute(_missing(below.levels), given))


@lru_cache
def _missing(levels: int) -> Select[Any]:
    """The statement for missing units on so many levels below an assignment."""
    places = _places(levels)
    return (
        select(*_MISSING.columns)
        .join(places, places.c.id == Assignment.id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .outerjoin(_ABOVE, col(_ABOVE.id) == Unit.parent_id)
        .order_by(places.c.place)
    )


def _places(levels: int) -> Subquery:
    """The ids of the missing units between `first` and `end`, with their places in the list."""
    first, end = bindparam("first", type_=Integer), bindparam("end", type_=Integer)
    above = select(
        bindparam("assignment", type_=Integer).label("id"), literal(0, Integer).label("from_place")
    ).cte("level_0")
    found = []
    for number in range(1, levels + 1):
        lower = _lower(above, f"counted_{number}")
        missing = lower.c.own + lower.c.below
        reached = (
            select(
                lower.c.id,
                lower.c.own,
                lower.c.place,
                (lower.c.place + lower.c.own).label("from_place"),
            )
            .where(missing > 0, lower.c.place < end, lower.c.place + missing > first)
            .cte(f"level_{number}")
        )
        found.append(
            select(reached.c.id, reached.c.place).where(
                reached.c.own == 1, reached.c.place >= first
            )
        )
        above = reached
    return union_all(*found).subquery("places")


def _lower(above: CTE, name: str) -> Subquery:
    """The assignments directly below those of `above`: whether each is missing itself (`own`), how
    many are missing below it, and in which place of the list it would stand (`place`)."""
    lower, unit = aliased(Assignment), aliased(Unit)
    own = case((and_(col(lower.answering), col(lower.status).in_(UNSENT)), 1), else_=0)
    missing = (
        select(func.coalesce(func.sum(Tally.answering - Tally.reported), 0))
        .where(
            col(Tally.measure_id) == lower.measure_id,
            col(Tally.period) == lower.period,
            col(Tally.unit_id) == lower.unit_id,
        )
        .correlate(lower)
        .scalar_subquery()
    )
    counted = (
        select(
            col(lower.id),
            own.label("own"),
            case((col(lower.lowest), 0), else_=missing).label("below"),
            above.c.from_place,
            above.c.id.label("above_id"),
            col(unit.lft),
        )
        .join(above, above.c.id == lower.parent_id)
        .join(unit, col(unit.id) == lower.unit_id)
        .subquery()
    )
    so_far = func.sum(counted.c.own + counted.c.below).over(
        partition_by=counted.c.above_id, order_by=counted.c.lft, rows=(None, 0)
    )
    place = counted.c.from_place + so_far - counted.c.own - counted.c.below
    return select(
        counted.c.id, counted.c.own, counted.c.below, cast(place, Integer).label("place")
    ).subquery(name)


_ABOVE = aliased(Unit)
_MISSING = ByName(
    MissingUnit,
    assignment_id=col(Assignment.id),
    unit=Unit,
    above=col(_ABOVE.name),
    status=col(Assignment.status),
    due_on=col(Assignment.due_on),
)
_PLACE = (
    col(Tally.measure_id) == bindparam("measure", type_=Integer),
    col(Tally.period) == bindparam("period", type_=String),
    col(Tally.unit_id) == bindparam("unit", type_=Integer),
)


def _counted() -> ByName[Counts]:
    """The sums of the columns of Tally; 0 where there is no row."""
    late = col(Tally.due_on) < bindparam("today", type_=Date)
    columns = {name: getattr(Tally, name) for name in NAMES if name != "overdue"}
    counted = {**columns, "overdue": case((late, col(Tally.unsent)), else_=0)}
    sums = {name: func.coalesce(func.sum(column), 0) for name, column in counted.items()}
    return ByName(Counts, **sums)


_COUNTED = _counted()
_COUNT = select(*_COUNTED.columns, func.count(col(Tally.level).distinct())).where(*_PLACE)
_LIST_LOWER = (
    select(Unit, Assignment, *_COUNTED.columns)
    .select_from(Assignment)
    .join(Unit, col(Unit.id) == Assignment.unit_id)
    .outerjoin(
        Tally,
        and_(
            col(Tally.measure_id) == Assignment.measure_id,
            col(Tally.period) == Assignment.period,
            col(Tally.unit_id) == Assignment.unit_id,
        ),
    )
    .where(col(Assignment.parent_id) == bindparam("above", type_=Integer))
    .group_by(col(Unit.id), col(Assignment.id))
    .order_by(col(Unit.lft))
)
"""Statements that are built once in the life of the process."""
