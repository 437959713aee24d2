"""How far a measure has got in a subtree: by lower unit, by level, and which units are missing.

What is counted stands in `rules.assignments.counting`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    Date,
    Integer,
    Select,
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
from models import Assignment, Level, Status, Tally, Unit
from queries.assignments.asked import ANSWERS, WAITS, count_to_come
from rules.assignments.counting import Answers, added, may_come, own_answer
from rules.assignments.states import UNANSWERED


class LevelStanding(NamedTuple):
    """How far the assignments of one level have come. The counts are cumulative, as in
    `models.Tally`."""

    level: Level
    issued: int
    acknowledged: int
    released: int
    submitted: int
    approved: int
    returned: int
    overdue: int
    late: int


@dataclass(frozen=True)
class LowerUnit:
    """A unit directly below with its own assignment. The answers are those of the unit and of all
    below it."""

    unit: Unit
    assignment: Assignment
    answers: Answers


@dataclass(frozen=True)
class Below:
    """Everything below one assignment."""

    answers: Answers
    levels: Sequence[LevelStanding]
    """From the top down; levels that the measure has not reached are left out."""
    lower: Sequence[LowerUnit]
    """In the order of the list."""


class MissingUnit(NamedTuple):
    """An answering unit that owes an answer."""

    assignment_id: int
    unit: Unit
    above: str
    """The name of the unit above."""
    status: Status
    due_on: date


def get_below(session: Session, assignment: Assignment, today: date) -> Below:
    """What lies below an assignment; two statements, and one where the measure is still
    on its way."""
    levels = _list_levels(session, assignment, today)
    lower, waiting = _list_lower(session, assignment.id, today)
    wanted = waiting if lower else [assignment.id] * may_come(assignment)
    come = count_to_come(session, wanted)
    lower = [_with_coming(row, come.get(row.assignment.id, {})) for row in lower]
    answers = added(row.answers for row in lower)
    if not lower:
        answers = Answers(to_come=sum(come.get(assignment.id, {}).values()))
    return Below(answers, levels, lower)


def _with_coming(row: LowerUnit, come: dict[str, int]) -> LowerUnit:
    return replace(row, answers=replace(row.answers, to_come=sum(come.values())))


def _list_levels(session: Session, assignment: Assignment, today: date) -> list[LevelStanding]:
    given = {
        "measure": assignment.measure_id,
        "period": assignment.period,
        "unit": assignment.unit_id,
        "today": today,
    }
    rows = session.execute(_LEVELS, given)
    return _LEVEL_STANDING.values(rows)


def _list_lower(
    session: Session, assignment_id: int, today: date
) -> tuple[list[LowerUnit], list[int]]:
    """The units directly below, and the ids of their assignments below which something is still to
    come."""
    rows = session.execute(_LOWER, {"above": assignment_id, "today": today}).all()
    lower = [
        LowerUnit(row.Unit, row.Assignment, own_answer(row.Assignment, today).plus(answers_of(row)))
        for row in rows
    ]
    waiting = [row.Assignment.id for row in rows if row.waits and may_come(row.Assignment)]
    return lower, waiting


def _levels() -> Any:
    return (
        select(*_LEVEL_STANDING.columns)
        .join(Tally, col(Tally.level) == Level.code)
        .where(
            col(Tally.measure_id) == bindparam("measure", type_=Integer),
            col(Tally.period) == bindparam("period"),
            col(Tally.unit_id) == bindparam("unit", type_=Integer),
        )
        .group_by(col(Level.code))
        .having(func.sum(col(Tally.issued)) > 0)
        .order_by(col(Level.rank))
    )


def _lower_units() -> Any:
    wanted = with_answers(WAITS.label("waits"))
    return wanted.where(col(Assignment.parent_id) == bindparam("above", type_=Integer))


def with_answers(*columns: Any) -> Any:
    """Assignments with their units, `columns` and the columns of `answer_sums`, in the order of the
    list; the statement takes further joins and clauses."""
    return (
        select(Unit, Assignment, *columns, *answer_sums())
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
        .group_by(col(Unit.id), col(Assignment.id))
        .order_by(col(Unit.lft))
    )


def answer_sums() -> list[Any]:
    """The sums over rows of Tally that `answers_of` reads; the parameter `today` says what is
    overdue."""
    at_answering = {"returned": col(Tally.returned), "overdue": _OVERDUE, "late": col(Tally.late)}
    counted: dict[str, Any] = {
        "reached": col(Tally.answering),
        "reported": col(Tally.reported),
        "reviewed": col(Tally.reviewed),
        **{name: case((ANSWERS, column), else_=0) for name, column in at_answering.items()},
    }
    return [func.coalesce(func.sum(counted[name]), 0).label(name) for name in _SUMMED]


def answers_of(row: Any) -> Answers:
    """The answers that a row with the columns of `answer_sums` counts."""
    return Answers(**{name: getattr(row, name) for name in _SUMMED})


_SUMMED = ("reached", "reported", "reviewed", "returned", "overdue", "late")
_OVERDUE = case((col(Tally.due_on) < bindparam("today", type_=Date), col(Tally.unsent)), else_=0)
_LEVEL_STANDING = ByName(
    LevelStanding,
    level=Level,
    issued=func.sum(col(Tally.issued)),
    acknowledged=func.sum(col(Tally.acknowledged)),
    released=func.sum(col(Tally.released)),
    submitted=func.sum(col(Tally.submitted)),
    approved=func.sum(col(Tally.approved)),
    returned=func.sum(col(Tally.returned)),
    overdue=func.sum(_OVERDUE),
    late=func.sum(col(Tally.late)),
)
_LEVELS, _LOWER = _levels(), _lower_units()
"""Statements of every progress page, built once."""


def list_missing_units(
    session: Session, assignment: Assignment, below: Below, *, page: int, size: int
) -> Sequence[MissingUnit]:
    """A page of the answering units below an assignment that owe an answer, in the order of the
    list; one statement, and none where no unit is missing.

    The way to them goes along the kept counts: of each unit on the way it is known how many are
    missing below it. So a page costs the same whether few are missing or all, and whichever page it
    is.
    """
    if not below.answers.missing:
        return []
    given = {"assignment": assignment.id, "first": (page - 1) * size, "end": page * size}
    return _MISSING.values(session.execute(_missing(len(below.levels)), given))


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
    own = case((and_(col(lower.answering), col(lower.status).in_(UNANSWERED)), 1), else_=0)
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
        # The planner cannot know how few rows `above` has. This leads it to the index.
        .where(col(lower.parent_id).in_(select(above.c.id)))
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
