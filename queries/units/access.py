"""Which units have an account that works, and which have none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, exists, func, literal
from sqlmodel import Session, col, select

from models import Account, Unit
from queries.units.units import current
from rules.units.access import Access

_FROM_WORST = (Access.OFF, Access.UNUSED, Access.WORKING)
_WORKING = and_(col(Account.active).is_(True), col(Account.signed_in_at).is_not(None))

_RANK = case((_WORKING, 2), (col(Account.active).is_(True), 1), else_=0)


def has_working_account(unit_id: Any = Unit.id) -> ColumnElement[bool]:
    """The clause "somebody has signed in with an account of the unit that is not switched off"."""
    return exists().where(col(Account.unit_id) == unit_id, _WORKING)


def access_of(unit_id: Any = Unit.id) -> ColumnElement[str]:
    """The column with what the unit's accounts are like, as a value of `Access`; one look at the
    accounts of each unit."""
    best = select(func.max(_RANK)).where(col(Account.unit_id) == unit_id).scalar_subquery()
    ranked = {rank: literal(access.value) for rank, access in enumerate(_FROM_WORST)}
    return case(ranked, value=best, else_=literal(Access.NONE.value))


def get_access(session: Session, unit: Unit) -> Access:
    """What the accounts of one unit are like; one statement."""
    return Access(session.execute(_OF_ONE, {"unit": unit.id}).scalar_one())


def list_silent_below(session: Session, unit: Unit) -> dict[int, Access]:
    """Id of a current unit directly below without a working account → what its accounts are like;
    one statement."""
    rows = session.execute(_SILENT_BELOW, {"unit": unit.id})
    return {unit_id: Access(access) for unit_id, access in rows}


_UNIT = bindparam("unit", type_=Integer)
_OF_ONE = select(access_of()).where(col(Unit.id) == _UNIT)
_SILENT_BELOW = select(Unit.id, access_of()).where(
    col(Unit.parent_id) == _UNIT, current(), ~has_working_account()
)
