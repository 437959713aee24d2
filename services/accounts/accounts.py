"""Accounts: making them, signing in and out, changing passwords.

Hashing a password takes tens of milliseconds on purpose. The functions that hash
(`prepare_password`, `verify`, `prepare_change`) touch no database. A caller runs them between two
transactions: one that reads the account and one that writes, because on SQLite a writing
transaction holds the only write lock. `sign_in` does everything in one transaction.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, TypedDict

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from adapters.passwords import (
    hash_password,
    hash_token,
    is_first_code,
    is_outdated,
    is_password,
    make_token,
    spend_a_check,
)
from adapters.settings import get_settings
from models import Account, AccountAct, Role, SignIn, Unit
from queries.accounts.accounts import (
    SignedIn,
    find_account,
    find_by_token_hash,
    list_by_token_hashes,
)
from queries.units.units import get_unit_by_id
from queries.units.visibility import find_unit_of
from rules.accounts.passwords import (
    LONGEST,
    check_login,
    check_no_person,
    check_password_text,
)
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal
from services.accounts.account_history import record

WRONG = N_("账号或密码不正确。")
WRONG_OLD = N_("当前密码不正确。")


class Verified(NamedTuple):
    """An account whose password was right, as the account was read."""

    account: Account
    kept: str
    """The hash to store from now on: the stored one, or one with today's parameters."""


class NewAccount(TypedDict):
    """One account for `create_accounts`, with a hashed password."""

    login: str
    name: str
    password_hash: str
    unit_id: int
    role: Role


def prepare_password(login: str, password: str) -> str:
    """The hash of a new password for `login`. Raises `Refusal` for one too short or too simple.

    The function touches no database. Call it before the transaction that writes.
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
    """Make an account of `unit`. `password_hash` comes from `prepare_password` with the same login.

    `actor` None: the command line. Raises `Refusal` for a login that is taken.
    """
    require(actor, Right.MAKE_ACCOUNT, Subject.of(unit), at=find_unit_of(session, actor))
    login, name = login.strip(), clean_text(name, multiline=False)
    check_login(login)
    check_no_person(login)
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
    """Make many accounts at once and return how many. The passwords are already hashed."""
    require(actor, Right.LOAD_ACCOUNTS, Subject())
    wanted = [{**row, "active": True, "created_at": now} for row in rows]
    if wanted:
        made = session.scalars(insert(Account).returning(col(Account.id)), wanted).all()
        record(session, made, AccountAct.MADE, actor=actor, now=now)
    return len(wanted)


def sign_in(session: Session, login: str, password: str, *, now: datetime) -> str:
    """Sign in and return the token for the cookie of the new session.

    Raises `Refusal`, which does not say whether the login or the password was wrong.
    """
    account = find_account(session, login.strip())
    verified = verify(account, password)
    return open_session(session, verified, password, now=now)


def verify(account: Account | None, password: str) -> Verified:
    """Check that `password` is the account's. Without an account the work is the same.

    The function touches no database. Raises `Refusal`, which does not say what was wrong.
    """
    if len(password) > LONGEST:  # Normalising megabytes takes seconds.
        raise Refusal(WRONG)
    if account is None or not account.active:
        spend_a_check(password)
        raise Refusal(WRONG)
    if not is_password(account.password_hash, password):
        raise Refusal(WRONG)
    outdated = is_outdated(account.password_hash)
    return Verified(account, hash_password(password) if outdated else account.password_hash)


def open_session(session: Session, verified: Verified, password: str, *, now: datetime) -> str:
    """Open a session of a verified account and return the token for its cookie.

    Stores a renewed hash. Raises `Refusal` where the account was switched off, or its password
    changed, after `verify`.
    """
    seen, kept = verified
    was = seen.password_hash
    account = _locked(session, seen)
    changed = account.password_hash not in (was, kept)
    if not account.active or (changed and not is_password(account.password_hash, password)):
        raise Refusal(WRONG)
    if not changed and account.password_hash != kept:
        account.password_hash = kept
    account.signed_in_at = account.signed_in_at or now
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
    """The account and unit of a cookie's token; None for an unknown, ended or expired session."""
    return find_by_token_hash(session, hash_token(token), now)


def list_signed_in(session: Session, tokens: Mapping[str, datetime]) -> dict[str, SignedIn]:
    """Token → the account and unit behind it, for tokens of cookies and when they came in; one
    statement. Unknown, ended and expired sessions are left out."""
    hashes = {token: hash_token(token) for token in tokens}
    found = list_by_token_hashes(session, hashes.values())
    return {
        token: found[hashes[token]][1]
        for token, now in tokens.items()
        if hashes[token] in found and found[hashes[token]][0] > now
    }


def sign_out(session: Session, token: str, *, now: datetime) -> None:
    """End the session of this token. An unknown token changes nothing."""
    session.execute(
        update(SignIn)
        .where(col(SignIn.token_hash) == hash_token(token), col(SignIn.ended_at).is_(None))
        .values(ended_at=now)
    )


class PasswordChange(NamedTuple):
    """A new password for an account, chosen by somebody who knows the old password."""

    seen: Account
    """The account as it was when the old password was checked."""
    password_hash: str
    """The new hash; empty where the page was sent twice and the account has the new password."""


def prepare_change(account: Account, old: str, new: str) -> PasswordChange:
    """The change of a password by somebody who knows the old one (ASVS 5.0.0, v5.0.0-6.2.3).

    The function touches no database. Raises `Refusal` for a wrong old password (`WRONG_OLD`) and
    for a new password that is too short or too simple.
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
    """Store a password that the account's holder changed.

    Every session of the account ends except the one of `token`, so that a thief's session ends, too
    (ASVS 5.0.0, v5.0.0-7.4.3). Raises `Refusal` where the password was changed after the old one
    was checked, so that one of two simultaneous changes is refused.
    """
    require(actor, Right.CHANGE_PASSWORD, Subject(account_id=change.seen.id))
    if not change.password_hash:
        return
    was = change.seen.password_hash  # The lock below may refresh the very object that `seen` is.
    account = _locked(session, change.seen)
    if not account.active or account.password_hash != was:
        raise Refusal(N_("密码刚才已经在别处改过，这次没有改。请用新的密码。"))
    _store_password(session, account, change.password_hash, now, but=token)
    record(session, [account.id], AccountAct.PASSWORD_CHANGED, actor=actor, now=now)


def choose_password(
    session: Session, password_hash: str, token: str, *, actor: Account, now: datetime
) -> None:
    """Store the first password of the actor's own, in place of the first code with which the
    session of `token` was opened. Every other session of the account ends.

    Raises `Refusal` where the account has a password already.
    """
    require(actor, Right.CHANGE_PASSWORD, Subject(account_id=actor.id))
    current = _locked(session, actor)
    if not is_first_code(current.password_hash):
        raise Refusal(N_("这个账号已经设置过密码，请用新密码登录。"))
    _store_password(session, current, password_hash, now, but=token)
    record(session, [actor.id], AccountAct.PASSWORD_CHANGED, actor=actor, now=now)


def set_password(
    session: Session, account: Account, password_hash: str, *, actor: Account | None, now: datetime
) -> None:
    """Store a password set by the office that looks after the account, and end its sessions.

    `password_hash` comes from `prepare_password`. Raises `Refusal` for the actor's own account, for
    which `change_password` asks for the old password.
    """
    _require(session, actor, Right.SET_PASSWORD, account)
    _store_password(session, _locked(session, account), password_hash, now)
    record(session, [account.id], AccountAct.PASSWORD_SET, actor=actor, now=now)


def deactivate(session: Session, account: Account, *, actor: Account | None, now: datetime) -> None:
    """Switch an account off: it is signed out everywhere and cannot sign in. Its history stays.

    Doing it twice changes nothing.
    """
    _require(session, actor, Right.SWITCH_OFF_ACCOUNT, account)
    if _switch(session, account, AccountAct.SWITCHED_OFF, actor=actor, now=now):
        _end_sessions(session, account, now)


def activate(session: Session, account: Account, *, actor: Account | None, now: datetime) -> None:
    """Switch an account on again, with its old password. Doing it twice changes nothing."""
    _require(session, actor, Right.SWITCH_ON_ACCOUNT, account)
    _switch(session, account, AccountAct.SWITCHED_ON, actor=actor, now=now)


def _switch(
    session: Session, account: Account, act: AccountAct, *, actor: Account | None, now: datetime
) -> bool:
    """Switch the account on or off; False where it was so before."""
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
    """The account as it is now, locked until the transaction ends."""
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
    """End the sessions of the account, except the one with the token `but`."""
    ending = update(SignIn).where(
        col(SignIn.account_id) == account.id,
        col(SignIn.ended_at).is_(None),
        col(SignIn.token_hash) != hash_token(but),
    )
    session.execute(ending.values(ended_at=now))
