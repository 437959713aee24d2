"""Changes of assignments. No other module changes a status or writes that change's history."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Integer,
    and_,
    bindparam,
    case,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlmodel import Session, col

from models import Account, Act, Assignment, Event, Measure, Status, Unit
from queries.assignments.still_open import OPEN
from rules.assignments.states import ClosedMeasure, after, possible, sending
from rules.dates.calendar import local_time
from rules.sentences.not_found import NotFound
from services.assignments.roll_up import lock_measures, measures_of, rolled_up, rolled_up_one


def lock_assignment(session: Session, assignment_id: int) -> Assignment:
    """The assignment as it is now. Its measure and the assignment are locked. Raises `NotFound`."""
    session.execute(_MEASURE_OF_ONE, {"one": assignment_id})
    return lock_for_draft(session, assignment_id)


def lock_for_draft(session: Session, assignment_id: int) -> Assignment:
    """The assignment as it is now. Only the assignment is locked, because a draft changes no total.

    Raises `NotFound`.
    """
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
    """Do `act` to a locked assignment, set the columns `values`, and write the history.

    `actor` None is the product itself. `corrected` has the meaning it has in
    `rules.assignments.states.after`. Raises `rules.assignments.states.IllegalChange` and
    `ClosedMeasure`.
    """
    require_open(session, assignment, act)
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
    """Do `act` to the assignments of `where` that the act leads to `status`, and return how many.

    `where` must select the same assignments before and after the change (by id, by measure). The
    number of statements does not depend on the number of assignments.
    """
    lock_measures(session, where)
    able = and_(where, _leads(act, status), OPEN)
    becomes = literal(str(status))
    how: dict[str, Any] = {"actor": actor, "now": now, "reason": reason}
    return _change_rows(session, where, able, act, becomes, values, **how)


def close_all(
    session: Session, where: ColumnElement[bool], *, actor: Account, now: datetime
) -> int:
    """Close the assignments of `where` that are not withdrawn, and return how many.

    An approved assignment gets the status `closed`; any other keeps its status. `where` obeys the
    rule of `change_all`.
    """
    lock_measures(session, where)
    able = and_(where, col(Assignment.status) != Status.WITHDRAWN, OPEN)
    becomes = case(
        (col(Assignment.status) == Status.APPROVED, str(Status.CLOSED)), else_=Assignment.status
    )
    how: dict[str, Any] = {"actor": actor, "now": now, "reason": ""}
    return _change_rows(session, where, able, Act.CLOSE, becomes, {"closed_at": now}, **how)


def open_all_again(
    session: Session, where: ColumnElement[bool], *, reason: str, actor: Account, now: datetime
) -> int:
    """Take `close_all` back and return how many assignments are open again."""
    lock_measures(session, where)
    able = and_(where, not_(OPEN))
    becomes = case(
        (col(Assignment.status) == Status.CLOSED, str(Status.APPROVED)), else_=Assignment.status
    )
    how: dict[str, Any] = {"actor": actor, "now": now, "reason": reason}
    return _change_rows(session, where, able, Act.OPEN_AGAIN, becomes, {"closed_at": None}, **how)


def require_open(session: Session, assignment: Assignment, act: Act) -> None:
    """Raises `ClosedMeasure` when the measure of a locked assignment is closed."""
    if assignment.closed_at is not None:
        issuer = select(col(Unit.name)).join(Measure, col(Measure.unit_id) == Unit.id)
        name = session.scalars(issuer.where(col(Measure.id) == assignment.measure_id)).one()
        raise ClosedMeasure(act, name, f"{local_time(assignment.closed_at):%Y-%m-%d %H:%M}")


def require_fillable(session: Session, assignment: Assignment) -> None:
    """Raises `IllegalChange` when the form cannot be sent now, not even as a correction, and
    `ClosedMeasure` when the measure is closed."""
    act = sending(assignment.status)
    require_open(session, assignment, act)
    after(assignment.status, act, lowest=assignment.lowest)


def _change_rows(
    session: Session,
    where: ColumnElement[bool],
    able: ColumnElement[bool],
    act: Act,
    becomes: ColumnElement[str],
    values: dict[str, Any],
    **how: Any,
) -> int:
    """Write history, status, `values` and totals for the `able` assignments of `where`."""
    with rolled_up(session, where):
        _record(session, able, act, becomes, **how)
        count = _set(session, able, becomes, values)
    session.expire_all()
    return count


def _leads(act: Act, wanted: Status) -> ColumnElement[bool]:
    """The clause "`act` leads the assignment to `wanted`"."""

    def starts(lowest: bool) -> ColumnElement[bool]:
        able = [status for status in Status if possible(status, lowest=lowest).get(act) == wanted]
        return and_(col(Assignment.lowest).is_(lowest), col(Assignment.status).in_(able))

    return or_(starts(True), starts(False))


def _record(
    session: Session,
    chosen: Any,
    act: Act,
    becomes: ColumnElement[str],
    *,
    actor: Account | None,
    now: datetime,
    reason: str,
) -> None:
    """Write one row of history for each chosen assignment, whose status is not changed yet."""
    row = select(
        col(Assignment.id),
        literal(now, Event.__table__.c.at.type),  # type: ignore[attr-defined]
        literal(actor.id if actor else None, Event.__table__.c.account_id.type),  # type: ignore[attr-defined]
        literal(str(act)),
        col(Assignment.status),
        becomes,
        literal(reason),
    ).where(chosen)
    names = ["assignment_id", "at", "account_id", "act", "from_status", "to_status", "reason"]
    statement = insert(Event).from_select(names, row.order_by(col(Assignment.id)))
    session.execute(statement)


def _set(session: Session, chosen: Any, becomes: ColumnElement[str], values: dict[str, Any]) -> int:
    """Set status and values of the chosen assignments, and return how many there were."""
    written = session.execute(
        update(Assignment)
        .where(chosen)
        .values(status=becomes, version=col(Assignment.version) + 1, **values)
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
"""The statements of a single act are built once, because building takes longer than carrying out.
What an act sets stands in the parameters."""
