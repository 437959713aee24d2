"""The history of an account: what was done to it, when and by whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Account, AccountAct, AccountEvent, Unit

MOST = 50


class AccountChange(NamedTuple):
    """One change of an account. `actor` and `unit` are None for a change from the command line."""

    at: datetime
    act: AccountAct
    actor: Account | None
    unit: Unit | None


def list_account_changes(session: Session, account_id: int) -> Sequence[AccountChange]:
    """The latest changes of an account, at most `MOST`, the last one first."""
    by_name = ByName(
        AccountChange,
        at=AccountEvent.at,
        act=AccountEvent.act,
        actor=Account,
        unit=Unit,
    )
    rows = session.execute(
        select(*by_name.columns)
        .join(Account, col(Account.id) == AccountEvent.actor_id, isouter=True)
        .join(Unit, col(Unit.id) == Account.unit_id, isouter=True)
        .where(col(AccountEvent.account_id) == account_id)
        .order_by(col(AccountEvent.id).desc())
        .limit(MOST)
    )
    return by_name.values(rows)
