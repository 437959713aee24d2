"""Accounts, and who is signed in."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Account, SignIn, Unit
from queries.units.visibility import visible_units
from rules.sentences.not_found import NotFound


class SignedIn(NamedTuple):
    """Who is signed in, and for which unit."""

    account: Account
    unit: Unit


def get_account(session: Session, login: str) -> Account:
    """The account with this login, active or not. Raises `NotFound`."""
    account = find_account(session, login)
    if account is None:
        raise NotFound
    return account


def find_account(session: Session, login: str) -> Account | None:
    """The account with this login, active or not."""
    return session.exec(select(Account).where(Account.login == login)).one_or_none()


def find_by_token_hash(session: Session, token_hash: str, now: datetime) -> SignedIn | None:
    """The account and unit of a signed-in browser, while its session has neither ended nor expired.

    One statement.
    """
    found = session.execute(_SIGNED_IN, {"token_hash": token_hash, "now": now}).one_or_none()
    return _BY_NAME.value(found) if found else None


_BY_NAME = ByName(SignedIn, account=Account, unit=Unit)
_SIGNED_IN = (
    select(*_BY_NAME.columns)
    .join(SignIn, col(SignIn.account_id) == Account.id)
    .join(Unit, col(Unit.id) == Account.unit_id)
    .where(col(SignIn.token_hash) == bindparam("token_hash"))
    .where(col(SignIn.ended_at).is_(None), col(SignIn.expires_at) > bindparam("now"))
    .where(col(Account.active).is_(True))
)
"""A statement of every request, built once: building takes ten times as long as carrying out."""


def list_accounts(session: Session, unit: Unit) -> Sequence[tuple[Account, Unit]]:
    """The accounts at and below the unit, with their units, from the top of the tree down."""
    wanted = select(Account, Unit).join(Unit, col(Unit.id) == Account.unit_id)
    wanted = wanted.where(visible_units(unit)).order_by(col(Unit.lft), col(Account.login))
    return session.exec(wanted).all()
