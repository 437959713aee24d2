"""Units below an assignment that have not answered, or have not passed the measure on: grouped by
the unit between, and one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Integer, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Assignment, Level, Status, Unit
from queries.assignments.progress import answers_of, with_answers
from queries.assignments.still_open import LIVE, OPEN
from queries.units.units import below
from rules.assignments.counting import Answers, own_answer
from rules.assignments.states import UNANSWERED


class MissingBelow(NamedTuple):
    """A unit two levels down, with what is missing at the unit and below it."""

    above_id: int
    """The assignment of the unit between."""
    unit: Unit
    assignment: Assignment
    answers: Answers


@dataclass(frozen=True)
class MissingFilter:
    """What a list of missing units is narrowed to."""

    level: str = ""
    above: str = ""
    """The code of a unit between: only units at and below it."""
    overdue: bool = False


class MissingRow(NamedTuple):
    """One unit that has not answered, or from which nothing has gone on."""

    unit: Unit
    level: Level
    above: str
    above_above: str
    status: Status
    answering: bool
    due_on: date

    @property
    def owes_answer(self) -> bool:
        """Whether an answer is missing; otherwise the measure has not been passed on."""
        return self.answering and self.status in UNANSWERED


def list_missing_below(session: Session, assignment_id: int, today: date) -> Sequence[MissingBelow]:
    """The units two levels below an assignment with their answers, in the order of the list; one
    statement."""
    rows = session.execute(_GROUPS, {"above": assignment_id, "today": today})
    return [
        MissingBelow(
            row.parent_id,
            row.Unit,
            row.Assignment,
            own_answer(row.Assignment, today).plus(answers_of(row)),
        )
        for row in rows
    ]


def list_missing_rows(
    session: Session,
    assignment: Assignment,
    here: Unit,
    chosen: MissingFilter,
    today: date,
    *,
    page: int,
    size: int,
) -> Sequence[MissingRow]:
    """A page of the units below `here` that the filter keeps, in the order of the list."""
    above, higher = aliased(Unit), aliased(Unit)
    by_name = ByName(
        MissingRow,
        unit=Unit,
        level=Level,
        above=func.coalesce(above.name, ""),
        above_above=func.coalesce(higher.name, ""),
        status=col(Assignment.status),
        answering=col(Assignment.answering),
        due_on=col(Assignment.due_on),
    )
    unsent = and_(col(Assignment.answering), col(Assignment.status).in_(UNANSWERED))
    held = and_(
        col(Assignment.lowest).is_(False),
        col(Assignment.released_at).is_(None),
        LIVE,
    )
    clauses = [
        col(Assignment.measure_id) == assignment.measure_id,
        col(Assignment.period) == assignment.period,
        below(here),
        or_(unsent, held),
        OPEN,
        *([col(Assignment.level) == chosen.level] if chosen.level else []),
        *([col(Assignment.due_on) < today] if chosen.overdue else []),
    ]
    if chosen.above:
        between = aliased(Unit)
        inside = col(Unit.lft).between(between.lft, between.rgt)
        clauses.append(
            select(col(between.id)).where(col(between.code) == chosen.above, inside).exists()
        )
    rows = session.execute(
        select(*by_name.columns)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .join(Level, col(Level.code) == Assignment.level)
        .outerjoin(above, col(above.id) == Unit.parent_id)
        .outerjoin(higher, col(higher.id) == above.parent_id)
        .where(*clauses)
        .order_by(col(Unit.lft))
        .limit(size)
        .offset((page - 1) * size)
    )
    return by_name.values(rows)


def _groups() -> Any:
    between = aliased(Assignment)
    wanted = with_answers(col(Assignment.parent_id))
    return wanted.join(between, col(between.id) == Assignment.parent_id).where(
        col(between.parent_id) == bindparam("above", type_=Integer)
    )


_GROUPS = _groups()
"""Built once in the life of the process."""
