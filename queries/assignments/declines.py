"""Queries about declines: what waits for a unit's ruling, and what was ruled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, and_, bindparam, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Assignment, Campaign, Decline, DeclineKind, Draft, Measure, Ruling, Unit
from queries.assignments.still_open import DECLINED
from queries.units.units import current, within
from queries.units.visibility import visible_units
from rules.sentences.not_found import NotFound

_asked, _handed = aliased(Unit), aliased(Unit)
_other = aliased(Assignment)
CANDIDATES = 200
"""The most units that a page offers for a hand-over; others are named by code."""


class WhichDeclines(StrEnum):
    """Which declines a list shows."""

    ASKED = "asked"
    """Those that wait for the viewer's ruling."""
    OWN = "own"
    """Those of the viewer's own unit."""
    ALL = "all"


class Declined(NamedTuple):
    """One decline with what it is about."""

    id: int
    assignment_id: int
    title: str
    period: str
    campaign: str
    unit: str
    """The name of the unit that refused."""
    asked: str
    """The name of the unit that is to rule, or has ruled."""
    kind: DeclineKind
    reason: str
    whose: str
    at: datetime
    due_on: date
    """The last day for the ruling."""
    final: bool
    escalations: int
    ruled_at: datetime | None
    ruling: Ruling | None
    ruling_reason: str
    handed_to: str
    """The name of the unit that got the work; empty: none did."""
    handed_to_id: int | None
    """Its assignment."""
    stood_still: int
    assignment_due_on: date
    lowest: bool
    pending: bool
    """A ruling is still to be given."""
    asked_id: int


_BY_NAME = ByName(
    Declined,
    id=col(Decline.id),
    assignment_id=col(Assignment.id),
    title=col(Measure.title),
    period=col(Assignment.period),
    campaign=col(Campaign.title),
    unit=col(Unit.name),
    asked=_asked.name,
    kind=col(Decline.kind),
    reason=col(Decline.reason),
    whose=col(Decline.whose),
    at=col(Decline.at),
    due_on=col(Decline.due_on),
    final=col(Decline.final),
    escalations=col(Decline.escalations),
    ruled_at=col(Decline.ruled_at),
    ruling=col(Decline.ruling),
    ruling_reason=col(Decline.ruling_reason),
    handed_to=func.coalesce(_handed.name, ""),
    handed_to_id=col(Decline.handed_to_id),
    stood_still=col(Decline.stood_still),
    assignment_due_on=col(Assignment.due_on),
    lowest=col(Assignment.lowest),
    pending=and_(DECLINED, col(Decline.ruled_at).is_(None)),
    asked_id=col(Decline.asked_id),
)


def _joined(statement: Any) -> Any:
    return (
        statement.select_from(Decline)
        .join(Assignment, col(Assignment.id) == Decline.assignment_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Campaign, col(Campaign.id) == Measure.campaign_id)
        .join(_asked, _asked.id == Decline.asked_id)
        .outerjoin(_other, _other.id == Decline.handed_to_id)
        .outerjoin(_handed, _handed.id == _other.unit_id)
    )


def waiting_for(unit_id: Any) -> ColumnElement[bool]:
    """The clause on `Decline` and `Assignment` "the unit is to rule"."""
    return and_(DECLINED, col(Decline.ruled_at).is_(None), col(Decline.asked_id) == unit_id)


def list_waiting_declines(session: Session, unit_id: int, *, limit: int) -> Sequence[Declined]:
    """What the unit is to rule about, the earliest day first; one statement."""
    rows = session.execute(
        _joined(select(*_BY_NAME.columns))
        .where(waiting_for(unit_id))
        .order_by(col(Decline.due_on), col(Decline.id))
        .limit(limit)
    )
    return _BY_NAME.values(rows)


def list_declines(
    session: Session, viewer: Unit, *, shown: WhichDeclines, page: int, size: int
) -> tuple[Sequence[Declined], int]:
    """A page of the declines of the viewer's unit and of the units below, and how many pages of
    `size` there are. Those that wait come with the earliest day first, others the newest first."""
    clauses = {
        WhichDeclines.ASKED: waiting_for(viewer.id),
        WhichDeclines.OWN: col(Assignment.unit_id) == viewer.id,
        WhichDeclines.ALL: visible_units(viewer),
    }[shown]
    count = session.execute(_joined(select(func.count())).where(clauses)).scalar_one()
    first = [col(Decline.due_on)] if shown == WhichDeclines.ASKED else []
    rows = session.execute(
        _joined(select(*_BY_NAME.columns))
        .where(clauses)
        .order_by(*first, col(Decline.id).desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return _BY_NAME.values(rows), max(1, -(-count // size))


def list_declines_of(session: Session, assignment_id: int) -> Sequence[Declined]:
    """The declines of an assignment, and the one by which it was handed over to its unit; the
    first comes first."""
    return _BY_NAME.values(session.execute(_OF_ONE, {"assignment": assignment_id}))


def read_decline(session: Session, viewer: Unit, decline_id: int) -> Declined:
    """One decline, for its unit and the units above. Raises `NotFound` for any other."""
    rows = session.execute(
        _joined(select(*_BY_NAME.columns)).where(
            col(Decline.id) == decline_id, visible_units(viewer)
        )
    )
    found = _BY_NAME.values(rows)
    if not found:
        raise NotFound
    return found[0]


def find_previous_decline(session: Session, assignment_id: int) -> Decline | None:
    """The latest decline of the same work: of the assignment, or the one by which it came."""
    return session.exec(
        select(Decline).where(_about(assignment_id)).order_by(col(Decline.id).desc()).limit(1)
    ).one_or_none()


def _about(assignment_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    return or_(
        col(Decline.assignment_id) == assignment_id, col(Decline.handed_to_id) == assignment_id
    )


def list_named_units(session: Session, above: Unit, level: str, text: str) -> Sequence[Unit]:
    """The first two current units of a level below `above` that bear `text` as code or name."""
    return session.exec(
        select(Unit)
        .where(
            within(above),
            current(),
            col(Unit.takes_assignments),
            col(Unit.level) == level,
            or_(col(Unit.code) == text, col(Unit.name) == text),
        )
        .order_by(col(Unit.lft))
        .limit(2)
    ).all()


def list_candidates(session: Session, assignment_id: int) -> Sequence[Unit]:
    """Units beside the assignment's unit that have not got the measure; at most `CANDIDATES`."""
    own, beside, has = aliased(Assignment), aliased(Unit), aliased(Assignment)
    return session.exec(
        select(Unit)
        .join(beside, col(beside.parent_id) == Unit.parent_id)
        .join(own, col(own.unit_id) == beside.id)
        .where(
            own.id == assignment_id,
            current(),
            col(Unit.takes_assignments),
            col(Unit.level) == beside.level,
            ~select(has.id)
            .where(
                has.unit_id == Unit.id,
                has.measure_id == own.measure_id,
                has.period == own.period,
            )
            .exists(),
        )
        .order_by(col(Unit.lft))
        .limit(CANDIDATES)
    ).all()


def has_draft(session: Session, assignment_id: int) -> bool:
    """Whether a draft is kept with the assignment."""
    found = select(Draft.assignment_id).where(Draft.assignment_id == assignment_id)
    return session.exec(found).first() is not None


_OF_ONE: Any = (
    _joined(select(*_BY_NAME.columns))
    .where(_about(bindparam("assignment", type_=Integer)))
    .order_by(col(Decline.id))
)
"""A statement of every page of an assignment, built once."""
