"""Gates that open by themselves: their time is over, or the lowest level would lose its days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, String, and_, literal, select
from sqlmodel import Session, col

from adapters.by_name import ByName
from adapters.database import insert_into
from adapters.settings import get_settings
from models import Act, Assignment, HandDown, Measure, Status
from models.parameters import given_rows
from queries.assignments.still_open import OPEN
from queries.campaigns.measures import list_levels_of
from queries.units.calendars import get_calendars
from rules.dates.calendar import Calendar, local_date
from rules.dates.due import parse_due
from rules.dates.gates import Way
from rules.sentences.sentence import N_
from services.assignments.changes import change_all
from services.assignments.hand_down import FOR_TIME
from services.assignments.passed_on import tell_passed_on

AT_GATE = and_(
    col(Assignment.passes_on_on).is_not(None),
    col(Assignment.released_at).is_(None),
    col(Assignment.lowest).is_(False),
    col(Assignment.status).in_((Status.ISSUED, Status.ACKNOWLEDGED)),
    OPEN,
)
"""The clause "the assignment waits at a gate"."""


def open_gates(session: Session, *, now: datetime) -> int:
    """Release the assignments that must not wait any longer, and return how many.

    A gate opens when its time is over, so that one sleeping office holds nobody up. It opens before
    its time where waiting would leave the lowest level fewer whole working days than the floor: the
    days are worked out again each time, from the dates as they are now. The number of statements
    does not depend on the number of assignments.
    """
    today = local_date(now)
    over = and_(AT_GATE, col(Assignment.passes_on_on) <= today)
    ids = session.scalars(select(col(Assignment.id)).where(over)).all()
    passed = _open(session, ids, Act.PASS_ON, N_("超过时限，自动下发"), now)
    return passed + _open(session, _list_short(session, today), Act.PASS_ON_FOR_TIME, FOR_TIME, now)


def _open(session: Session, ids: Sequence[int], act: Act, reason: str, now: datetime) -> int:
    if not ids:
        return 0
    chosen = col(Assignment.id).in_(ids)
    how: dict[str, Any] = {"actor": None, "now": now, "reason": reason, "released_at": now}
    count = change_all(session, chosen, act, Status.RELEASED, **how)
    _request_all(session, chosen, now)
    tell_passed_on(session, chosen, act, now=now)
    return count


@dataclass(frozen=True)
class _Waiting:
    """Assignments that wait at gates and have the same dates."""

    measure_id: int
    period: str
    level: str
    lower_due_on: date | None
    due_rule: str
    review_days: int
    off_to_before: bool

    @property
    def key(self) -> list[Any]:
        """The values that a row of `_CHOSEN` has."""
        day = self.lower_due_on.isoformat() if self.lower_due_on else None
        return [self.measure_id, self.period, self.level, day]


def _list_short(session: Session, today: date) -> Sequence[int]:
    """The ids of the assignments whose waiting would take too many days from the lowest level; at
    most three statements."""
    waiting = _WAITING.values(session.execute(_GROUPS))
    levels = list_levels_of(session, {row.measure_id for row in waiting}) if waiting else {}
    calendar = get_calendars(session).plain
    short = [row.key for row in _short(waiting, levels, calendar, today)]
    return session.scalars(_CHOSEN, {"groups": short}).all() if short else []


def _short(
    waiting: Iterable[_Waiting], levels: dict[int, list[str]], calendar: Calendar, today: date
) -> Iterable[_Waiting]:
    floor = get_settings().floor_workdays
    for row in waiting:
        below = levels[row.measure_id]
        due = parse_due(row.due_rule)
        way = Way(due, below, row.period, row.review_days, calendar, row.off_to_before)
        if way.must_open(row.level, row.lower_due_on, floor, today):
            yield row


def _request_all(session: Session, released: ColumnElement[bool], now: datetime) -> None:
    """Write the wishes for all assignments that were just passed on by themselves."""
    rows = select(
        col(Assignment.measure_id),
        col(Assignment.period),
        col(Assignment.unit_id),
        literal(now, HandDown.__table__.c.requested_at.type),  # type: ignore[attr-defined]
    ).where(released, col(Assignment.released_at).is_not(None))
    names = ["measure_id", "period", "unit_id", "requested_at"]
    statement = insert_into(session, HandDown).from_select(names, rows)
    session.execute(statement.on_conflict_do_nothing())


_WAITING = ByName(
    _Waiting,
    measure_id=col(Assignment.measure_id),
    period=col(Assignment.period),
    level=col(Assignment.level),
    lower_due_on=col(Assignment.lower_due_on),
    due_rule=col(Measure.due_rule),
    review_days=col(Measure.review_days),
    off_to_before=col(Measure.off_to_before),
)
_GROUPS = (
    select(*_WAITING.columns)
    .join(Measure, col(Measure.id) == Assignment.measure_id)
    .where(AT_GATE)
    .distinct()
)


def _chosen() -> Any:
    given = select(
        *given_rows("groups", measure=Integer, period=String, level=String, cap=Date)
    ).subquery()
    same = and_(
        given.c.measure == Assignment.measure_id,
        given.c.period == Assignment.period,
        given.c.level == Assignment.level,
        col(Assignment.lower_due_on).is_not_distinct_from(given.c.cap),
    )
    return select(col(Assignment.id)).join(given, same).where(AT_GATE)


_CHOSEN = _chosen()
