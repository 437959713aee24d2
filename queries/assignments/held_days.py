"""Where the working days went below and at units, read from the history of their assignments.

Nothing is stored for it (decision 0027). Two statements count steps by day, whatever the number of
units, measures and days.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import Act, Assignment, Event, Measure, Status, Unit
from models.local_day import LocalDay
from models.parameters import among
from queries.units.calendars import get_calendars
from rules.assignments.held_days import LIES_WITH, Crossing, HeldTable, Lot, book, tables
from rules.dates.workday_numbers import workday_numbers

DONE = [status for status, holder in LIES_WITH.items() if holder is None]
EMPTY = HeldTable({}, {}, 0)


class HeldScope(NamedTuple):
    """The assignments that are looked at."""

    measures: Select[tuple[int]]
    """The ids of their measures."""
    units: Collection[int]
    """The ids of the units whose tables are wanted: each covers the unit and everything below."""
    period: str | None = None
    """None: all periods."""

    def chosen(self, assignment: Any) -> ColumnElement[bool]:
        """The clause for the measures and the period."""
        clause = assignment.measure_id.in_(self.measures)
        return clause if self.period is None else and_(clause, assignment.period == self.period)


def held_in_measure(measure_id: int, period: str, unit_id: int) -> HeldScope:
    """One measure in one period, at a unit and below."""
    return HeldScope(
        select(col(Measure.id)).where(col(Measure.id) == measure_id), [unit_id], period
    )


def held_in_campaign(campaign_id: int, unit_ids: Collection[int]) -> HeldScope:
    """All measures of a campaign in all periods, at units and below."""
    measures = select(col(Measure.id)).where(col(Measure.campaign_id) == campaign_id)
    return HeldScope(measures, unit_ids)


def read_held_days(session: Session, scope: HeldScope, as_of: date) -> dict[int, HeldTable]:
    """Unit → where the days went up to `as_of`; two statements, by the
    plain calendar. Units without work are left out."""
    tops = {"tops": list(scope.units)}
    steps = [
        Crossing(_lot(row), row.left, row.entered, row.on, row.below_done_on, row.times)
        for row in session.execute(_steps(scope), tops)
    ]
    standing = [
        Crossing(_lot(row), row.status, None, as_of, row.below_done_on, row.times)
        for row in session.execute(_standing(scope), tops)
    ]
    number = workday_numbers(_days([*steps, *standing]), get_calendars(session).plain)
    booked = book([*steps, *standing], number)
    sent = (step for step in steps if step.entered == Status.SUBMITTED and step.left is not None)
    return tables(booked, _count(standing), _count(sent))


def _lot(row: Any) -> Lot:
    return Lot(**{name: row._mapping[name] for name in _LOT})


def _days(crossings: Collection[Crossing]) -> set[date]:
    days = {crossing.on for crossing in crossings}
    return days | {row.below_done_on for row in crossings if row.below_done_on is not None}


def _count(crossings: Iterable[Crossing]) -> Mapping[Lot, int]:
    found: Counter[Lot] = Counter()
    for crossing in crossings:
        found[crossing.lot] += crossing.times
    return found


_TOP, _UNIT = aliased(Unit), aliased(Unit)
_ABOVE, _NEXT_UP = aliased(Assignment), aliased(Assignment)
_LOT: dict[str, Any] = {
    "top_id": col(_TOP.id),
    "level": col(Assignment.level),
    "lowest": col(Assignment.lowest),
    "unit_id": case((not_(col(Assignment.lowest)), col(Assignment.unit_id)), else_=None),
    "above_id": func.coalesce(_NEXT_UP.unit_id, _ABOVE.unit_id),
    "above_level": func.coalesce(_NEXT_UP.level, _ABOVE.level),
}
_EVENTS = Event.__table__  # type: ignore[attr-defined]
_ASSIGNMENTS = Assignment.__table__  # type: ignore[attr-defined]
_LEFT = case((col(Event.act) != Act.OPEN_AGAIN, _EVENTS.c.from_status), else_=None)
_ENTERED = case((col(Event.act) != Act.CLOSE, _EVENTS.c.to_status), else_=None)
"""A closing ends the life of whatever was open, and opening again begins it again."""


def _done_below(scope: HeldScope) -> Subquery:
    """Assignment in between → the moment of the last approval directly below, where all that lie
    directly below are done."""
    lower = aliased(Assignment)
    approved = and_(col(Event.assignment_id) == lower.id, col(Event.act) == Act.APPROVE)
    return (
        select(col(lower.parent_id).label("id"), func.max(Event.at).label("at"))
        .select_from(lower)
        .outerjoin(Event, approved)
        .where(scope.chosen(lower), col(lower.parent_id).is_not(None))
        .group_by(col(lower.parent_id))
        .having(func.sum(case((col(lower.status).in_(DONE), 0), else_=1)) == 0)
        .subquery("done_below")
    )


def _steps(scope: HeldScope) -> Select[Any]:
    """How many assignments of a lot took a step on a day."""
    done = _done_below(scope)
    goes_on = or_(
        col(Event.from_status) == Status.RELEASED, col(Event.to_status) == Status.RELEASED
    )
    columns = {
        **_LOT,
        "left": _LEFT,
        "entered": _ENTERED,
        "on": LocalDay(col(Event.at)),
        "below_done_on": case((goes_on, LocalDay(done.c.at)), else_=None),
    }
    rows = (
        _lots(scope, columns)
        .join(Event, col(Event.assignment_id) == Assignment.id)
        .outerjoin(done, done.c.id == Assignment.id)
        .where(_LEFT.is_distinct_from(_ENTERED))
    )
    return _counted_alike(rows)


def _standing(scope: HeldScope) -> Select[Any]:
    """How many assignments of a lot stand where."""
    done = _done_below(scope)
    goes_on = col(Assignment.status) == Status.RELEASED
    columns = {
        **_LOT,
        "status": case((col(Assignment.closed_at).is_(None), _ASSIGNMENTS.c.status), else_=None),
        "below_done_on": case((goes_on, LocalDay(done.c.at)), else_=None),
    }
    rows = _lots(scope, columns).outerjoin(done, done.c.id == Assignment.id)
    return _counted_alike(rows)


def _lots(scope: HeldScope, columns: dict[str, Any]) -> Select[Any]:
    """`columns` of the assignments at the wanted units and below them.

    The unit above has the reviews, and the next unit up where the one above has stood in.
    """
    return (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(Assignment)
        .join(_UNIT, col(_UNIT.id) == Assignment.unit_id)
        .join(_TOP, and_(col(_UNIT.lft) >= _TOP.lft, col(_UNIT.lft) <= _TOP.rgt))
        .outerjoin(_ABOVE, col(_ABOVE.id) == Assignment.parent_id)
        .outerjoin(_NEXT_UP, and_(col(Assignment.stood_in), col(_NEXT_UP.id) == _ABOVE.parent_id))
        .where(among(col(_TOP.id), "tops"), scope.chosen(Assignment))
    )


def _counted_alike(rows: Select[Any]) -> Select[Any]:
    """How many of the rows are alike. The rows are made first, because the database would not know
    a column that it is to group by again."""
    found = rows.subquery("found")
    return select(*found.c, func.count().label("times")).group_by(*found.c)
