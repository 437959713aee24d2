"""Queries about measures: their levels, gates and addressees, and whom a release would reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import Addressee, Level, Measure, MeasureGate, Unit
from queries.campaigns.addressees import addressed, in_scope
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


def list_reach(session: Session, measure: Measure) -> list[Reach]:
    """How many units a release would reach, by level from the top down; one statement."""
    rows = session.execute(_REACH, {"measure": measure.id, "issuer": measure.unit_id})
    return [Reach(row.code, row.name, row.answering, row.all - row.answering) for row in rows]


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


def _reach() -> Select[Any]:
    unit, issuer = aliased(Unit), aliased(Unit)
    issued_by = col(issuer.id) == bindparam("issuer", type_=Integer)
    bounds = select(col(issuer.lft), col(issuer.rgt)).where(issued_by).subquery()
    answers = func.sum(case((addressed(unit, _MEASURE), 1), else_=0))
    return (
        select(
            col(Level.code), col(Level.name), answers.label("answering"), func.count().label("all")
        )
        .join(unit, col(unit.level) == Level.code)
        .where(
            col(unit.lft) > select(bounds.c.lft).scalar_subquery(),
            col(unit.lft) < select(bounds.c.rgt).scalar_subquery(),
            in_scope(unit, _MEASURE),
        )
        .group_by(col(Level.code), col(Level.name), col(Level.rank))
        .order_by(col(Level.rank))
    )


_MEASURE = bindparam("measure", type_=Integer)
_LEVELS_BELOW, _REACH = _levels_below(), _reach()
"""Statements of every step of a hand-down and of every preview, which are built once."""
