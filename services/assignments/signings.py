"""A unit signs for many assignments at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from adapters.database import insert_into
from models import Account, Act, Assignment, Gate, HandDown, MeasureGate
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.assignments.states import possible, signing_releases
from rules.sentences.not_found import NotFound
from services.assignments.changes import Change, change_each, lock_assignments


class Signed(NamedTuple):
    """What signing for many assignments has done; counts of assignments."""

    signed: int
    released: int
    """Those that were passed on as well, because their gate asks for no more."""
    waiting: int
    """Those that the unit still has to pass on itself."""


def acknowledge_each(
    session: Session, ids: Collection[int], *, actor: Account, now: datetime
) -> Signed:
    """Sign for many assignments of the unit, as `assignments.acknowledge` does for one.

    Assignments that are signed for, withdrawn or closed already stay as they are. The number of
    statements is constant. Raises `NotFound` where one of them is another unit's.
    """
    locked = lock_assignments(session, list(ids))
    if len(locked) < len(set(ids)):
        raise NotFound
    for unit_id in {row.unit_id for row in locked.values()}:
        require(actor, Right.ACKNOWLEDGE, Subject(unit_id))
    fresh = _list_fresh(session, ids)
    if not fresh:
        return Signed(0, 0, 0)
    released = _list_releasing(session, fresh)
    signing = {"acknowledged_at": now}
    change_each(session, [Change(row, Act.ACKNOWLEDGE, now, signing, actor=actor) for row in fresh])
    if released:
        passing = {"released_at": now}
        change_each(
            session, [Change(row, Act.RELEASE, now, passing, actor=actor) for row in released]
        )
        _request_each(session, released, actor, now)
    waiting = sum(not row.lowest and row.released_at is None for row in fresh)
    return Signed(len(fresh), len(released), waiting)


def _list_fresh(session: Session, ids: Collection[int]) -> Sequence[Assignment]:
    """Those of the locked assignments that can be signed for."""
    wanted = select(Assignment).where(
        col(Assignment.id).in_(ids),
        col(Assignment.acknowledged_at).is_(None),
        col(Assignment.closed_at).is_(None),
    )
    stored = wanted.order_by(col(Assignment.id)).execution_options(populate_existing=True)
    return [
        row
        for row in session.scalars(stored)
        if Act.ACKNOWLEDGE in possible(row.status, lowest=row.lowest)
    ]


def _list_releasing(session: Session, rows: Sequence[Assignment]) -> list[Assignment]:
    """Those that are released when they are signed for."""
    own = col(MeasureGate.measure_id).in_({row.measure_id for row in rows})
    gates: Mapping[tuple[int, str], Gate] = {
        (gate.measure_id, gate.level): gate.gate
        for gate in session.scalars(select(MeasureGate).where(own))
    }
    return [
        row
        for row in rows
        if signing_releases(
            row.status, lowest=row.lowest, gate=gates.get((row.measure_id, row.level), Gate.AUTO)
        )
    ]


def _request_each(
    session: Session, released: Sequence[Assignment], actor: Account, now: datetime
) -> None:
    """Write the wishes to hand the released assignments down."""
    rows = [
        {
            "measure_id": row.measure_id, "period": row.period, "unit_id": row.unit_id,
            "requested_at": now, "requested_by": actor.id,
        }
        for row in released
    ]  # fmt: skip
    session.execute(insert_into(session, HandDown).values(rows).on_conflict_do_nothing())
