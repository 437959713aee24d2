"""Accounts, and who is signed in."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import String, bindparam
from sqlmodel import Session, col, func, select

from adapters.by_name import ByName
from adapters.passwords import CODE_MARK
from models import Account, AccountAct, AccountEvent, SignIn, Unit
from models.parameters import among
from queries.messages.messages import UNREAD
from queries.units.calendars import newest_digest, note_digest
from queries.units.visibility import visible_units
from rules.sentences.not_found import NotFound


class SignedIn(NamedTuple):
    """Who is signed in, and for which unit."""

    account: Account
    unit: Unit
    unread: int = 0
    """How many messages of the unit nobody has read."""


def get_account(session: Session, login: str) -> Account:
    """The account with this login, active or not. Raises `NotFound`."""
    account = find_account(session, login)
    if account is None:
        raise NotFound
    return account


def find_account(session: Session, login: str) -> Account | None:
    """The account with this login, active or not."""
    return session.exec(select(Account).where(Account.login == login)).one_or_none()


def find_password_time(session: Session, login: str) -> datetime | None:
    """When the account with this login was last given a password, or changed its own."""
    set_or_changed = [AccountAct.PASSWORD_SET, AccountAct.PASSWORD_CHANGED]
    return session.exec(
        select(func.max(AccountEvent.at))
        .join(Account, col(Account.id) == AccountEvent.account_id)
        .where(Account.login == login, col(AccountEvent.act).in_(set_or_changed))
    ).one()


_BY_NAME = ByName(SignedIn, account=Account, unit=Unit, unread=UNREAD)


def find_by_token_hash(session: Session, token_hash: str, now: datetime) -> SignedIn | None:
    """The account and unit of a signed-in browser, while its session has neither ended nor expired.

    One statement, which also tells the session which calendars hold.
    """
    found = session.execute(_SIGNED_IN, {"token_hash": token_hash, "now": now}).one_or_none()
    if found is None:
        return None
    digest, *who = found
    note_digest(session, digest)
    return _BY_NAME.value(who)


def list_by_token_hashes(
    session: Session, hashes: Collection[str]
) -> dict[str, tuple[datetime, SignedIn]]:
    """Token's hash → when its session expires, and the account and unit behind it; one statement.
    Sessions that have ended are left out, and those of accounts that still have their first
    code. The session learns which calendars hold."""
    signed_in = {}
    rows = session.execute(_ALL_SIGNED_IN, {"hashes": list(hashes)})
    for token_hash, expires_at, digest, *found in rows:
        note_digest(session, digest)
        signed_in[token_hash] = (expires_at, _SENDER.value(found))
    return signed_in


_SENDER = ByName(SignedIn, account=Account, unit=Unit)
"""Without the unread messages: a sending shows no page."""
_ALL_SIGNED_IN = (
    select(col(SignIn.token_hash), col(SignIn.expires_at), newest_digest(), *_SENDER.columns)
    .select_from(SignIn)
    .join(Account, col(SignIn.account_id) == Account.id)
    .join(Unit, col(Unit.id) == Account.unit_id)
    .where(among(col(SignIn.token_hash), "hashes", String))
    .where(col(SignIn.ended_at).is_(None), col(Account.active).is_(True))
    .where(~col(Account.password_hash).startswith(CODE_MARK))
)
_SIGNED_IN = (
    select(newest_digest(), *_BY_NAME.columns)
    .select_from(Account)
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
