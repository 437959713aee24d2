"""Changes of assignments. No other module changes a status or writes that change's history."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CursorResult,
    Integer,
    String,
    and_,
    bindparam,
    case,
    delete,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col

from models import Account, Act, AnswerNumber, Assignment, Event, Measure, Status, Unit
from models.parameters import among, given_rows
from queries.assignments.still_open import OPEN
from rules.assignments.states import OUT, REPORTED, ClosedMeasure, after, possible, sending
from rules.dates.calendar import local_time
from rules.sentences.not_found import NotFound
from services.assignments.roll_up import (
    STANDING,
    Moved,
    add_differences,
    lock_measures,
    measures_of,
    rolled_up,
    standing_of,
)


@dataclass(frozen=True)
class Change:
    """An act to be done to a locked assignment."""

    assignment: Assignment
    act: Act
    now: datetime
    values: Mapping[str, Any] = field(default_factory=dict)
    """Columns that are set with it."""
    reason: str = ""
    actor: Account | None = None
    """None: the product itself."""
    corrected: bool = False
    """As `rules.assignments.states.after` says."""
    numbers: Mapping[str, int] | None = None
    """What its `AnswerNumber`s become; None: they stay."""

    @property
    def status(self) -> Status:
        """The status that the act leads to. Raises `rules.assignments.states.IllegalChange`."""
        assignment = self.assignment
        return after(
            assignment.status, self.act, lowest=assignment.lowest, corrected=self.corrected
        )


def lock_assignment(session: Session, assignment_id: int) -> Assignment:
    """The assignment as it is now. The assignment is locked.

    Acts on other assignments of the measure go on. Acts on all of them wait. Raises `NotFound`.
    """
    _share_measures(session, [assignment_id])
    return lock_for_draft(session, assignment_id)


class Locked(NamedTuple):
    """What is known of an assignment as soon as it is locked."""

    lowest: bool
    unit_id: int


def lock_assignments(session: Session, ids: Collection[int]) -> dict[int, Locked]:
    """Lock many assignments as `lock_assignment` does, in two statements. Returns those that exist,
    by id.

    Measures are locked first, and all rows in the order of their ids, so that two who lock never
    wait for each other.
    """
    _share_measures(session, ids)
    return {
        row.id: Locked(row.lowest, row.unit_id)
        for row in session.execute(_ASSIGNMENTS, {"ids": ids})
    }


def _share_measures(session: Session, ids: Collection[int]) -> None:
    """Lock the measures of the assignments for shared use. SQLite has locked the whole database
    already."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(_MEASURES, {"ids": ids}).all()


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
    numbers: Mapping[str, int] | None = None,
    **values: Any,
) -> Assignment:
    """Do `act` to a locked assignment, set the columns `values`, and write the history.

    The other arguments are those of `Change`. Raises `rules.assignments.states.IllegalChange` and
    `ClosedMeasure`.
    """
    require_open(session, assignment, act)
    wanted = Change(assignment, act, now, values, reason, actor, corrected, numbers)
    change_each(session, [wanted])
    return assignment


def change_each(session: Session, changes: Sequence[Change]) -> None:
    """Do an act to each of many assignments that are locked and whose measures are open.

    All changes set the same columns. The number of statements does not depend on the number of
    changes. Raises `rules.assignments.states.IllegalChange` before anything is written.
    """
    becomes = [change.status for change in changes]
    session.flush()
    befores = [standing_of(change.assignment) for change in changes]
    numbers = _replace_numbers(session, changes, becomes)
    events, rows, moved = [], [], []
    for change, status, before in zip(changes, becomes, befores, strict=True):
        events.append(_event(change, status))
        values = {**change.values, "status": status}
        rows.append({"one": change.assignment.id, **values})
        known = numbers.get(change.assignment.id, {})
        after_it = known if change.numbers is None else change.numbers
        moved.append(Moved(before, {**before, **_in(STANDING, values)}, known, after_it))
        _note(change.assignment, values)
    session.execute(_NEW_EVENTS, events)
    session.execute(_SET_ONE, rows)
    add_differences(session, moved)


def _event(change: Change, status: Status) -> dict[str, Any]:
    return {
        "assignment_id": change.assignment.id, "at": change.now,
        "account_id": change.actor.id if change.actor else None, "act": change.act,
        "from_status": change.assignment.status, "to_status": status,
        "reason": change.reason,
    }  # fmt: skip


def _in(names: Collection[str], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in names}


def _note(assignment: Assignment, values: Mapping[str, Any]) -> None:
    """Let the object say what is stored, without reading it again."""
    for name, value in {**values, "version": assignment.version + 1}.items():
        set_committed_value(assignment, name, value)


def _replace_numbers(
    session: Session, changes: Sequence[Change], becomes: Sequence[Status]
) -> dict[int, dict[str, int]]:
    """Write the numbers that are replaced. At most three statements.

    Returns, by assignment, the numbers that were in a total, and those that stay and will be in
    one.
    """
    wanted, replaced, added = [], [], []
    for change, status in zip(changes, becomes, strict=True):
        stays = change.numbers is None
        if change.assignment.status in REPORTED or (stays and status in REPORTED):
            wanted.append(change.assignment.id)
        if not stays and change.assignment.revision:
            replaced.append(change.assignment.id)
        added += [
            [change.assignment.id, name, value] for name, value in (change.numbers or {}).items()
        ]
    known: dict[int, dict[str, int]] = {}
    if wanted:
        for assignment_id, name, value in session.execute(_NUMBERS, {"ids": wanted}):
            known.setdefault(assignment_id, {})[name] = value
    if replaced:
        session.execute(_NO_NUMBERS, {"ids": replaced})
    if added:
        session.execute(_NEW_NUMBERS, {"numbers": added})
    return known


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
    becomes = literal(status, _EVENT.to_status.type)
    how: dict[str, Any] = {"actor": actor, "now": now, "reason": reason}
    return _change_rows(session, where, able, act, becomes, values, **how)


def close_all(
    session: Session, where: ColumnElement[bool], *, actor: Account, now: datetime
) -> int:
    """Close the assignments of `where` that somebody answers, and return how many.

    An approved assignment gets the status `closed`; any other keeps its status. `where` obeys the
    rule of `change_all`.
    """
    lock_measures(session, where)
    able = and_(where, col(Assignment.status).not_in(OUT), OPEN)
    becomes = case(
        (col(Assignment.status) == Status.APPROVED, Status.CLOSED), else_=Assignment.status
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
        (col(Assignment.status) == Status.CLOSED, Status.APPROVED), else_=Assignment.status
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
    becomes: ColumnElement[Status],
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
    becomes: ColumnElement[Status],
    *,
    actor: Account | None,
    now: datetime,
    reason: str,
) -> None:
    """Write one row of history for each chosen assignment, whose status is not changed yet."""
    row = select(
        col(Assignment.id),
        literal(now, _EVENT.at.type),
        literal(actor.id if actor else None, _EVENT.account_id.type),
        literal(act, _EVENT.act.type),
        col(Assignment.status),
        becomes,
        literal(reason),
    ).where(chosen)
    names = ["assignment_id", "at", "account_id", "act", "from_status", "to_status", "reason"]
    statement = insert(Event).from_select(names, row.order_by(col(Assignment.id)))
    session.execute(statement)


def _set(
    session: Session, chosen: Any, becomes: ColumnElement[Status], values: dict[str, Any]
) -> int:
    """Set status and values of the chosen assignments, and return how many there were."""
    written = session.execute(
        update(Assignment)
        .where(chosen)
        .values(status=becomes, version=col(Assignment.version) + 1, **values)
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], written).rowcount


_EVENT = Event.__table__.c  # type: ignore[attr-defined]
_MEASURES = measures_of(among(col(Assignment.id), "ids"), shared=True)
_ASSIGNMENTS = (
    select(col(Assignment.id), col(Assignment.lowest), col(Assignment.unit_id))
    .where(among(col(Assignment.id), "ids"))
    .order_by(col(Assignment.id))
    .with_for_update(key_share=True)
)
_ONE = (
    select(Assignment)
    .where(col(Assignment.id) == bindparam("one", type_=Integer))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_NEW_EVENTS = insert(Event.__table__)  # type: ignore[attr-defined]
_SET_ONE = (
    update(Assignment.__table__)  # type: ignore[attr-defined]
    .where(col(Assignment.id) == bindparam("one"))
    .values(version=col(Assignment.version) + 1)
)
_NUMBERS = select(
    col(AnswerNumber.assignment_id), col(AnswerNumber.field), col(AnswerNumber.value)
).where(among(col(AnswerNumber.assignment_id), "ids"))
_NO_NUMBERS = delete(AnswerNumber.__table__).where(  # type: ignore[attr-defined]
    among(col(AnswerNumber.assignment_id), "ids")
)
_GIVEN = {"assignment_id": Integer, "field": String, "value": BigInteger}
_NEW_NUMBERS = insert(AnswerNumber.__table__).from_select(  # type: ignore[attr-defined]
    [*_GIVEN], select(*given_rows("numbers", **_GIVEN))
)
"""The statements of acts on single assignments are built once in the life of the process: that
takes longer than carrying them out. What is set stands in the parameters."""
