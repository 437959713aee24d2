"""The statements with which a part of a level is handed down (`services.assignments.hand_down`).

Building them takes ten times as long as handing down to a few units does, so they are built once.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Insert,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from models import (
    Assignment,
    Event,
    HandDown,
    HandDownStep,
    Status,
    Unit,
    UnitTag,
)
from queries.campaigns.addressees import addressed, in_scope
from rules.assignments.states import OUT
from services.assignments.roll_up import adding, measures_of

_TOP, _UNIT, PARENT = aliased(Unit), aliased(Unit), aliased(Assignment)

NONE: Mapping[str, Any] = MappingProxyType({})
_LEVEL = bindparam("level_below", type_=String)
_START = bindparam("start", type_=Integer)
_UNTIL_LFT = bindparam("until", type_=Integer)
_TIME = Assignment.__table__.c.issued_at.type  # type: ignore[attr-defined]
_WISHES = bindparam("wishes", expanding=True, type_=Integer)
_REACHED = and_(
    col(Assignment.hand_down_id).in_(_WISHES),
    col(Assignment.level) == bindparam("reached_level", type_=String),
)
NEW = and_(col(Assignment.id) > bindparam("newest", type_=Integer), _REACHED)


def by_tag(values: Mapping[str, Any], plain: Any) -> Any:
    """The value of the first of these tags that the unit carries; `plain` for a unit without."""
    if not values:
        return plain
    return case(
        *((_carries(tag), value) for tag, value in values.items()),
        else_=plain,
    )


def _carries(tag: str) -> ColumnElement[bool]:
    return exists().where(col(UnitTag.unit_id) == _UNIT.id, col(UnitTag.tag) == tag)


def new_assignments(
    lower_cap: Any,
    opens: ColumnElement[bool],
    due_by_tag: Mapping[str, date] = NONE,
    passing_by_tag: Mapping[str, date | None] = NONE,
) -> Insert:
    """The statement that makes the assignments of a level.

    `lower_cap`: the earlier due date for what lies below. `opens`: the gate opens at once, whatever
    the status with which the others begin. The units of some tags work by a calendar of their own
    and have other dates than the rest.
    """
    top, unit, parent = _TOP, _UNIT, PARENT
    columns = _columns(lower_cap, opens, due_by_tag, passing_by_tag)
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
            col(HandDown.id).in_(_WISHES),
            col(unit.level) == _LEVEL,
            col(unit.lft) > _START,
            or_(_UNTIL_LFT.is_(None), col(unit.lft) <= _UNTIL_LFT),
            col(parent.released_at).is_not(None),
            col(parent.status).not_in(OUT),
            col(parent.closed_at).is_(None),
            in_scope(unit, HandDown.measure_id),
            true(),
        )
        .suffix_with(text("ON CONFLICT DO NOTHING"))
    )
    return insert(_ASSIGNMENTS).from_select(list(columns), rows)


def _columns(
    lower_cap: Any,
    opens: ColumnElement[bool],
    due_by_tag: Mapping[str, date],
    passing_by_tag: Mapping[str, date | None],
) -> dict[str, Any]:
    """Column → its value in a new assignment; see `new_assignments`."""
    unit, parent = _UNIT, PARENT
    rule_due = by_tag(_dates(due_by_tag), bindparam("rule_due", type_=Date))
    earlier = and_(col(parent.lower_due_on).is_not(None), col(parent.lower_due_on) < rule_due)
    first = bindparam("first_status", type_=_ASSIGNMENTS.c.status.type)
    released = literal(Status.RELEASED, _ASSIGNMENTS.c.status.type)
    status = case((opens, released), else_=first)
    return {
        "measure_id": HandDown.measure_id,
        "period": HandDown.period,
        "unit_id": unit.id,
        "parent_id": parent.id,
        "hand_down_id": HandDown.id,
        "level": unit.level,
        "answering": addressed(unit, HandDown.measure_id),
        "lowest": bindparam("lowest_one", type_=Boolean),
        "status": status,
        "due_on": case((earlier, parent.lower_due_on), else_=rule_due),
        "lower_due_on": lower_cap,
        "passes_on_on": by_tag(_dates(passing_by_tag), bindparam("passing_on", type_=Date)),
        "issued_at": bindparam("made_at", type_=_TIME),
        "released_at": case(
            (opens, bindparam("opened_at", type_=_TIME)), else_=bindparam("passed_at", type_=_TIME)
        ),
        "late": literal(False, Boolean),
        "stood_in": literal(False, Boolean),
        "extended": literal(False, Boolean),
        "version": literal(1),
    }


def _dates(by_tag: Mapping[str, date | None]) -> dict[str, Any]:
    return {tag: literal(day, Date) for tag, day in by_tag.items()}


def _until() -> Select[Any]:
    """The statement for the place in the tree at which a part ends; no row where it is the last."""
    top, unit = _TOP, _UNIT
    tops = (
        select(func.min(top.lft).label("first"), func.max(top.rgt).label("last"))
        .select_from(HandDown)
        .join(top, col(top.id) == HandDown.unit_id)
        .where(col(HandDown.id).in_(_WISHES))
        .subquery()
    )
    return (
        select(col(unit.lft))
        .where(
            col(unit.level) == _LEVEL,
            col(unit.lft) > _START,
            col(unit.lft) > select(tops.c.first).scalar_subquery(),
            col(unit.lft) < select(tops.c.last).scalar_subquery(),
        )
        .order_by(col(unit.lft))
        .limit(1)
        .offset(bindparam("size", type_=Integer) - 1)
    )


def _history(
    was: ColumnElement[Any], becomes: ColumnElement[Any], reason: Any, *which: ColumnElement[bool]
) -> Insert:
    """The statement that writes one step of new assignments."""
    rows = select(
        col(Assignment.id),
        bindparam("made_at", type_=_TIME),
        bindparam("by_act", type_=_EVENTS.c.act.type),
        was.label("was"),
        becomes.label("becomes"),
        reason,
    ).where(NEW, *which)
    names = ["assignment_id", "at", "act", "from_status", "to_status", "reason"]
    return insert(_EVENTS).from_select(names, rows)


def _steps() -> Insert:
    """The statement that writes how many units of the level each wish has reached."""
    counts = (
        select(
            col(Assignment.hand_down_id),
            col(Assignment.level),
            func.count().label("reached"),
            bindparam("noted_at", type_=_TIME).label("at"),
        )
        .where(_REACHED)
        .group_by(col(Assignment.hand_down_id), col(Assignment.level))
    )
    names = ["hand_down_id", "level", "reached", "at"]
    upsert = text("ON CONFLICT (hand_down_id, level) DO UPDATE SET reached = excluded.reached")
    steps = HandDownStep.__table__  # type: ignore[attr-defined]
    return insert(steps).from_select(names, counts.suffix_with(upsert))


def _counted(where: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(Assignment).where(where)


_ASSIGNMENTS = Assignment.__table__  # type: ignore[attr-defined]
_EVENTS = Event.__table__  # type: ignore[attr-defined]
_ISSUED, _RELEASED = (
    literal(status, _ASSIGNMENTS.c.status.type) for status in (Status.ISSUED, Status.RELEASED)
)
NEWEST = select(func.max(Assignment.id))
MEASURES = measures_of(
    col(Assignment.measure_id).in_(
        select(col(HandDown.measure_id)).where(col(HandDown.id).in_(_WISHES))
    )
)
NEW_ASSIGNMENTS = new_assignments(null(), false())
UNTIL = _until()
COUNT_NEW, COUNT_REACHED = _counted(NEW), _counted(_REACHED)
ADD_NEW = adding(NEW)
WRITE_ISSUE = _history(null(), _ISSUED, literal(""))
WRITE_PASSING = _history(
    _ISSUED,
    _RELEASED,
    bindparam("why", type_=String),
    col(Assignment.status) == Status.RELEASED,
)
WRITE_STEPS = _steps()
"""The statements of a level, built once: building takes ten times as long as a few units do."""
