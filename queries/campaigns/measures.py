"""Queries about measures: their levels, gates and addressees, and whom a release would reach."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import Addressee, Level, Measure, MeasureGate, Unit
from models.parameters import among
from queries.units.unit_groups import list_groups_below
from queries.units.units import list_levels
from rules.sentences.not_found import NotFound


@dataclass(frozen=True)
class Reach:
    """How many units of one level a release would reach."""

    level: str
    name: str
    answering: int
    passing_on: int
    """Units in between, which pass the measure on and sum up."""

    @property
    def units(self) -> int:
        """All units of the level that a release would reach."""
        return self.answering + self.passing_on


def get_measure(session: Session, measure_id: int) -> Measure:
    """The measure with this id. Raises `NotFound`."""
    measure = session.get(Measure, measure_id)
    if measure is None:
        raise NotFound(f"measure {measure_id}")
    return measure


def list_measures(session: Session, campaign_id: int) -> Sequence[Measure]:
    """The measures of a campaign in the order of the notice."""
    return session.scalars(
        select(Measure)
        .where(col(Measure.campaign_id) == campaign_id)
        .order_by(col(Measure.position), col(Measure.id))
    ).all()


def list_taken_parts(session: Session, measure: Measure) -> dict[tuple[int, int], int]:
    """The measures that were read from a part of the measure's place in its notice: the place as
    (start, end) → the id of the measure. One statement."""
    wanted = select(col(Measure.start), col(Measure.end), col(Measure.id)).where(
        col(Measure.campaign_id) == measure.campaign_id,
        col(Measure.start) >= measure.start,
        col(Measure.end) <= measure.end,
        col(Measure.id) != measure.id,
    )
    rows = session.execute(wanted)
    return {(start, end): measure_id for start, end, measure_id in rows}


def list_addressees(session: Session, measure_id: int) -> Sequence[Addressee]:
    """The addressees of a measure, the top level first."""
    return session.scalars(
        select(Addressee)
        .join(Level, col(Level.code) == Addressee.level)
        .where(col(Addressee.measure_id) == measure_id)
        .order_by(col(Level.rank), col(Addressee.tag))
    ).all()


def list_gates(session: Session, measure_id: int) -> Sequence[MeasureGate]:
    """The gates of a measure, one for each level that has one, in no order."""
    return session.scalars(
        select(MeasureGate).where(col(MeasureGate.measure_id) == measure_id)
    ).all()


def list_gates_of(session: Session, campaign_id: int) -> Sequence[MeasureGate]:
    """The gates of all measures of a campaign; one statement."""
    return session.scalars(
        select(MeasureGate)
        .join(Measure, col(Measure.id) == MeasureGate.measure_id)
        .where(col(Measure.campaign_id) == campaign_id)
    ).all()


def list_reached_levels(session: Session, measure_id: int, rank: int) -> Sequence[Level]:
    """The levels below `rank`, from the top down to the lowest level that is addressed."""
    return session.scalars(_LEVELS_BELOW, {"measure": measure_id, "rank": rank}).all()


def list_levels_of(session: Session, measure_ids: Collection[int]) -> dict[int, list[str]]:
    """Measure → the codes of the levels below its issuer that it reaches, from the top down; one
    statement."""
    found: dict[int, list[str]] = {measure_id: [] for measure_id in measure_ids}
    for measure_id, level in session.execute(_LEVELS_OF, {"measures": list(measure_ids)}):
        found[measure_id].append(level)
    return found


def list_reach(session: Session, measure: Measure) -> list[Reach]:
    """How many units a release would reach, by level from the top down; three small statements."""
    addressees = list_addressed(session, measure.id)
    reached = [
        group for group in list_groups_below(session, measure.unit_id) if group.in_scope(addressees)
    ]
    return [
        Reach(
            level.code,
            level.name,
            sum(group.units for group in there if group.answers(addressees)),
            sum(group.units for group in there if not group.answers(addressees)),
        )
        for level in list_levels(session)
        if (there := [group for group in reached if group.level == level.code])
    ]


def list_addressed(session: Session, measure_id: int) -> frozenset[tuple[str, str]]:
    """The addressees of a measure as (level, tag)."""
    rows = session.execute(_ADDRESSED, {"measure": measure_id})
    return frozenset((level, tag) for level, tag in rows)


def _levels_below() -> Select[Any]:
    last = (
        select(func.max(Level.rank))
        .join(Addressee, col(Addressee.level) == Level.code)
        .where(col(Addressee.measure_id) == _MEASURE)
        .scalar_subquery()
    )
    return (
        select(Level)
        .where(col(Level.rank) > bindparam("rank", type_=Integer), col(Level.rank) <= last)
        .order_by(col(Level.rank))
    )


def _levels_of() -> Select[Any]:
    issuer, top = aliased(Unit), aliased(Level)
    last = (
        select(func.max(Level.rank))
        .join(Addressee, col(Addressee.level) == Level.code)
        .where(col(Addressee.measure_id) == Measure.id)
        .correlate(Measure)
        .scalar_subquery()
    )
    reached = aliased(Level)
    return (
        select(col(Measure.id), col(reached.code))
        .join(issuer, col(issuer.id) == Measure.unit_id)
        .join(top, col(top.code) == issuer.level)
        .join(reached, and_(col(reached.rank) > top.rank, col(reached.rank) <= last))
        .where(among(col(Measure.id), "measures"))
        .order_by(col(Measure.id), col(reached.rank))
    )


_MEASURE = bindparam("measure", type_=Integer)
_LEVELS_OF = _levels_of()
_LEVELS_BELOW = _levels_below()
_ADDRESSED = select(col(Addressee.level), col(Addressee.tag)).where(
    col(Addressee.measure_id) == _MEASURE
)
"""Statements of every step of a hand-down and of every preview, which are built once."""
