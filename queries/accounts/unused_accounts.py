"""Accounts with a first code that nobody has used yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, select, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.passwords import is_first_code
from models import Account, Role, Unit
from models.account import HAS_FIRST_CODE
from queries.accounts.account_list import MOST_COUNTED
from queries.units.units import within
from rules.accounts.account_plan import PlannedUnit


class UnusedAccount(NamedTuple):
    """An account with its first code, and the unit to which it belongs."""

    account_id: int
    login: str
    name: str
    role: Role
    unit: PlannedUnit


def unused() -> ColumnElement[bool]:
    """The clause on `Account` "still has its first code, and nobody has signed in with it"."""
    return and_(
        col(Account.active).is_(True),
        col(Account.signed_in_at).is_(None),
        text(HAS_FIRST_CODE),
    )


def is_unused(account: Account) -> bool:
    """Whether `unused` holds for an account that was read."""
    fresh = account.active and account.signed_in_at is None
    return fresh and is_first_code(account.password_hash)


def list_unused(
    session: Session, top: Unit, account_ids: Sequence[int] | None = None
) -> Sequence[UnusedAccount]:
    """The unused accounts at and below `top` in the order of the tree; of these only the ones in
    `account_ids` where that is given."""
    above = aliased(Unit)
    wanted = (
        select(
            Account, Unit, func.coalesce(col(above.name), "").label("above"),
        )
        .join(Unit, col(Unit.id) == Account.unit_id)
        .join(above, col(above.id) == Unit.parent_id, isouter=True)
        .where(within(top), unused())
        .order_by(col(Unit.lft), col(Account.login))
    )  # fmt: skip
    if account_ids is not None:
        wanted = wanted.where(col(Account.id).in_(account_ids))
    return [
        UnusedAccount(
            account.id,
            account.login,
            account.name,
            account.role,
            PlannedUnit(unit.id, unit.code, unit.name, above_name),
        )
        for account, unit, above_name in session.execute(wanted)
    ]


def count_unused(session: Session, top: Unit) -> int:
    """How many there are at and below `top`: up to `MOST_COUNTED`, and one more where there are
    more.

    Asking for the unit of each account keeps SQLite from going through all units instead.
    """
    here = select(col(Unit.id)).where(col(Unit.id) == Account.unit_id, within(top)).exists()
    some = select(col(Account.id)).where(here, unused()).limit(MOST_COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0
