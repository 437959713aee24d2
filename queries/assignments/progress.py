"""How far a measure has got in a subtree: by lower unit, in all, and which units are missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Assignment, Status, Tally, Unit
from queries.units.units import below
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


class PlaceInTree(NamedTuple):
    """The part of the tree that is looked at: a unit and all below, for one measure and period."""

    measure_id: int
    period: str
    unit: Unit


def get_counts(session: Session, place: PlaceInTree, today: date) -> Counts:
    """The counts of everything below the unit."""
    by_name = _summed(today)
    wanted = select(*by_name.columns).where(
        col(Tally.measure_id) == place.measure_id,
        col(Tally.period) == place.period,
        col(Tally.unit_id) == place.unit.id,
    )
    return by_name.value(session.execute(wanted).one())


def list_lower_units(session: Session, assignment_id: int, today: date) -> list[LowerUnit]:
    """The units directly below an assignment in the order of the list; one statement."""
    by_name = _summed(today)
    rows = session.execute(
        select(Unit, Assignment, *by_name.columns)
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
        .where(col(Assignment.parent_id) == assignment_id)
        .group_by(col(Unit.id), col(Assignment.id))
        .order_by(col(Unit.lft))
    )
    return [
        LowerUnit(unit, assignment, _own(assignment, today).plus(by_name.value(counts)))
        for unit, assignment, *counts in rows
    ]


def _summed(today: date) -> ByName[Counts]:
    """The sums of the columns of Tally; 0 where there is no row."""
    overdue = case((col(Tally.due_on) < today, col(Tally.unsent)), else_=0)
    columns = {name: getattr(Tally, name) for name in NAMES if name != "overdue"}
    counted = {**columns, "overdue": overdue}
    sums = {name: func.coalesce(func.sum(column), 0) for name, column in counted.items()}
    return ByName(Counts, **sums)


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
    session: Session, place: PlaceInTree, *, page: int, size: int
) -> Sequence[MissingUnit]:
    """A page of the answering units below that owe an answer, in the order of the list."""
    above = aliased(Unit)
    by_name = ByName(
        MissingUnit,
        assignment_id=col(Assignment.id),
        unit=Unit,
        above=col(above.name),
        status=col(Assignment.status),
        due_on=col(Assignment.due_on),
    )
    rows = session.execute(
        select(*by_name.columns)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .outerjoin(above, col(above.id) == Unit.parent_id)
        .where(
            col(Assignment.measure_id) == place.measure_id,
            col(Assignment.period) == place.period,
            col(Assignment.answering),
            col(Assignment.status).in_(UNSENT),
            below(place.unit),
        )
        .order_by(col(Unit.lft))
        .limit(size)
        .offset((page - 1) * size)
    )
    return by_name.values(rows)
