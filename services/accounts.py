"""Accounts: making them, signing in and out, changing passwords.

Hashing a password takes tens of milliseconds. On SQLite a transaction that writes holds the one
write lock, so an edge with many people signing in checks the password in a read-only
transaction (`check_password`) and opens the session in another one (`open_session`);
`sign_in` does both in one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypedDict

from sqlalchemy import insert, update
from sqlmodel import Session, col

from adapters.passwords import (
    hash_password,
    hash_token,
    is_outdated,
    is_password,
    make_token,
    spend_a_check,
)
from adapters.settings import get_settings
from models import Account, Role, SignIn, Unit
from queries.accounts import SignedIn, find_account, find_by_token_hash
from queries.units import get_unit_by_id
from queries.visibility import get_unit_of, may_see
from rules.forms.field_values import clean_text
from rules.passwords import LONGEST, check_login, check_password_text
from rules.refusal import N_, Refusal

WRONG = N_("账号或密码不正确。")


class AccountRow(TypedDict):
    """One account of `create_accounts`; the password comes hashed."""

    login: str
    name: str
    password_hash: str
    unit_id: int
    role: str


def create_account(
    session: Session,
    *,
    login: str,
    name: str,
    password: str,
    unit: Unit,
    role: Role = Role.CLERK,
    actor: Account | None,
    now: datetime,
) -> Account:
    """A new account of `unit`. `actor` None: the command line. Refuses a login that is taken."""
    _check_administers(session, actor, unit)
    login, name = login.strip(), clean_text(name, multiline=False)
    check_login(login)
    check_password_text(login, password)
    if not name or len(name) > 60:
        raise Refusal(N_("请填写账号的名称，最多 60 个字，例如“综合办公室”。"))
    if find_account(session, login) is not None:
        raise Refusal(N_("账号“%(login)s”已存在。"), login=login)
    assert unit.id is not None
    account = Account(
        login=login, name=name, password_hash=hash_password(password),
        unit_id=unit.id, role=role, created_at=now,
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account


def create_accounts(session: Session, rows: Iterable[AccountRow], *, now: datetime) -> int:
    """Many accounts at once, in one INSERT, with hashes made before; returns how many."""
    wanted = [{**row, "active": True, "created_at": now} for row in rows]
    if wanted:
        session.execute(insert(Account), wanted)
    return len(wanted)


def sign_in(session: Session, login: str, password: str, *, now: datetime) -> str:
    """The token for the cookie of a new session. Refuses without saying what was wrong."""
    return open_session(session, check_password(session, login, password), password, now=now)


def check_password(session: Session, login: str, password: str) -> Account:
    """The active account behind login and password; the same work whether or not it exists."""
    if len(password) > LONGEST:  # nobody has one; bringing megabytes into one form takes seconds
        raise Refusal(WRONG)
    account = find_account(session, login.strip())
    if account is None or not account.active:
        spend_a_check(password)
        raise Refusal(WRONG)
    if not is_password(account.password_hash, password):
        raise Refusal(WRONG)
    return account


def open_session(session: Session, account: Account, password: str, *, now: datetime) -> str:
    """A new session of a checked account; renews a hash made with older parameters."""
    if is_outdated(account.password_hash):
        _store_password(session, account, password)
    token = make_token()
    assert account.id is not None
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


def change_password(
    session: Session, account: Account, old: str, new: str, *, now: datetime
) -> None:
    """The person's own change. Every session of the account ends, so that a thief's does too."""
    if len(old) > LONGEST or not is_password(account.password_hash, old):
        raise Refusal(N_("当前密码不正确。"))
    if old == new:
        raise Refusal(N_("新密码不能与当前密码相同。"))
    set_password(session, account, new, actor=account, now=now)


def set_password(
    session: Session, account: Account, password: str, *, actor: Account | None, now: datetime
) -> None:
    """A new password, by the account itself or by who looks after it. Ends its sessions."""
    if actor is None or actor.id != account.id:
        _check_administers(session, actor, get_unit_by_id(session, account.unit_id))
    check_password_text(account.login, password)
    _store_password(session, account, password)
    _end_sessions(session, account, now)


def deactivate(session: Session, account: Account, *, actor: Account | None, now: datetime) -> None:
    """The account can no longer sign in, and is signed out everywhere. Its history stays."""
    _check_administers(session, actor, get_unit_by_id(session, account.unit_id))
    if actor is not None and actor.id == account.id:
        raise Refusal(N_("不能停用自己的账号。"))
    account = session.merge(account)
    account.active = False
    session.add(account)
    _end_sessions(session, account, now)
    session.flush()


def _check_administers(session: Session, actor: Account | None, unit: Unit) -> None:
    """An office account looks after the accounts of its own unit and of those below."""
    if actor is None:
        return
    if actor.role != Role.OFFICE or not may_see(get_unit_of(session, actor), unit):
        raise Refusal(N_("只有本单位或上级单位的综合办公室账号可以管理这个单位的账号。"))


def _store_password(session: Session, account: Account, password: str) -> None:
    account = session.merge(account)
    account.password_hash = hash_password(password)
    session.add(account)
    session.flush()


def _end_sessions(session: Session, account: Account, now: datetime) -> None:
    session.execute(
        update(SignIn)
        .where(col(SignIn.account_id) == account.id, col(SignIn.ended_at).is_(None))
        .values(ended_at=now)
    )
