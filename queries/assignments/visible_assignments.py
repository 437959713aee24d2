"""One assignment as a page shows it: with its measure, what units above have added, and history."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, String, and_, bindparam, func, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import (
    Account,
    Act,
    Assignment,
    Campaign,
    Detail,
    Event,
    Gate,
    Measure,
    MeasureGate,
    Submission,
    Unit,
)
from queries.assignments.own_gate import is_own_gate
from queries.units.units import GIVEN, given
from queries.units.visibility import visible_units
from rules.assignments.states import signing_releases
from rules.sentences.not_found import NotFound


class Seen(NamedTuple):
    """An assignment with its measure, campaign and units."""

    assignment: Assignment
    measure: Measure
    campaign: Campaign
    unit: Unit
    issuer: str
    """The name of the unit that handed the assignment down; empty at the issuer of the measure."""
    reviewer_id: int | None
    """The id of the unit that reviews the assignment; None at the issuer."""
    gate: Gate | None
    """The gate of the unit's level; None: the level has none."""

    @property
    def signing_releases(self) -> bool:
        """Whether the unit, when it signs for the assignment, releases it as well."""
        assignment = self.assignment
        return signing_releases(assignment.status, lowest=assignment.lowest, gate=self.gate)


class Added(NamedTuple):
    """What one unit has added to the measure for everything below the unit."""

    unit: Unit
    detail: Detail


class AssignmentChange(NamedTuple):
    """One row of an assignment's history, with the names of who acted."""

    event: Event
    account: str
    """The name of the account; empty for the product itself."""
    unit: str
    """The name of the account's unit."""
    checked_period: str
    """Of a sending: see `Submission.checked_period`."""


def get_visible_assignment(session: Session, viewer: Unit, assignment_id: int) -> Seen:
    """The assignment, for a viewer at its unit or at a unit above. Raises `NotFound`."""
    found = session.execute(_GET, {"one": assignment_id, **given(viewer)}).one_or_none()
    if found is None:
        raise NotFound
    return _SEEN.value(found)


def find_assignment_id(session: Session, measure_id: int, period: str, unit_id: int) -> int | None:
    """The id of the assignment of a measure and period at a unit."""
    key = {"measure": measure_id, "period": period, "unit": unit_id}
    return session.scalars(_FIND, key).one_or_none()


def list_periods(session: Session, measure_id: int, unit_id: int) -> Sequence[str]:
    """The periods for which the measure was handed to the unit, the newest first."""
    return session.scalars(_PERIODS, {"measure": measure_id, "unit": unit_id}).all()


def list_added(session: Session, assignment: Assignment) -> Sequence[Added]:
    """What the unit and the units above have added to the measure, from the top down.

    Nothing that a unit beside has added is among it.
    """
    return _ADDED.values(session.execute(_LIST_ADDED, {"one": assignment.id}))


def list_changes(session: Session, assignment_id: int) -> Sequence[AssignmentChange]:
    """The history of an assignment, the oldest change first."""
    return _CHANGE.values(session.execute(_LIST_CHANGES, {"one": assignment_id}))


def find_ending(session: Session, assignment: Assignment) -> AssignmentChange | None:
    """The last withdrawal or closing of the assignment."""
    row = session.execute(_ENDING, {"one": assignment.id}).one_or_none()
    return _CHANGE.value(row) if row else None


_ONE = bindparam("one", type_=Integer)
_CHANGE = ByName(
    AssignmentChange,
    event=Event,
    account=func.coalesce(Account.name, ""),
    unit=func.coalesce(Unit.name, ""),
    checked_period=func.coalesce(Submission.checked_period, ""),
)
_ITS_SUBMISSION = and_(
    col(Event.act).in_((Act.SUBMIT, Act.CORRECT)),
    col(Submission.assignment_id) == Event.assignment_id,
    col(Submission.sent_at) == Event.at,
)
_CHANGES = (
    select(*_CHANGE.columns)
    .outerjoin(Account, col(Account.id) == Event.account_id)
    .outerjoin(Unit, col(Unit.id) == Account.unit_id)
    .outerjoin(Submission, _ITS_SUBMISSION)
    .where(col(Event.assignment_id) == _ONE)
)
_LIST_CHANGES = _CHANGES.order_by(col(Event.id))
_ENDING = (
    _CHANGES.where(col(Event.act).in_((Act.WITHDRAW, Act.CLOSE)))
    .order_by(col(Event.id).desc())
    .limit(1)
)

_PARENT, _NEXT_UP, _ABOVE = aliased(Assignment), aliased(Assignment), aliased(Unit)
_SEEN = ByName(
    Seen,
    assignment=Assignment,
    measure=Measure,
    campaign=Campaign,
    unit=Unit,
    issuer=func.coalesce(_ABOVE.name, ""),
    reviewer_id=func.coalesce(col(_NEXT_UP.unit_id), col(_ABOVE.id)),
    gate=col(MeasureGate.gate),
)
_GET = (
    select(*_SEEN.columns)
    .join(Measure, col(Measure.id) == Assignment.measure_id)
    .join(Campaign, col(Campaign.id) == Measure.campaign_id)
    .join(Unit, col(Unit.id) == Assignment.unit_id)
    .outerjoin(_PARENT, col(_PARENT.id) == Assignment.parent_id)
    .outerjoin(_ABOVE, col(_ABOVE.id) == _PARENT.unit_id)
    .outerjoin(_NEXT_UP, and_(col(Assignment.stood_in), col(_NEXT_UP.id) == _PARENT.parent_id))
    .outerjoin(MeasureGate, is_own_gate())
    .where(col(Assignment.id) == _ONE, visible_units(GIVEN))
)
_OF_MEASURE = (
    # Of a unit there are few assignments, of a measure many: no index is to go by the measure.
    col(Assignment.measure_id) + 0 == bindparam("measure", type_=Integer),
    col(Assignment.unit_id) == bindparam("unit", type_=Integer),
)
_FIND = select(col(Assignment.id)).where(
    *_OF_MEASURE, col(Assignment.period) == bindparam("period", type_=String)
)
_PERIODS = (
    select(col(Assignment.period)).where(*_OF_MEASURE).order_by(col(Assignment.period).desc())
)

_ADDED = ByName(Added, unit=Unit, detail=Detail)


def _added() -> Select[Any]:
    """The climb goes along the assignments, which are few, and not along the list of units."""
    upper = aliased(Assignment)
    reached = (
        select(col(Assignment.id), col(Assignment.parent_id), literal(0, Integer).label("height"))
        .where(col(Assignment.id) == _ONE)
        .cte("climb", recursive=True)
    )
    further = select(col(upper.id), col(upper.parent_id), reached.c.height + 1).join(
        reached, reached.c.parent_id == upper.id
    )
    climb = reached.union_all(further)
    return (
        select(*_ADDED.columns)
        .join(Assignment, col(Assignment.unit_id) == Unit.id)
        .join(Detail, col(Detail.assignment_id) == Assignment.id)
        .join(climb, climb.c.id == Assignment.id)
        .order_by(climb.c.height.desc())
    )


_LIST_ADDED = _added()
"""Statements that are built once in the life of the process."""
