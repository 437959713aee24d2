"""Queries about extensions: requests that wait for a unit, and those of an assignment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Assignment, Campaign, DueMove, Extension, ExtensionOutcome, Measure, Unit
from models.parameters import among
from queries.assignments.still_open import OPEN_WORK, OWED

_asked, _passed_by, _own = aliased(Unit), aliased(Unit), aliased(Assignment)


class Requested(NamedTuple):
    """One request for more time."""

    id: int
    assignment_id: int
    title: str
    period: str
    campaign: str
    unit_id: int
    unit: str
    """The name of the unit that asks."""
    due_on: date
    """The present due date."""
    wanted_on: date
    reason: str
    at: datetime
    asked_id: int
    asked: str
    """The name of the unit that is to decide, or has decided."""
    bound: date
    """The due date of that unit itself."""
    passed_by: str
    """The name of the unit that passed the request up; empty: none did."""
    outcome: ExtensionOutcome | None
    granted_on: date | None
    decided_at: datetime | None
    decision_reason: str
    owed: bool
    """The unit still owes an answer."""


_BY_NAME = ByName(
    Requested,
    id=col(Extension.id),
    assignment_id=col(Assignment.id),
    title=col(Measure.title),
    period=col(Assignment.period),
    campaign=col(Campaign.title),
    unit_id=col(Unit.id),
    unit=col(Unit.name),
    due_on=col(Assignment.due_on),
    wanted_on=col(Extension.wanted_on),
    reason=col(Extension.reason),
    at=col(Extension.at),
    asked_id=col(Extension.asked_id),
    asked=_asked.name,
    bound=_own.due_on,
    passed_by=func.coalesce(_passed_by.name, ""),
    outcome=col(Extension.outcome),
    granted_on=col(Extension.granted_on),
    decided_at=col(Extension.decided_at),
    decision_reason=col(Extension.decision_reason),
    owed=OWED,
)


def _joined(statement: Any) -> Any:
    return (
        statement.select_from(Extension)
        .join(Assignment, col(Assignment.id) == Extension.assignment_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Campaign, col(Campaign.id) == Measure.campaign_id)
        .join(_asked, _asked.id == Extension.asked_id)
        .join(
            _own,
            and_(
                col(_own.unit_id) == Extension.asked_id,
                col(_own.measure_id) == Assignment.measure_id,
                col(_own.period) == Assignment.period,
            ),
        )
        .outerjoin(_passed_by, _passed_by.id == Extension.passed_by_id)
    )


def requested_of(unit_id: Any) -> ColumnElement[bool]:
    """The clause on `Extension` and `Assignment` "the unit is to decide"."""
    return and_(OWED, col(Extension.decided_at).is_(None), col(Extension.asked_id) == unit_id)


def list_requested(
    session: Session, unit_id: int, *, page: int, size: int
) -> tuple[Sequence[Requested], int]:
    """A page of the requests that wait for the unit's decision, by present due date, and how many
    pages of `size` there are."""
    count = session.execute(_joined(select(func.count())).where(requested_of(unit_id))).scalar_one()
    rows = session.execute(
        _joined(select(*_BY_NAME.columns))
        .where(requested_of(unit_id))
        .order_by(col(Assignment.due_on), col(Measure.id), col(Unit.lft))
        .limit(size)
        .offset((page - 1) * size)
    )
    return _BY_NAME.values(rows), max(1, -(-count // size))


def list_requests_of(session: Session, assignment_id: int) -> Sequence[Requested]:
    """The requests of an assignment, the first one first."""
    rows = session.execute(
        _joined(select(*_BY_NAME.columns))
        .where(col(Assignment.id) == assignment_id)
        .order_by(col(Extension.id))
    )
    return _BY_NAME.values(rows)


def list_chosen_requests(
    session: Session, ids: Collection[int], *, lock: bool
) -> Sequence[Requested]:
    """The requests with these ids, by id. `lock`: their rows are locked."""
    wanted = _joined(select(*_BY_NAME.columns)).where(col(Extension.id).in_(ids))
    wanted = wanted.order_by(col(Extension.id)).execution_options(populate_existing=True)
    if lock:
        wanted = wanted.with_for_update(of=Extension)
    return _BY_NAME.values(session.execute(wanted))


def list_moves(session: Session, assignment_id: int) -> Sequence[DueMove]:
    """The moves of the due date of an assignment, the first one first."""
    wanted = select(DueMove).where(col(DueMove.assignment_id) == assignment_id)
    return session.exec(wanted.order_by(col(DueMove.id))).all()


class Extendable(NamedTuple):
    """An assignment below a unit that can get more time."""

    id: int
    code: str
    unit: str
    due_on: date
    lowest: bool


def list_extendable(session: Session, own: Assignment) -> Sequence[Extendable]:
    """The open assignments directly below `own`, in the order of the list."""
    by_name = ByName(
        Extendable,
        id=col(Assignment.id),
        code=col(Unit.code),
        unit=col(Unit.name),
        due_on=col(Assignment.due_on),
        lowest=col(Assignment.lowest),
    )
    rows = session.execute(
        select(*by_name.columns)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(col(Assignment.parent_id) == own.id, OPEN_WORK)
        .order_by(col(Unit.lft))
    )
    return by_name.values(rows)


def list_with_lower(
    session: Session, own: Assignment, ids: Collection[int], *, deep: bool
) -> Sequence[Assignment]:
    """Those of the assignments directly below `own` that are among `ids` and open; `deep`: and all
    open ones below them."""
    chosen, top = aliased(Assignment), aliased(Unit)
    place: Any = col(Unit.id) == top.id
    if deep:
        place = col(Unit.lft).between(top.lft, top.rgt)
    wanted = (
        select(Assignment)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .join(top, place)
        .join(chosen, col(chosen.unit_id) == top.id)
        .where(
            col(Assignment.measure_id) == own.measure_id,
            col(Assignment.period) == own.period,
            OPEN_WORK,
            col(chosen.parent_id) == own.id,
            among(col(chosen.id), "ids"),
        )
        .params(ids=[*ids])
    )
    return session.exec(wanted.order_by(col(Assignment.id))).all()
