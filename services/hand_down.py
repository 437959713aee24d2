"""Hand-down: passes a measure on, level by level, set by set.

The wish (`HandDown`) is written with the click; a flow carries it out with `plan`,
`hand_down_level` for each level, and `finish`. Every step can be done twice and changes nothing
the second time: assignments are unique per measure, period and unit, and what follows from a
new assignment (its history, its place in the totals) is written in the transaction that makes
it. New are those whose id is above the highest one seen before: nobody else makes assignments
of a measure while it is locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    and_,
    case,
    func,
    insert,
    literal,
    null,
    select,
    text,
    true,
    update,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.database import insert_into, refresh_statistics
from models import (
    Account,
    Act,
    Assignment,
    Event,
    Gate,
    HandDown,
    HandDownStep,
    Level,
    Measure,
    MeasureGate,
    Status,
    Tally,
    Unit,
)
from queries.addressees import addressed, in_scope
from queries.measures import list_levels_below
from rules.dates.calendar import add_workdays, local_date
from rules.dates.due import due_dates, parse_due
from services.roll_up import contribute_new, lock_measures

_TOP, _UNIT, _PARENT = aliased(Unit), aliased(Unit), aliased(Assignment)
MANY = 1000
"""New assignments from which on the planner of the database is told."""


@dataclass(frozen=True)
class Plan:
    """What one run over some wishes of one measure and period has to do."""

    measure_id: int
    measure_title: str
    period: str
    unit_names: tuple[str, ...]
    """The units whose wishes these are."""
    levels: tuple[str, ...]
    """Codes of the levels to reach, from the top down."""
    level_names: tuple[str, ...]


def request(
    session: Session,
    measure_id: int,
    period: str,
    unit_id: int,
    *,
    actor: Account | None,
    now: datetime,
) -> int:
    """Write the wish to hand a measure down from a unit; returns its id.

    Asking twice gives the same wish.
    """
    key = {"measure_id": measure_id, "period": period, "unit_id": unit_id}
    session.execute(
        insert_into(session, HandDown)
        .values(**key, requested_at=now, requested_by=actor.id if actor else None)
        .on_conflict_do_nothing()
    )
    wish = select(col(HandDown.id)).filter_by(**key)
    return session.execute(wish).scalar_one()


def plan(session: Session, hand_down_ids: Sequence[int]) -> Plan:
    """What is to be done for wishes that share a measure and a period."""
    rows = session.execute(
        select(Measure, col(HandDown.period), col(Unit.name), col(Level.rank))
        .join(HandDown, col(HandDown.measure_id) == Measure.id)
        .join(Unit, col(Unit.id) == HandDown.unit_id)
        .join(Level, col(Level.code) == Unit.level)
        .where(col(HandDown.id).in_(hand_down_ids))
        .order_by(col(Unit.lft))
    ).all()
    measure, period = rows[0][0], rows[0][1]
    levels = list_levels_below(session, measure.id, min(row.rank for row in rows))
    return Plan(
        measure_id=measure.id,
        measure_title=measure.title,
        period=period,
        unit_names=tuple(row.name for row in rows),
        levels=tuple(level.code for level in levels),
        level_names=tuple(level.name for level in levels),
    )


def start(session: Session, hand_down_ids: Sequence[int], flow_run_id: str) -> None:
    """Note which flow run has taken the wishes up."""
    session.execute(
        update(HandDown).where(col(HandDown.id).in_(hand_down_ids)).values(flow_run_id=flow_run_id)
    )


def finish(session: Session, hand_down_ids: Sequence[int], *, now: datetime) -> None:
    """Note that the wishes are fulfilled."""
    reached = select(func.sum(HandDownStep.reached)).where(
        col(HandDownStep.hand_down_id).in_(hand_down_ids)
    )
    rows = session.execute(reached).scalar() or 0
    if rows >= MANY:
        refresh_statistics(session, rows, Event, HandDown, Tally)
    session.execute(
        update(HandDown)
        .where(col(HandDown.id).in_(hand_down_ids), col(HandDown.done_at).is_(None))
        .values(done_at=now)
    )


def hand_down_level(
    session: Session, hand_down_ids: Sequence[int], level: str, *, now: datetime
) -> int:
    """Make the assignments of one level below the wishes' units, where the unit above has
    released; returns how many units of the level the wishes have reached, now or before.

    A constant number of statements, whatever the number of units.
    """
    wishes = col(HandDown.id).in_(hand_down_ids)
    touched = select(col(HandDown.measure_id)).where(wishes)
    lock_measures(session, col(Assignment.measure_id).in_(touched))
    terms = _terms(session, hand_down_ids, level, now)
    newest = session.execute(select(func.max(Assignment.id))).scalar() or 0
    _insert_assignments(session, wishes, level, terms, now)
    reached = and_(col(Assignment.hand_down_id).in_(hand_down_ids), col(Assignment.level) == level)
    new = and_(col(Assignment.id) > newest, reached)
    rows = _count(session, new)
    if rows >= MANY:
        refresh_statistics(session, rows, Assignment)
    contribute_new(session, new)
    _record(session, new, Act.ISSUE, None, Status.ISSUED, now)
    if terms.status == Status.RELEASED:
        _record(session, new, Act.PASS_ON, Status.ISSUED, Status.RELEASED, now)
    return _count_steps(session, reached, now)


@dataclass(frozen=True)
class _Terms:
    """What every new assignment of a level starts with."""

    lowest: bool
    status: Status
    due_on: date
    passes_on_on: date | None
    lower_caps: dict[date, date]
    """An earlier due date set above → what is left of it for the level below this one."""


def _terms(session: Session, ids: Sequence[int], level: str, now: datetime) -> _Terms:
    measure, period, issuer_rank = session.execute(
        select(Measure, col(HandDown.period), col(Level.rank))
        .join(HandDown, col(HandDown.measure_id) == Measure.id)
        .join(Unit, col(Unit.id) == Measure.unit_id)
        .join(Level, col(Level.code) == Unit.level)
        .where(col(HandDown.id) == ids[0])
    ).one()
    levels = [one.code for one in list_levels_below(session, measure.id, issuer_rank)]
    today = local_date(now)
    dates = due_dates(
        parse_due(measure.due_rule),
        levels,
        period=period,
        received=today,
        review_days=measure.review_days,
    )
    gate = session.get(MeasureGate, (measure.id, level)) or MeasureGate(
        measure_id=measure.id, level=level
    )
    lowest = level == levels[-1]
    waits = not lowest and gate.gate != Gate.AUTO
    return _Terms(
        lowest=lowest,
        status=Status.ISSUED if lowest or waits else Status.RELEASED,
        due_on=dates[level],
        passes_on_on=add_workdays(today, gate.pass_on_days) if waits else None,
        lower_caps={
            cap: tightened(cap, measure.review_days, today) for cap in _caps(session, measure.id)
        },
    )


def tightened(cap: date, review_days: int, today: date) -> date:
    """What an earlier due date set above leaves for the next level down: its own review takes
    working days, as long as that does not lie in the past."""
    earlier = add_workdays(cap, -review_days) if review_days else cap
    return max(earlier, min(cap, today))


def _caps(session: Session, measure_id: int) -> Sequence[date]:
    """The earlier due dates units have set for what is below them."""
    rows = select(col(Assignment.lower_due_on)).where(
        col(Assignment.measure_id) == measure_id, col(Assignment.lower_due_on).is_not(None)
    )
    return [day for day in session.scalars(rows.distinct()) if day is not None]


def _insert_assignments(
    session: Session, wishes: ColumnElement[bool], level: str, terms: _Terms, now: datetime
) -> None:
    top, unit, parent = _TOP, _UNIT, _PARENT
    rule_due = literal(terms.due_on, Date)
    earlier = and_(col(parent.lower_due_on).is_not(None), col(parent.lower_due_on) < rule_due)
    released_at = now if terms.status == Status.RELEASED else None
    columns: dict[str, Any] = {
        "measure_id": HandDown.measure_id,
        "period": HandDown.period,
        "unit_id": unit.id,
        "parent_id": parent.id,
        "hand_down_id": HandDown.id,
        "level": unit.level,
        "answering": addressed(unit, HandDown.measure_id),
        "lowest": literal(terms.lowest, Boolean),
        "status": literal(str(terms.status)),
        "due_on": case((earlier, parent.lower_due_on), else_=rule_due),
        "lower_due_on": _lower_cap(terms),
        "passes_on_on": literal(terms.passes_on_on, Date),
        "issued_at": literal(now, _type("issued_at")),
        "released_at": literal(released_at, _type("released_at")),
        "late": literal(False, Boolean),
        "version": literal(1),
    }
    rows = (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(HandDown)
        .join(top, col(top.id) == HandDown.unit_id)
        .join(unit, and_(col(unit.lft) > top.lft, col(unit.lft) < top.rgt))
        .join(
            parent,
            and_(
                col(parent.unit_id) == unit.parent_id,
                col(parent.measure_id) == HandDown.measure_id,
                col(parent.period) == HandDown.period,
            ),
        )
        .where(
            wishes,
            col(unit.level) == level,
            col(parent.released_at).is_not(None),
            col(parent.status) != Status.WITHDRAWN,
            in_scope(unit, HandDown.measure_id),
            true(),
        )
    )
    rows = rows.suffix_with(text("ON CONFLICT DO NOTHING"))
    session.execute(insert(Assignment).from_select(list(columns), rows))


def _lower_cap(terms: _Terms) -> Any:
    if not terms.lower_caps:
        return null()
    choices = {cap: literal(left, Date) for cap, left in terms.lower_caps.items()}
    return case(choices, value=col(_PARENT.lower_due_on), else_=literal(None, Date))


def _type(column: str) -> Any:
    return Assignment.__table__.c[column].type  # type: ignore[attr-defined]


def _record(
    session: Session,
    new: ColumnElement[bool],
    act: Act,
    before: Status | None,
    to: Status,
    now: datetime,
) -> None:
    """The history of assignments just made."""
    rows = select(
        col(Assignment.id),
        literal(now, _type("issued_at")),
        literal(str(act)),
        literal(str(before) if before else None, Event.__table__.c.from_status.type),  # type: ignore[attr-defined]
        literal(str(to)),
        literal(""),
    ).where(new)
    names = ["assignment_id", "at", "act", "from_status", "to_status", "reason"]
    session.execute(insert(Event).from_select(names, rows))


def _count_steps(session: Session, reached: ColumnElement[bool], now: datetime) -> int:
    """Write how many units of the level each wish has reached; returns their sum."""
    counts = (
        select(
            col(Assignment.hand_down_id),
            col(Assignment.level),
            func.count().label("reached"),
            literal(now, _type("issued_at")).label("at"),
        )
        .where(reached)
        .group_by(col(Assignment.hand_down_id), col(Assignment.level))
    )
    names = ["hand_down_id", "level", "reached", "at"]
    upsert = text("ON CONFLICT (hand_down_id, level) DO UPDATE SET reached = excluded.reached")
    session.execute(insert(HandDownStep).from_select(names, counts.suffix_with(upsert)))
    return _count(session, reached)


def _count(session: Session, where: ColumnElement[bool]) -> int:
    return session.execute(select(func.count()).select_from(Assignment).where(where)).scalar_one()
