"""One assignment as a page shows it: with its measure, what units above have added, and history."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
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
    Unit,
)
from queries.assignments.own_gate import is_own_gate
from queries.units.units import at_or_above
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


def get_visible_assignment(session: Session, viewer: Unit, assignment_id: int) -> Seen:
    """The assignment, for a viewer at its unit or at a unit above. Raises `NotFound`."""
    parent, above = aliased(Assignment), aliased(Unit)
    name = func.coalesce(above.name, "")
    by_name = ByName(
        Seen,
        assignment=Assignment,
        measure=Measure,
        campaign=Campaign,
        unit=Unit,
        issuer=name,
        reviewer_id=col(above.id),
        gate=col(MeasureGate.gate),
    )
    found = session.execute(
        select(*by_name.columns)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Campaign, col(Campaign.id) == Measure.campaign_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .outerjoin(parent, col(parent.id) == Assignment.parent_id)
        .outerjoin(above, col(above.id) == parent.unit_id)
        .outerjoin(MeasureGate, is_own_gate())
        .where(col(Assignment.id) == assignment_id, visible_units(viewer))
    ).one_or_none()
    if found is None:
        raise NotFound
    return by_name.value(found)


def find_assignment_id(session: Session, measure_id: int, period: str, unit_id: int) -> int | None:
    """The id of the assignment of a measure and period at a unit."""
    return session.scalars(
        select(col(Assignment.id)).where(
            col(Assignment.measure_id) == measure_id,
            col(Assignment.period) == period,
            col(Assignment.unit_id) == unit_id,
        )
    ).one_or_none()


def list_periods(session: Session, measure_id: int, unit_id: int) -> Sequence[str]:
    """The periods for which the measure was handed to the unit, the newest first."""
    return session.scalars(
        select(col(Assignment.period))
        .where(col(Assignment.measure_id) == measure_id, col(Assignment.unit_id) == unit_id)
        .order_by(col(Assignment.period).desc())
    ).all()


def list_added(session: Session, assignment: Assignment, unit: Unit) -> Sequence[Added]:
    """What the unit and the units above have added to the measure, from the top down.

    Nothing that a unit beside has added is among it.
    """
    by_name = ByName(
        Added,
        unit=Unit,
        detail=Detail,
    )
    rows = session.execute(
        select(*by_name.columns)
        .join(Assignment, col(Assignment.unit_id) == Unit.id)
        .join(Detail, col(Detail.assignment_id) == Assignment.id)
        .where(
            col(Assignment.measure_id) == assignment.measure_id,
            col(Assignment.period) == assignment.period,
            at_or_above(unit),
        )
        .order_by(col(Unit.lft))
    )
    return by_name.values(rows)


def list_changes(session: Session, assignment_id: int) -> Sequence[AssignmentChange]:
    """The history of an assignment, the oldest change first."""
    rows = session.execute(_changes(assignment_id).order_by(col(Event.id)))
    return _CHANGE.values(rows)


def find_ending(session: Session, assignment: Assignment) -> AssignmentChange | None:
    """The last withdrawal or closing of the assignment."""
    wanted = _changes(assignment.id).where(col(Event.act).in_((Act.WITHDRAW, Act.CLOSE)))
    row = session.execute(wanted.order_by(col(Event.id).desc()).limit(1)).one_or_none()
    return _CHANGE.value(row) if row else None


_CHANGE = ByName(
    AssignmentChange,
    event=Event,
    account=func.coalesce(Account.name, ""),
    unit=func.coalesce(Unit.name, ""),
)


def _changes(assignment_id: int | None) -> Select[Any]:
    return (
        select(*_CHANGE.columns)
        .outerjoin(Account, col(Account.id) == Event.account_id)
        .outerjoin(Unit, col(Unit.id) == Account.unit_id)
        .where(col(Event.assignment_id) == assignment_id)
    )
