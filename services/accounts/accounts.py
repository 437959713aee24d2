"""Accounts: making them, signing in and out, changing passwords.

Hashing a password takes tens of milliseconds on purpose. What hashes touches no database
(`prepare_password`, `verify`) and is called between two transactions: one that reads the account,
and one that writes, which on SQLite holds the one write lock. `sign_in` does all of it in one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, TypedDict

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from adapters.passwords import (
    hash_password,
    hash_token,
    is_outdated,
    is_password,
    make_token,
    spend_a_check,
)
from adapters.settings import get_settings
from models import Account, AccountAct, Role, SignIn, Unit
from queries.accounts.accounts import SignedIn, find_account, find_by_token_hash
from queries.units.units import get_unit_by_id
from queries.units.visibility import find_unit_of
from rules.accounts.passwords import LONGEST, check_login, check_password_text
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal
from services.accounts.account_history import record

WRONG = N_("账号或密码不正确。")
WRONG_OLD = N_("当前密码不正确。")


class Verified(NamedTuple):
    """An account whose password was right, as it was read."""

    account: Account
    kept: str
    """The hash to be stored from now on: its own, or one with today's parameters."""


class NewAccount(TypedDict):
    """One account of `create_accounts`; the password comes hashed."""

    login: str
    name: str
    password_hash: str
    unit_id: int
    role: str


def prepare_password(login: str, password: str) -> str:
    """The hash of a new password for `login`. Refuses one that is too short or too simple.

    Touches no database: call it before the transaction that writes.
    """
    check_login(login.strip())
    check_password_text(login.strip(), password)
    return hash_password(password)


def create_account(
    session: Session,
    *,
    login: str,
    name: str,
    password_hash: str,
    unit: Unit,
    role: Role = Role.CLERK,
    actor: Account | None,
    now: datetime,
) -> Account:
    """A new account of `unit`, with what `prepare_password` made for its login.

    `actor` None: the command line. Refuses a login that is taken.
    """
    require(actor, Right.MAKE_ACCOUNT, Subject.of(unit), at=find_unit_of(session, actor))
    login, name = login.strip(), clean_text(name, multiline=False)
    check_login(login)
    if not name or len(name) > 60:
        raise Refusal(N_("请填写账号的名称，最多 60 个字，例如“综合办公室”。"))
    if find_account(session, login) is not None:
        raise Refusal(N_("账号“%(login)s”已存在。"), login=login)
    account = Account(
        login=login, name=name, password_hash=password_hash,
        unit_id=unit.id, role=role, created_at=now,
    )  # fmt: skip
    session.add(account)
    session.flush()
    record(session, [account.id], AccountAct.MADE, actor=actor, now=now)
    return account


def create_accounts(
    session: Session, rows: Iterable[NewAccount], *, actor: Account | None, now: datetime
) -> int:
    """Many accounts at once, from the command line, with hashes made before; returns how many."""
    require(actor, Right.MAKE_ACCOUNTS, Subject())
    wanted = [{**row, "active": True, "created_at": now} for row in rows]
    if wanted:
        made = session.scalars(insert(Account).returning(col(Account.id)), wanted).all()
        record(session, made, AccountAct.MADE, actor=actor, now=now)
    return len(wanted)


def sign_in(session: Session, login: str, password: str, *, now: datetime) -> str:
    """The token for the cookie of a new session. Refuses without saying what was wrong."""
    account = find_account(session, login.strip())
    verified = verify(account, password)
    return open_session(session, verified, password, now=now)


def verify(account: Account | None, password: str) -> Verified:
    """That `password` is the account's; the same work whether or not there is an account.

    Touches no database. Refuses without saying what was wrong.
    """
    if len(password) > LONGEST:  # nobody has one; bringing megabytes into one form takes seconds
        raise Refusal(WRONG)
    if account is None or not account.active:
        spend_a_check(password)
        raise Refusal(WRONG)
    if not is_password(account.password_hash, password):
        raise Refusal(WRONG)
    outdated = is_outdated(account.password_hash)
    return Verified(account, hash_password(password) if outdated else account.password_hash)


def open_session(session: Session, verified: Verified, password: str, *, now: datetime) -> str:
    """A new session of a verified account; the token for its cookie.

    Refuses where the account was switched off, or its password changed, since it was verified.
    A hash that was renewed is stored.
    """
    seen, kept = verified
    was = seen.password_hash
    account = _locked(session, seen)
    changed = account.password_hash not in (was, kept)
    if not account.active or (changed and not is_password(account.password_hash, password)):
        raise Refusal(WRONG)
    if not changed and account.password_hash != kept:
        account.password_hash = kept
        session.add(account)
    token = make_token()
    session.add(
        SignIn(
            token_hash=hash_token(token),
            account_id=account.id,
            created_at=now,
            expires_at=now + timedelta(hours=get_settings().session_hours),
        )
    )
    session.flush()
    return token


def find_signed_in(session: Session, token: str, *, now: datetime) -> SignedIn | None:
    """`(account, unit)` behind a cookie's token; None when it is unknown, ended or expired."""
    return find_by_token_hash(session, hash_token(token), now)


def sign_out(session: Session, token: str, *, now: datetime) -> None:
    """End the session of this token; nothing happens when there is none."""
    session.execute(
        update(SignIn)
        .where(col(SignIn.token_hash) == hash_token(token), col(SignIn.ended_at).is_(None))
        .values(ended_at=now)
    )


class PasswordChange(NamedTuple):
    """A new password of an account, by who knows the old one."""

    seen: Account
    """The account as it was when the old password was right."""
    password_hash: str
    """Empty: the account has the new password already; the same was sent twice."""


def prepare_change(account: Account, old: str, new: str) -> PasswordChange:
    """The change, for who knows the old password (ASVS 5.0.0, v5.0.0-6.2.3).

    Touches no database. Refuses with `WRONG_OLD`, and what cannot be a password.
    """
    if len(old) > LONGEST or not is_password(account.password_hash, old):
        if len(new) <= LONGEST and is_password(account.password_hash, new):
            return PasswordChange(account, "")
        raise Refusal(WRONG_OLD)
    if old == new:
        raise Refusal(N_("新密码不能与当前密码相同。"))
    return PasswordChange(account, prepare_password(account.login, new))


def change_password(
    session: Session, change: PasswordChange, token: str, *, actor: Account, now: datetime
) -> None:
    """The person's own change. Every session of the account ends but the one of `token`, so that a
    thief's does too (v5.0.0-7.4.3).

    Refuses where the password was changed since the old one was checked: of two changes at once
    one is told.
    """
    require(actor, Right.CHANGE_PASSWORD, Subject(account_id=change.seen.id))
    if not change.password_hash:
        return
    was = change.seen.password_hash  # `seen` may be the very object that is read again
    account = _locked(session, change.seen)
    if not account.active or account.password_hash != was:
        raise Refusal(N_("密码刚才已经在别处改过，这次没有改。请用新的密码。"))
    _store_password(session, account, change.password_hash, now, but=token)
    record(session, [account.id], AccountAct.PASSWORD_CHANGED, actor=actor, now=now)


def set_password(
    session: Session, account: Account, password_hash: str, *, actor: Account | None, now: datetime
) -> None:
    """A new password by who looks after the account, as `prepare_password` made it. Ends its
    sessions. Refuses one's own: that asks for the old one (`change_password`)."""
    _require(session, actor, Right.SET_PASSWORD, account)
    _store_password(session, _locked(session, account), password_hash, now)
    record(session, [account.id], AccountAct.PASSWORD_SET, actor=actor, now=now)


def deactivate(session: Session, account: Account, *, actor: Account | None, now: datetime) -> None:
    """The account can no longer sign in, and is signed out everywhere. Its history stays.

    Twice is the same as once.
    """
    _require(session, actor, Right.SWITCH_OFF_ACCOUNT, account)
    if _switch(session, account, AccountAct.SWITCHED_OFF, actor=actor, now=now):
        _end_sessions(session, account, now)


def activate(session: Session, account: Account, *, actor: Account | None, now: datetime) -> None:
    """The account can sign in again, with the password it had. Twice is the same as once."""
    _require(session, actor, Right.SWITCH_ON_ACCOUNT, account)
    _switch(session, account, AccountAct.SWITCHED_ON, actor=actor, now=now)


def _switch(
    session: Session, account: Account, act: AccountAct, *, actor: Account | None, now: datetime
) -> bool:
    """Whether it was the other way before."""
    current, wanted = _locked(session, account), act == AccountAct.SWITCHED_ON
    if current.active == wanted:
        return False
    current.active = wanted
    session.add(current)
    session.flush()
    record(session, [current.id], act, actor=actor, now=now)
    return True


def _require(session: Session, actor: Account | None, right: Right, account: Account) -> None:
    subject = Subject.of(get_unit_by_id(session, account.unit_id), account.id)
    require(actor, right, subject, at=find_unit_of(session, actor))


def _locked(session: Session, seen: Account) -> Account:
    """The account as it is now; nobody else changes it until the transaction ends."""
    return session.exec(
        select(Account)
        .where(Account.id == seen.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def _store_password(
    session: Session, account: Account, password_hash: str, now: datetime, *, but: str = ""
) -> None:
    account.password_hash = password_hash
    session.add(account)
    session.flush()
    _end_sessions(session, account, now, but=but)


def _end_sessions(session: Session, account: Account, now: datetime, *, but: str = "") -> None:
    """End the sessions of the account; `but`: the token of one that goes on."""
    ending = update(SignIn).where(
        col(SignIn.account_id) == account.id,
        col(SignIn.ended_at).is_(None),
        col(SignIn.token_hash) != hash_token(but),
    )
    session.execute(ending.values(ended_at=now))
