"""Moves of due dates. Besides a return, which gives time to mend, nothing else moves the due date
of an assignment that is there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Date, Integer, Text, bindparam, insert, select, update
from sqlmodel import Session, UTCDateTime, col

from models import Account, Act, Assignment, DueMove, DueMoveKind
from models.parameters import among, given_rows
from queries.assignments.still_open import OPEN_WORK
from queries.units.calendars import get_calendars
from rules.dates.calendar import Calendar
from services.assignments.changes import lock_assignments
from services.assignments.noted_acts import note_act
from services.assignments.roll_up import STANDING, Moved, add_differences


class Move(NamedTuple):
    """The wish that one due date moves."""

    assignment_id: int
    from_on: date
    """The due date that whoever moves has seen."""
    to_on: date

    def workdays(self, calendar: Calendar) -> int:
        """Working days from the one date to the other; negative where the date is earlier."""
        return calendar.workdays_between(self.from_on, self.to_on)


def move_due(
    session: Session,
    moves: Collection[Move],
    *,
    kind: DueMoveKind,
    reason: str,
    actor: Account | None,
    now: datetime,
) -> list[int]:
    """Move due dates, write the history, and keep the totals. Returns the ids of the assignments
    whose date has moved.

    A wish is passed over where an answer has arrived or none can come any more, and where the
    assignment is no longer due on `from_on`. Doing it twice therefore changes nothing. There is at
    most one wish for an assignment. `reason`: the words of the actor; without an actor a msgid. The
    number of statements does not depend on the number of assignments; many thousands are moved in
    parts, so that others can write between two parts.
    """
    wanted = {move.assignment_id: move for move in moves if move.from_on != move.to_on}
    if not wanted:
        return []
    session.flush()
    lock_assignments(session, [*wanted])
    rows = session.execute(_FOUND, {"ids": [*wanted]}).mappings().all()
    able = [row for row in rows if row["due_on"] == wanted[row["id"]].from_on]
    if able:
        how: dict[str, Any] = {"kind": kind, "reason": reason, "at": now}
        how["account"] = actor.id if actor else None
        moved = [(dict(row), wanted[row["id"]]) for row in able]
        ids = [row["id"] for row in able]
        note_act(session, ids, Act.MOVE_DUE, reason=reason, actor=actor, now=now)
        _write(session, moved, get_calendars(session).plain, **how)
        add_differences(session, (_difference(*pair) for pair in moved))
        session.expire_all()
    return [row["id"] for row in able]


def _write(
    session: Session,
    moved: Sequence[tuple[Mapping[str, Any], Move]],
    calendar: Calendar,
    **how: Any,
) -> None:
    """Write the moves and the dates; two statements."""
    rows = [
        [move.assignment_id, str(move.from_on), str(move.to_on), move.workdays(calendar)]
        for _, move in moved
    ]
    session.execute(_WRITE_MOVES, {**how, "moves": rows})
    dates = [
        [move.assignment_id, str(move.to_on), _first(row, move, calendar, how["kind"])]
        for row, move in moved
    ]
    session.execute(_SET, {"dates": dates})


def _first(row: Mapping[str, Any], move: Move, calendar: Calendar, kind: DueMoveKind) -> str | None:
    """The date on which the assignment would be due without extensions, after the move, in ISO."""
    first: date | None = row["first_due_on"]
    if kind == DueMoveKind.EXTENSION:
        return str(first or move.from_on)
    return str(calendar.add_workdays(first, move.workdays(calendar))) if first else None


def _difference(row: Mapping[str, Any], move: Move) -> Moved:
    """What the move changes in the totals above. Sums of answers do not depend on the date."""
    return Moved(row, {**row, "due_on": move.to_on}, {}, {})


_MOVES = DueMove.__table__  # type: ignore[attr-defined]
_ASSIGNMENTS = Assignment.__table__  # type: ignore[attr-defined]
_FOUND = select(
    col(Assignment.id), col(Assignment.first_due_on), *(_ASSIGNMENTS.c[name] for name in STANDING)
).where(among(col(Assignment.id), "ids"), OPEN_WORK)
_AT = bindparam("at", type_=UTCDateTime())
_ACCOUNT = bindparam("account", type_=Integer)
_REASON = bindparam("reason", type_=Text)
_MOVED: dict[str, Any] = {
    "assignment_id": Integer,
    "from_on": Date,
    "to_on": Date,
    "workdays": Integer,
}
_WRITE_MOVES = insert(_MOVES).from_select(
    [*_MOVED, "kind", "reason", "account_id", "at"],
    select(
        *given_rows("moves", **_MOVED),
        bindparam("kind", type_=_MOVES.c.kind.type),
        _REASON,
        _ACCOUNT,
        _AT,
    ),
)
_DATES = select(*given_rows("dates", one=Integer, due_on=Date, first=Date)).cte("moved")
_SET = (
    update(_ASSIGNMENTS)
    .where(_ASSIGNMENTS.c.id == _DATES.c.one)
    .values(due_on=_DATES.c.due_on, first_due_on=_DATES.c.first, version=_ASSIGNMENTS.c.version + 1)
)
"""The statements are built once in the life of the process."""
