"""Changes of assignments: the one place where a status changes, with its history beside it."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Integer,
    and_,
    bindparam,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlmodel import Session, col

from models import Account, Act, Assignment, Event, Status
from rules.assignments.states import after, possible
from rules.sentences.not_found import NotFound
from services.assignments.roll_up import lock_measures, measures_of, rolled_up, rolled_up_one


def lock_assignment(session: Session, assignment_id: int) -> Assignment:
    """The assignment as it is now, with everyone else who would change it waiting.

    Raises `NotFound`.
    """
    session.execute(_MEASURE_OF_ONE, {"one": assignment_id})
    return lock_for_draft(session, assignment_id)


def lock_for_draft(session: Session, assignment_id: int) -> Assignment:
    """The assignment alone is locked: its totals stay as they are. Raises `NotFound`."""
    found = session.scalars(_ONE, {"one": assignment_id}).first()
    if found is None:
        raise NotFound
    return found


def change(
    session: Session,
    assignment: Assignment,
    act: Act,
    *,
    actor: Account | None,
    now: datetime,
    reason: str = "",
    corrected: bool = False,
    **values: Any,
) -> Assignment:
    """Do `act` to a locked assignment, set `values` with it, and write its history.

    `actor` None is the product itself; `corrected` as `rules.assignments.states.after` says. Raises
    `rules.assignments.states.IllegalChange`.
    """
    status = after(assignment.status, act, lowest=assignment.lowest, corrected=corrected)
    event = {
        "assignment_id": assignment.id, "at": now, "account_id": actor.id if actor else None,
        "act": str(act), "from_status": assignment.status, "to_status": str(status),
        "reason": reason,
    }  # fmt: skip
    with rolled_up_one(session, assignment, becomes=status):
        session.execute(_ONE_EVENT, event)
        session.execute(_SET_ONE, {"one": assignment.id, "status": str(status), **values})
    session.refresh(assignment)
    return assignment


def change_all(
    session: Session,
    where: ColumnElement[bool],
    act: Act,
    status: Status,
    *,
    actor: Account | None,
    now: datetime,
    reason: str = "",
    **values: Any,
) -> int:
    """Do `act` to all assignments of `where` that it leads to `status`; returns how many.

    `where` must select the same assignments before and after (by id, by measure). The number
    of statements does not depend on how many there are.
    """
    lock_measures(session, where)
    able = and_(where, _leads(act, status))
    with rolled_up(session, where):
        _record(session, able, act, status, actor=actor, now=now, reason=reason)
        count = _set(session, able, status, values)
    session.expire_all()
    return count


def _leads(act: Act, wanted: Status) -> ColumnElement[bool]:
    """The assignments that `act` leads to `wanted`."""

    def starts(lowest: bool) -> ColumnElement[bool]:
        able = [one for one in Status if possible(one, lowest=lowest).get(act) == wanted]
        return and_(col(Assignment.lowest).is_(lowest), col(Assignment.status).in_(able))

    return or_(starts(True), starts(False))


def _record(
    session: Session,
    chosen: Any,
    act: Act,
    status: Status,
    *,
    actor: Account | None,
    now: datetime,
    reason: str,
) -> None:
    """One row of history for each chosen assignment, from the status it still has."""
    row = select(
        col(Assignment.id),
        literal(now, Event.__table__.c.at.type),  # type: ignore[attr-defined]
        literal(actor.id if actor else None, Event.__table__.c.account_id.type),  # type: ignore[attr-defined]
        literal(str(act)),
        col(Assignment.status),
        literal(str(status)),
        literal(reason),
    ).where(chosen)
    names = ["assignment_id", "at", "account_id", "act", "from_status", "to_status", "reason"]
    statement = insert(Event).from_select(names, row.order_by(col(Assignment.id)))
    session.execute(statement)


def _set(session: Session, chosen: Any, status: Status, values: dict[str, Any]) -> int:
    """Returns how many rows were changed."""
    written = session.execute(
        update(Assignment)
        .where(chosen)
        .values(status=status, version=col(Assignment.version) + 1, **values)
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], written).rowcount


_MEASURE_OF_ONE = measures_of(col(Assignment.id) == bindparam("one", type_=Integer))
_ONE = (
    select(Assignment)
    .where(col(Assignment.id) == bindparam("one", type_=Integer))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_ONE_EVENT = insert(Event.__table__)  # type: ignore[attr-defined]
_SET_ONE = (
    update(Assignment.__table__)  # type: ignore[attr-defined]
    .where(col(Assignment.id) == bindparam("one"))
    .values(version=col(Assignment.version) + 1)
)
"""The statements of a single act are built once in the life of the process: that takes longer
than carrying them out. What is set stands in the parameters."""
