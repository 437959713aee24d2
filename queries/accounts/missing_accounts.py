"""What a plan for many accounts asks: units without an account, units by code or name, logins."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Account, Level, Unit
from models.parameters import among
from queries.units.units import current, within
from rules.accounts.account_plan import PlannedUnit

_ABOVE = aliased(Unit)
_PLANNED = ByName(
    PlannedUnit,
    id=Unit.id,
    code=Unit.code,
    name=Unit.name,
    above=func.coalesce(col(_ABOVE.name), ""),
)


def _planned(*scope: Any) -> Any:
    wanted = select(*_PLANNED.columns).join(_ABOVE, col(_ABOVE.id) == Unit.parent_id, isouter=True)
    return wanted.where(*scope).order_by(col(Unit.lft))


def _missing(top: Unit) -> tuple[ColumnElement[bool], ...]:
    """The clauses for the current units at and below `top` that take assignments and for which no
    account was ever made."""
    any_account = exists().where(col(Account.unit_id) == Unit.id)
    return within(top), current(), col(Unit.takes_assignments).is_(True), ~any_account


def list_units_without(
    session: Session, top: Unit, level: str, *, limit: int
) -> Sequence[PlannedUnit]:
    """The units of a level (empty: of every level) at and below `top` without an account, in the
    order of the tree."""
    scope = [*_missing(top), *([col(Unit.level) == level] if level else [])]
    return _PLANNED.values(session.execute(_planned(*scope).limit(limit)))


def count_units_without(session: Session, top: Unit) -> Sequence[tuple[Level, int]]:
    """The levels from the top down, with the number of units without an account at and below
    `top`. Levels with none are left out."""
    counted = (
        select(Level, func.count())
        .join(Unit, col(Unit.level) == Level.code)
        .where(*_missing(top))
        .group_by(col(Level.code))
        .order_by(col(Level.rank))
    )
    return session.exec(counted).all()


def find_units_meant(
    session: Session, top: Unit, texts: Collection[str]
) -> dict[str, list[PlannedUnit]]:
    """Code or name → the current units at and below `top` that have it; one statement. A text that
    is a code means that unit only."""
    given = {"texts": [*texts]}
    meant = or_(among(col(Unit.code), "texts", String), among(col(Unit.name), "texts", String))
    found: dict[str, list[PlannedUnit]] = {}
    units = _PLANNED.values(session.execute(_planned(within(top), current(), meant), given))
    for unit in units:
        found.setdefault(unit.name, []).append(unit)
    return found | {unit.code: [unit] for unit in units}


def find_taken(session: Session, logins: Collection[str]) -> dict[str, int]:
    """Login → the id of the unit whose account it is, for those of `logins` that are taken."""
    wanted = select(Account.login, Account.unit_id).where(
        among(col(Account.login), "logins", String)
    )
    return dict(session.execute(wanted, {"logins": [*logins]}).all())  # type: ignore[arg-type]
