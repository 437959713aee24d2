"""The history of a unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Account, Unit, UnitEvent, UnitFact

MOST = 50


class UnitChange(NamedTuple):
    """One change of a unit. `by` is the name of the unit that made it; empty: the command line."""

    at: datetime
    fact: UnitFact
    before: str
    after: str
    by: str | None


def list_unit_changes(session: Session, unit_id: int) -> Sequence[UnitChange]:
    """The latest changes of a unit, at most `MOST`, the last one first."""
    acting = aliased(Unit)
    by_name = ByName(
        UnitChange,
        at=UnitEvent.at,
        fact=UnitEvent.fact,
        before=UnitEvent.before,
        after=UnitEvent.after,
        by=acting.name,
    )
    rows = session.execute(
        select(*by_name.columns)
        .join(Account, col(Account.id) == UnitEvent.actor_id, isouter=True)
        .join(acting, col(acting.id) == Account.unit_id, isouter=True)
        .where(col(UnitEvent.unit_id) == unit_id)
        .order_by(col(UnitEvent.id).desc())
        .limit(MOST)
    )
    return by_name.values(rows)
