"""Predicates: what the table of permissions asks about the actor and the subject of an act.

`docs/permissions.md` shows the first line of each predicate's docstring.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from models import Account, Role, Unit


class Asker(NamedTuple):
    """Who wants to act."""

    account: Account | None
    """None: the product itself acts."""
    unit: Unit | None = None
    """The account's unit. Needed only for predicates that compare places in the tree."""


class Subject(NamedTuple):
    """What is acted on, with the facts that predicates ask about."""

    unit_id: int | None = None
    """The unit that the subject belongs to."""
    above_id: int | None = None
    """The unit that decides about the subject: the unit directly above, or at the top the unit
    itself."""
    account_id: int | None = None
    """The account that the subject belongs to."""
    place: int | None = None
    """`Unit.lft` of the unit that the subject belongs to."""
    silent: bool = False
    """The unit that the subject belongs to has no working account."""
    unit_name: str = ""
    """The name of that unit, for the sentence of a refusal."""
    asked_ids: frozenset[int] = frozenset()
    """The units that are asked for an answer."""

    @classmethod
    def of(cls, unit: Unit, account_id: int | None = None) -> Subject:
        """The subject that belongs to `unit`, and to an account where one is given."""
        return cls(unit.id, account_id=account_id, place=unit.lft, unit_name=unit.name)


Predicate = Callable[[Asker, Subject], bool]


def the_product(asker: Asker, _subject: Subject) -> bool:
    """the product itself"""
    return asker.account is None


def anyone(asker: Asker, _subject: Subject) -> bool:
    """every account, for its own unit"""
    return asker.account is not None


def own_unit(asker: Asker, subject: Subject) -> bool:
    """the unit it belongs to"""
    return asker.account is not None and asker.account.unit_id == subject.unit_id


def own_office(asker: Asker, subject: Subject) -> bool:
    """the office of the unit it belongs to"""
    return own_unit(asker, subject) and _is_office(asker)


def directly_above(asker: Asker, subject: Subject) -> bool:
    """the unit directly above; of what that unit has answered, the next one; at the top itself"""
    return asker.account is not None and asker.account.unit_id == subject.above_id


def above_a_silent_unit(asker: Asker, subject: Subject) -> bool:
    """the unit directly above, while the unit it belongs to has no working account"""
    return subject.silent and directly_above(asker, subject)


def at_or_above(asker: Asker, subject: Subject) -> bool:
    """the unit it belongs to, and every unit above"""
    if asker.account is None or asker.unit is None or subject.place is None:
        return False
    return asker.unit.lft <= subject.place <= asker.unit.rgt


def above(asker: Asker, subject: Subject) -> bool:
    """every unit above the unit it belongs to"""
    return at_or_above(asker, subject) and not own_unit(asker, subject)


def office_at_or_above(asker: Asker, subject: Subject) -> bool:
    """the office of the unit it belongs to, and of every unit above"""
    return at_or_above(asker, subject) and _is_office(asker)


def asked_unit(asker: Asker, subject: Subject) -> bool:
    """a unit that owes the answer"""
    return asker.account is not None and asker.account.unit_id in subject.asked_ids


def office_above(asker: Asker, subject: Subject) -> bool:
    """the office of every unit above; at the top, the office itself"""
    if not office_at_or_above(asker, subject) or asker.unit is None:
        return False
    return asker.unit.parent_id is None or asker.unit.id != subject.unit_id


def topmost_office(asker: Asker, _subject: Subject) -> bool:
    """the office of the unit at the top of the tree"""
    return _is_office(asker) and asker.unit is not None and asker.unit.parent_id is None


def oneself(asker: Asker, subject: Subject) -> bool:
    """the account itself"""
    return asker.account is not None and asker.account.id == subject.account_id


def _is_office(asker: Asker) -> bool:
    return asker.account is not None and asker.account.role == Role.OFFICE
