"""The history of accounts is written here: what was done, when and by whom."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session

from models import Account, AccountAct, AccountEvent


def record(
    session: Session,
    account_ids: Iterable[int | None],
    act: AccountAct,
    *,
    actor: Account | None,
    now: datetime,
) -> None:
    """Write a row of history for each account, in one statement. `actor` None: the command line."""
    by = actor.id if actor else None
    rows = [
        {"account_id": account_id, "at": now, "act": act, "actor_id": by}
        for account_id in account_ids
    ]
    if rows:
        session.execute(insert(AccountEvent), rows)
