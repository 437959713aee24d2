"""Queries about troubles: what keeps an office's work from being done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from models import Account, LastLook, Trouble
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.campaigns.troubles import DISPATCHER
from rules.sentences.not_found import NotFound

MOST = 50


def list_troubles(session: Session, unit_id: int) -> Sequence[Trouble]:
    """The open troubles of an office and those of every office, the latest first."""
    wanted = select(Trouble).where(*open_for(unit_id))
    return session.exec(wanted.order_by(col(Trouble.since).desc()).limit(MOST)).all()


def count_troubles(session: Session, unit_id: int) -> int:
    """How many open troubles there are for an office."""
    wanted = select(func.count()).select_from(Trouble).where(*open_for(unit_id))
    return session.exec(wanted).one()


def find_looked_at(session: Session) -> datetime | None:
    """When the dispatcher looked last; None: never."""
    return session.exec(select(LastLook.at).where(LastLook.name == DISPATCHER)).first()


def get_own_trouble(session: Session, account: Account, trouble_id: int) -> Trouble:
    """The trouble, for an office account of its unit. Raises `NotFound`."""
    trouble = session.get(Trouble, trouble_id)
    if trouble is None:
        raise NotFound
    require(account, Right.SETTLE_TROUBLE, Subject(trouble.unit_id))
    return trouble


def open_for(unit_id: int | ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
    """The clauses for the open troubles of an office."""
    whose = or_(col(Trouble.unit_id) == unit_id, col(Trouble.unit_id).is_(None))
    return col(Trouble.ended_at).is_(None), whose
