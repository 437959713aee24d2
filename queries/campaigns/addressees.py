"""Clauses for the units that a measure reaches, from which other statements are built."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import col

from models import ALL_TAGS, Addressee, Unit, UnitTag

_ADDRESSEE, _LOWER = aliased(Addressee), aliased(Unit)


def addressed(unit: Any, measure_id: Any) -> ColumnElement[bool]:
    """The clause "`unit` (`Unit` or an alias) itself is to answer the measure"."""
    addressee = _ADDRESSEE
    return (
        exists()
        .where(
            col(addressee.measure_id) == measure_id,
            col(addressee.level) == unit.level,
            carries(unit, addressee),
        )
        .correlate_except(addressee)
    )


def in_scope(unit: Any, measure_id: Any) -> ColumnElement[bool]:
    """The clause "`unit` answers the measure, or stands above a unit that answers it"."""
    addressee, lower = _ADDRESSEE, _LOWER
    below = (
        exists()
        .where(
            col(addressee.measure_id) == measure_id,
            col(lower.level) == addressee.level,
            lower.lft > unit.lft,
            lower.lft < unit.rgt,
            col(lower.takes_assignments),
            carries(lower, addressee),
        )
        .correlate_except(addressee, lower)
    )
    return and_(unit.takes_assignments, or_(addressed(unit, measure_id), below))


def carries(unit: Any, addressee: Any) -> ColumnElement[bool]:
    """The clause "`unit` carries the tag of `addressee`, where the addressee names one"."""
    tagged = (
        exists()
        .where(col(UnitTag.unit_id) == unit.id, col(UnitTag.tag) == addressee.tag)
        .correlate_except(UnitTag)
    )
    return or_(addressee.tag == ALL_TAGS, tagged)
