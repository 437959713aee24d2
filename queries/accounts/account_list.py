"""The accounts an office looks after, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Account, Unit
from queries.units.units import get_unit_by_id
from queries.units.visibility import get_unit_of, visible_units
from rules.accounts.permissions import Right, may
from rules.accounts.predicates import Subject
from rules.sentences.not_found import NotFound

SHOWN: Mapping[str, ColumnElement[bool]] = {
    "unused": and_(col(Account.active).is_(True), col(Account.signed_in_at).is_(None)),
    "off": col(Account.active).is_(False),
}
"""What a list can be narrowed to: accounts nobody has signed in with, and those switched off."""


MOST_COUNTED = 10_000
"""From here on a list says "more than". Counting the accounts of a country takes half a second, and
nobody turns two hundred pages."""


class AccountRow(NamedTuple):
    """An account with its unit."""

    account: Account
    unit: Unit


def list_account_page(
    session: Session, unit: Unit, *, text: str = "", show: str = "", limit: int, offset: int = 0
) -> tuple[Sequence[AccountRow], int]:
    """A page of the accounts at and below a unit from the top of the tree down, and how many there
    are on all pages: up to `MOST_COUNTED`, and one more where there are more.

    `text` keeps only accounts whose login, name or unit's name holds the text; `show` only those
    that `SHOWN` names. Two statements.
    """
    scope = [visible_units(unit), *([SHOWN[show]] if show else [])]
    if text:
        columns = (col(Account.login), col(Account.name), col(Unit.name))
        scope.append(or_(*(column.contains(text, autoescape=True) for column in columns)))
    by_name = ByName(
        AccountRow,
        account=Account,
        unit=Unit,
    )
    wanted = select(*by_name.columns).join(Unit, col(Unit.id) == Account.unit_id).where(*scope)
    rows = session.execute(
        wanted.order_by(col(Unit.lft), col(Account.login)).limit(limit).offset(offset)
    )
    some = select(col(Account.id)).join(Unit, col(Unit.id) == Account.unit_id).where(*scope)
    counted = select(func.count()).select_from(some.limit(MOST_COUNTED + 1).subquery())
    return by_name.values(rows), session.exec(counted).one()


def get_administered(session: Session, officer: Account, account_id: int) -> AccountRow:
    """The account with this id, for an office that may look after it. Raises `NotFound`."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound
    unit = get_unit_by_id(session, account.unit_id)
    at = get_unit_of(session, officer)
    if not may(officer, Right.SWITCH_ON_ACCOUNT, Subject.of(unit), at=at):
        raise NotFound
    return AccountRow(account, unit)
