"""Many accounts are made in one act, each with a first code that is told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Integer, String, insert, literal, select, update
from sqlmodel import Session, col

from adapters.database import insert_into
from adapters.passwords import make_first_codes
from models import Account, AccountAct, AccountEvent, Role, Unit
from models.parameters import among, given_rows
from queries.accounts.missing_accounts import find_taken, find_units_meant, list_units_without
from queries.accounts.unused_accounts import list_unused, unused
from queries.units.units import within
from queries.units.visibility import find_unit_of
from rules.accounts.account_list import LONGEST_NAME, MOST, AccountLine
from rules.accounts.account_plan import (
    AccountPlan,
    PlannedAccount,
    PlannedUnit,
    plan_listed,
    plan_missing,
)
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal

_ACCOUNTS = Account.__table__  # type: ignore[attr-defined]
_EVENTS = AccountEvent.__table__.c  # type: ignore[attr-defined]


class Slip(NamedTuple):
    """What the holder of a new account is handed on paper."""

    unit: PlannedUnit
    login: str
    name: str
    role: Role
    code: str
    """The first code. It is stored nowhere."""


def plan_accounts(session: Session, top: Unit, lines: Sequence[AccountLine]) -> AccountPlan:
    """What making the accounts of a list would do, for units at and below `top`."""
    units = find_units_meant(session, top, {line.unit for line in lines})
    codes = {unit.code for found in units.values() for unit in found}
    taken = find_taken(session, {line.login for line in lines} | codes)
    return plan_listed(lines, units, taken)


def plan_accounts_by_rule(
    session: Session, top: Unit, *, level: str, role: Role, name: str
) -> AccountPlan:
    """What one account for each unit of `level` at and below `top` that has none would be.

    `level` empty: of every level. Raises `Refusal` for more than `MOST` units and for a name that
    is too long.
    """
    name = clean_text(name, multiline=False)
    if len(name) > LONGEST_NAME:
        raise Refusal(N_("岗位最多 %(longest)d 个字。"), longest=LONGEST_NAME)
    units = list_units_without(session, top, level, limit=MOST + 1)
    if len(units) > MOST:
        raise Refusal(
            N_(
                "没有账号的单位超过 %(most)s 个，一次添加不完。"
                "请选一个层级，或者到下级单位的页面添加。"
            ),
            most=MOST,
        )
    return plan_missing(units, find_taken(session, [unit.code for unit in units]), role, name)


def make_planned(
    session: Session, top: Unit, plan: AccountPlan, *, actor: Account | None, now: datetime
) -> list[Slip]:
    """Make the accounts of a plan for units at and below `top`, and return their slips.

    An account that somebody else has made meanwhile gets no slip. The number of statements is
    constant. Raises `Refusal` where nothing is left to be made.
    """
    require(actor, Right.MAKE_ACCOUNTS, Subject.of(top), at=find_unit_of(session, actor))
    session.flush()
    codes = make_first_codes(len(plan.ready))
    wanted = [*zip(plan.ready, codes, strict=True)]
    made = _insert(session, top, wanted, now)
    if not made:
        raise Refusal(N_("没有要添加的账号。"))
    _record(session, made, AccountAct.MADE_TOGETHER, actor, now)
    return [Slip(*account, code) for account, (code, _) in wanted if account.login in made]


def _insert(
    session: Session,
    top: Unit,
    wanted: Sequence[tuple[PlannedAccount, tuple[str, str]]],
    now: datetime,
) -> set[str]:
    """Insert the accounts whose login is free and whose unit lies at or below `top`; the logins of
    those that were made."""
    columns = {"login": String, "post": String, "stored": String, "unit": Integer, "role": String}
    given = select(*given_rows("rows", **columns)).cte("given")
    rows = (
        select(
            given.c.login, given.c.post, given.c.stored, given.c.unit, given.c.role,
            literal(True), literal(now, _ACCOUNTS.c.created_at.type),
        )
        .join(Unit, col(Unit.id) == given.c.unit)
        .where(within(top))
    )  # fmt: skip
    names = ["login", "name", "password_hash", "unit_id", "role", "active", "created_at"]
    adding = insert_into(session, _ACCOUNTS).from_select(names, rows)
    adding = adding.on_conflict_do_nothing().returning(_ACCOUNTS.c.login)
    values = [
        [account.login, account.name, stored, account.unit.id, account.role.value]
        for account, (_, stored) in wanted
    ]
    return set(session.connection().scalars(adding, {"rows": values}))


def renew_first_codes(
    session: Session,
    top: Unit,
    *,
    account_ids: Sequence[int] | None = None,
    actor: Account | None,
    now: datetime,
) -> list[Slip]:
    """New first codes for accounts at and below `top` that were never used and still have one; of
    these only the ones in `account_ids` where that is given. The old slips no longer work.

    The number of statements is constant. Raises `Refusal` where there is no such account.
    """
    require(actor, Right.MAKE_ACCOUNTS, Subject.of(top), at=find_unit_of(session, actor))
    found = list_unused(session, top, account_ids)
    codes = make_first_codes(len(found))
    changed = _store_codes(
        session, [(row.account_id, stored) for row, (_, stored) in zip(found, codes, strict=True)]
    )
    if not changed:
        raise Refusal(N_("没有还没用过的初始密码。已经登录过的账号，请在账号页设置新密码。"))
    _record(session, changed, AccountAct.CODE_MADE, actor, now)
    return [
        Slip(row.unit, row.login, row.name, row.role, code)
        for row, (code, _) in zip(found, codes, strict=True)
        if row.login in changed
    ]


def _store_codes(session: Session, codes: Sequence[tuple[int, str]]) -> set[str]:
    """Store first codes by account, where the account is still unused; the logins of those."""
    given = select(*given_rows("rows", account=Integer, stored=String)).cte("given")
    changing = (
        update(Account)
        .where(col(Account.id) == given.c.account, unused())
        .values(password_hash=given.c.stored)
        .returning(col(Account.login))
    )
    changed = set(session.connection().scalars(changing, {"rows": [[*pair] for pair in codes]}))
    session.expire_all()
    return changed


def _record(
    session: Session, logins: set[str], act: AccountAct, actor: Account | None, now: datetime
) -> None:
    """Write a row of history for each account; one statement."""
    by = literal(actor.id if actor else None, Integer)
    moment = literal(now, _EVENTS.at.type)
    rows = select(col(Account.id), moment, literal(act, _EVENTS.act.type), by)
    rows = rows.where(among(col(Account.login), "logins", String))
    names = ["account_id", "at", "act", "actor_id"]
    adding = insert(AccountEvent).from_select(names, rows)
    session.connection().execute(adding, {"logins": [*logins]})
