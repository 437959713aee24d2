"""Queries about units, the units above and below, levels and tags, and the clauses for subtrees."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Integer, and_, bindparam, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models import Level, Tag, Unit, UnitTag
from models.parameters import among
from rules.sentences.not_found import NotFound


class GivenUnit(NamedTuple):
    """A unit in a statement that is built once: the unit's numbers are parameters."""

    id: Any
    lft: Any
    rgt: Any


GIVEN = GivenUnit(**{name: bindparam(f"unit_{name}", type_=Integer) for name in GivenUnit._fields})
AnyUnit = Unit | GivenUnit


def given(unit: Unit) -> dict[str, Any]:
    """The parameters of a statement in which the unit stands as `GIVEN`."""
    return {f"unit_{name}": getattr(unit, name) for name in GivenUnit._fields}


def within(unit: AnyUnit, column: Any = Unit.lft) -> ColumnElement[bool]:
    """The clause "this unit or a unit below it", on a column that holds `Unit.lft`."""
    found: ColumnElement[bool] = column.between(unit.lft, unit.rgt)
    return found


def below(unit: AnyUnit, column: Any = Unit.lft) -> ColumnElement[bool]:
    """The clause "a unit below this unit", without the unit itself, on a column of `Unit.lft`."""
    return and_(column > unit.lft, column < unit.rgt)


def at_or_above(unit: AnyUnit) -> ColumnElement[bool]:
    """The clause "this unit or a unit above it"."""
    return col(Unit.id).in_(select(_climb(unit.id).c.id))


def current() -> ColumnElement[bool]:
    """The clause "the unit is still in the list", so that no later import has ended the unit."""
    return col(Unit.valid_to).is_(None)


def get_unit(session: Session, code: str) -> Unit:
    """The unit with this code, ended or not. Raises `NotFound`."""
    unit = find_unit(session, code)
    if unit is None:
        raise NotFound
    return unit


def find_unit(session: Session, code: str) -> Unit | None:
    """The unit with this code, ended or not."""
    return session.exec(select(Unit).where(Unit.code == code)).one_or_none()


def list_units_of(session: Session, codes: Collection[str]) -> Sequence[Unit]:
    """The units with these codes, ended or not, in the order of the tree; one statement."""
    wanted = select(Unit).where(col(Unit.code).in_(codes)).order_by(col(Unit.lft))
    return session.scalars(wanted).all() if codes else []


def list_units_with(session: Session, ids: Collection[int]) -> Sequence[Unit]:
    """The units with these ids, ended or not, in the order of the tree; at most one statement."""
    wanted = select(Unit).where(among(col(Unit.id), "ids")).order_by(col(Unit.lft))
    return session.scalars(wanted, {"ids": list(ids)}).all() if ids else []


def get_unit_by_id(session: Session, unit_id: int) -> Unit:
    """The unit with this id, ended or not. Raises `NotFound`."""
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound
    return unit


def get_root(session: Session) -> Unit:
    """The top of the current tree. Raises `NotFound` before the first import."""
    root = find_root(session)
    if root is None:
        raise NotFound
    return root


def find_root(session: Session) -> Unit | None:
    """The top of the current tree; None before the first import."""
    wanted = select(Unit).where(col(Unit.parent_id).is_(None), current())
    return session.exec(wanted).one_or_none()


def list_lower(session: Session, unit: Unit) -> Sequence[Unit]:
    """The current units directly below, in the order of the list."""
    wanted = select(Unit).where(Unit.parent_id == unit.id, current())
    return session.exec(wanted.order_by(col(Unit.lft))).all()


def find_few_lower(session: Session, unit: Unit, most: int) -> Sequence[Unit]:
    """The current units directly below; none where there are more than `most`."""
    given = {"unit": unit.id, "most": most + 1}
    found = session.scalars(_FEW_LOWER, given).all()
    return found if len(found) <= most else []


def list_above(session: Session, unit: Unit) -> Sequence[Unit]:
    """The units above the unit, from the top down, without the unit itself."""
    return session.scalars(_ABOVE, {"parent": unit.parent_id}).all()


def _climb(unit_id: Any) -> CTE:
    """The unit and the units above it, from the bottom up. Going by the numbers of the tree would
    read every unit before this one."""
    upper = aliased(Unit)
    reached = select(col(Unit.id), col(Unit.parent_id)).where(col(Unit.id) == unit_id)
    climb = reached.cte("climb", recursive=True)
    further = select(col(upper.id), col(upper.parent_id)).join(climb, climb.c.parent_id == upper.id)
    return climb.union_all(further)


def list_levels(session: Session) -> Sequence[Level]:
    """The levels from the top down."""
    return session.scalars(_LEVELS).all()


def list_levels_below(session: Session, unit: Unit) -> Sequence[Level]:
    """The levels under the level of the unit, from the top down, whether or not the unit has units
    of such a level below."""
    own = select(Level.rank).where(Level.code == unit.level).scalar_subquery()
    return session.exec(select(Level).where(col(Level.rank) > own).order_by(col(Level.rank))).all()


def list_tags(session: Session) -> Sequence[Tag]:
    """All tags, in the order of their codes."""
    return session.exec(select(Tag).order_by(col(Tag.code))).all()


def list_tags_of(session: Session, unit: Unit) -> Sequence[Tag]:
    """The tags that the unit itself carries, in the order of their codes."""
    wanted = select(Tag).join(UnitTag, col(UnitTag.tag) == Tag.code)
    return session.exec(wanted.where(UnitTag.unit_id == unit.id).order_by(col(Tag.code))).all()


def carrying(tag: str, column: Any = Unit.id) -> ColumnElement[bool]:
    """The clause "this unit carries the tag", on a column that holds `Unit.id`."""
    found: ColumnElement[bool] = column.in_(select(UnitTag.unit_id).where(UnitTag.tag == tag))
    return found


def list_found(session: Session, unit: Unit, text: str, limit: int = 50) -> Sequence[Unit]:
    """The first `limit` current units at or below `unit` whose name holds `text` or whose code
    begins with it."""
    named = col(Unit.name).contains(text, autoescape=True)
    coded = col(Unit.code).startswith(text, autoescape=True)
    wanted = select(Unit).where(within(unit), current(), or_(named, coded))
    return session.exec(wanted.order_by(col(Unit.lft)).limit(limit)).all()


_ABOVE = (
    select(Unit)
    .where(col(Unit.id).in_(select(_climb(bindparam("parent", type_=Integer)).c.id)))
    .order_by(col(Unit.lft))
)
_FEW_LOWER = (
    select(Unit)
    .where(Unit.parent_id == bindparam("unit", type_=Integer), current())
    .order_by(col(Unit.lft))
    .limit(bindparam("most", type_=Integer))
)
_LEVELS = select(Level).order_by(col(Level.rank))
"""Statements of many pages, which are built once in the life of the process."""
