"""The units that a measure would reach if it were released now, by level and one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, not_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Addressee, Assignment, Level, Status, Tag, Unit, UnitTag
from queries.campaigns.addressees import addressed, in_scope
from queries.units.units import below, current


class LevelReach(NamedTuple):
    """How many units of one level a measure reaches."""

    level: Level
    answering: int
    """Units that fill in the form."""
    passing_on: int
    """Units in between, which pass the measure on and sum up."""
    left_out: int
    """Units with the level and tag of an addressee that take no assignments."""


class TagReach(NamedTuple):
    """How many units of one level carry a tag for which the measure is meant."""

    level: str
    tag: Tag
    answering: int


class ReachRow(NamedTuple):
    """One unit that a measure reaches."""

    unit: Unit
    above: str
    """The name of the unit above."""
    answering: bool


class ReachBelow(NamedTuple):
    """How many units below one unit a measure is meant for."""

    direct: int
    """Units directly below, to which the unit itself passes the measure on."""
    all: int
    """These and every unit further down that the measure goes on to."""


def count_reach_below(session: Session, measure_id: int, above: Unit) -> ReachBelow:
    """How many units below `above` answer the measure or pass it on; one statement."""
    direct = _count(col(Unit.parent_id) == above.id)
    by_name = ByName(ReachBelow, direct=direct, all=func.count())
    counts = select(*by_name.columns).where(below(above), current(), in_scope(Unit, measure_id))
    return by_name.value(session.execute(counts).one())


def list_reach_by_level(session: Session, measure_id: int, owner: Unit) -> Sequence[LevelReach]:
    """The levels below `owner` from the top down, with counts; one statement."""
    answers = addressed(Unit, measure_id)
    by_name = ByName(
        LevelReach,
        level=Level,
        answering=_count(and_(col(Unit.takes_assignments), answers)),
        passing_on=_count(and_(in_scope(Unit, measure_id), not_(answers))),
        left_out=_count(and_(not_(col(Unit.takes_assignments)), answers)),
    )
    wanted = (
        select(*by_name.columns)
        .join(Unit, col(Unit.level) == Level.code)
        .where(below(owner), current())
        .group_by(col(Level.code))
        .order_by(col(Level.rank))
    )
    return by_name.values(session.execute(wanted))


def list_reach_by_tag(session: Session, measure_id: int, owner: Unit) -> Sequence[TagReach]:
    """The addressed levels and tags below `owner`, with the units that answer; one statement.

    A unit with two of the tags counts with each.
    """
    carries = and_(
        col(Unit.id) == UnitTag.unit_id,
        col(Unit.level) == Addressee.level,
        col(Unit.takes_assignments),
        below(owner),
        current(),
    )
    by_name = ByName(TagReach, level=Addressee.level, tag=Tag, answering=func.count(col(Unit.id)))
    wanted = (
        select(*by_name.columns)
        .join(Tag, col(Tag.code) == Addressee.tag)
        .outerjoin(UnitTag, col(UnitTag.tag) == Tag.code)
        .outerjoin(Unit, carries)
        .where(col(Addressee.measure_id) == measure_id)
        .group_by(col(Addressee.level), col(Tag.code))
        .order_by(col(Tag.code))
    )
    return by_name.values(session.execute(wanted))


def _count(condition: ColumnElement[bool]) -> Any:
    return func.count(case((condition, 1)))


def list_reached(
    session: Session,
    measure_id: int,
    owner: Unit,
    *,
    level: str,
    text: str = "",
    limit: int,
    offset: int = 0,
) -> tuple[Sequence[ReachRow], int]:
    """A page of the units of `level` that the measure reaches, in the order of the tree, and how
    many there are on all pages.

    `text` keeps only units whose name holds the text or whose code begins with it. Two statements.
    """
    scope = [below(owner), current(), Unit.level == level, in_scope(Unit, measure_id)]
    if text:
        named = col(Unit.name).contains(text, autoescape=True)
        scope.append(or_(named, col(Unit.code).startswith(text, autoescape=True)))
    return _page(session, measure_id, scope, limit, offset)


def list_left_out(
    session: Session, measure_id: int, owner: Unit, *, limit: int, offset: int = 0
) -> tuple[Sequence[ReachRow], int]:
    """A page of the units that the addressees name but that take no assignments, and how many there
    are on all pages."""
    scope = [
        below(owner), current(),
        not_(col(Unit.takes_assignments)), addressed(Unit, measure_id),
    ]  # fmt: skip
    return _page(session, measure_id, scope, limit, offset)


def _page(
    session: Session, measure_id: int, scope: list[Any], limit: int, offset: int
) -> tuple[Sequence[ReachRow], int]:
    above = aliased(Unit)
    wanted = (
        select(Unit, above.name, addressed(Unit, measure_id))
        .join(above, col(above.id) == Unit.parent_id)
        .where(*scope)
        .order_by(col(Unit.lft))
    )
    rows = session.execute(wanted.limit(limit).offset(offset))
    total = session.exec(select(func.count()).select_from(Unit).where(*scope)).one()
    return [ReachRow(unit, name, bool(answers)) for unit, name, answers in rows], total


def count_reached(session: Session, measure_id: int) -> int:
    """How many assignments of the measure a withdrawal would end."""
    wanted = select(func.count()).select_from(Assignment)
    live = (Assignment.measure_id == measure_id, Assignment.status != Status.WITHDRAWN)
    return session.exec(wanted.where(*live)).one()
