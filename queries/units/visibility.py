"""Who sees what. No other module decides it.

A unit sees itself and everything below. From a unit above, a unit sees the measures and campaigns
that were sent down to it, and nothing else. From a unit beside, a unit sees nothing. An account
sees what its unit sees. Whoever asks for more gets `NotFound`, so that a stranger does not learn
what exists.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, exists, or_
from sqlmodel import Session, col, select

from models import Account, Assignment, Campaign, Measure, Unit
from queries.units.units import GIVEN, AnyUnit, get_unit, get_unit_by_id, given, within
from rules.sentences.not_found import NotFound

__all__ = [
    "NotFound",
    "find_unit_of",
    "get_unit_of",
    "get_visible_campaign",
    "get_visible_measure",
    "get_visible_unit",
    "list_visible_units",
    "may_see",
    "visible_campaigns",
    "visible_measures",
    "visible_units",
]


def may_see(account_unit: Unit, unit: Unit) -> bool:
    """Whether `unit` is `account_unit` or stands below it."""
    return account_unit.lft <= unit.lft <= account_unit.rgt


def visible_units(account_unit: AnyUnit, column: Any = Unit.lft) -> ColumnElement[bool]:
    """The clause for the units an account of `account_unit` sees; `column` holds `Unit.lft`."""
    return within(account_unit, column)


def visible_campaigns(account_unit: AnyUnit) -> ColumnElement[bool]:
    """The clause on `Campaign` "owned at or below the unit, or sent down to the unit"."""
    sent_down = (
        exists()
        .where(col(Measure.campaign_id) == Campaign.id)
        .where(col(Assignment.measure_id) == Measure.id)
        .where(col(Assignment.unit_id) == account_unit.id)
    )
    return or_(_owned(account_unit, Campaign.unit_id), sent_down)


def visible_measures(account_unit: AnyUnit) -> ColumnElement[bool]:
    """The clause on `Measure` "of a campaign owned at or below the unit, or sent down to the unit".

    A measure that was sent to a unit below has passed through this unit, or was issued below it.
    """
    owned = (
        exists()
        .where(col(Campaign.id) == Measure.campaign_id)
        .where(_owned(account_unit, Campaign.unit_id))
    )
    sent_down = (
        exists()
        .where(col(Assignment.measure_id) == Measure.id)
        .where(col(Assignment.unit_id) == account_unit.id)
    )
    return or_(owned, sent_down)


def _owned(account_unit: AnyUnit, column: Any) -> ColumnElement[bool]:
    """The clause "`column` (an id of a unit) is that of the unit or of one below".

    EXISTS looks at the units of the few campaigns. IN would list all units below first.
    """
    return exists().where(col(Unit.id) == column, visible_units(account_unit))


def get_unit_of(session: Session, account: Account) -> Unit:
    """The unit of the account. Raises `NotFound`."""
    return get_unit_by_id(session, account.unit_id)


def find_unit_of(session: Session, actor: Account | None) -> Unit | None:
    """The unit of the actor; None for the product itself."""
    return get_unit_of(session, actor) if actor else None


def get_visible_unit(session: Session, account: Account, code: str) -> Unit:
    """The unit with this code, if the account sees the unit. Raises `NotFound`."""
    unit = get_unit(session, code)
    if not may_see(get_unit_of(session, account), unit):
        raise NotFound
    return unit


def list_visible_units(session: Session, account_unit: Unit, codes: Sequence[str]) -> list[Unit]:
    """The units with these codes that an account of `account_unit` sees. The others are left out,
    as if they did not exist."""
    wanted = select(Unit).where(col(Unit.code).in_(codes), visible_units(account_unit))
    return list(session.exec(wanted.order_by(col(Unit.lft))))


def get_visible_campaign(session: Session, account: Account, campaign_id: int) -> Campaign:
    """The campaign, if the account sees the campaign. Raises `NotFound`."""
    own = get_unit_of(session, account)
    campaign: Campaign | None = session.scalars(
        _CAMPAIGN, {"one": campaign_id, **given(own)}
    ).first()
    if campaign is None:
        raise NotFound
    return campaign


def get_visible_measure(session: Session, account: Account, measure_id: int) -> Measure:
    """The measure, if the account sees the measure. Raises `NotFound`."""
    values = {"one": measure_id, **given(get_unit_of(session, account))}
    measure: Measure | None = session.scalars(_MEASURE, values).first()
    if measure is None:
        raise NotFound
    return measure


_ONE = bindparam("one", type_=Integer)
_CAMPAIGN = select(Campaign).where(Campaign.id == _ONE, visible_campaigns(GIVEN))
_MEASURE = select(Measure).where(Measure.id == _ONE, visible_measures(GIVEN))
"""Statements of many pages, which are built once in the life of the process."""
