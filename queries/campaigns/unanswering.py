"""The units that a measure asks to answer, and that have no account with which they could."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Unit
from queries.campaigns.addressees import addressed
from queries.units.access import access_of, has_working_account
from queries.units.units import below, current
from rules.units.access import Access

MOST_COUNTED = 10_000
"""From here on the count says "more than". Finding them all would take a second in a country."""


class SilentUnit(NamedTuple):
    """A unit that is asked to answer and cannot."""

    code: str
    name: str
    above: str
    """The name of the unit above."""
    telephone: str
    """Of the office above, which can help."""
    access: str
    """A value of `Access`."""


def _asked(measure_id: int, owner: Unit) -> tuple[Any, ...]:
    asked = (col(Unit.takes_assignments).is_(True), addressed(Unit, measure_id))
    return below(owner), current(), *asked


def count_silent(session: Session, measure_id: int, owner: Unit) -> dict[Access, int]:
    """What their accounts are like → how many units below `owner` the measure asks and cannot
    hear; `MOST_COUNTED` at most. One statement.

    The OFFSET keeps the database from looking at the accounts of a unit twice, and PostgreSQL from
    reading all accounts of a country first.
    """
    asked = select(access_of().label("access")).where(*_asked(measure_id, owner))
    found = asked.offset(0).subquery()
    silent = select(found.c.access).where(found.c.access != Access.WORKING.value)
    some = silent.limit(MOST_COUNTED).subquery()
    counted = select(some.c.access, func.count()).group_by(some.c.access)
    return {Access(access): count for access, count in session.execute(counted)}


def list_silent(
    session: Session, measure_id: int, owner: Unit, *, limit: int, offset: int = 0
) -> Sequence[SilentUnit]:
    """These units in the order of the tree."""
    above = aliased(Unit)
    by_name = ByName(
        SilentUnit,
        code=Unit.code,
        name=Unit.name,
        above=above.name,
        telephone=above.telephone,
        access=access_of(),
    )
    wanted = (
        select(*by_name.columns)
        .join(above, col(above.id) == Unit.parent_id)
        .where(*_asked(measure_id, owner), ~has_working_account())
        .order_by(col(Unit.lft))
    )
    return by_name.values(session.execute(wanted.limit(limit).offset(offset)))
