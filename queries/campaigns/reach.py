"""The units that a measure would reach if it were released now, by level and one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, not_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models import Assignment, Level, Measure, Status, Tag, Tally, Unit
from queries.campaigns.addressees import addressed, in_scope
from queries.campaigns.measures import list_addressed
from queries.units.unit_groups import Addressees, CountedGroup, list_groups_below
from queries.units.units import below, current, list_levels, list_tags


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
    """How many units below `above` answer the measure or pass it on; three small statements."""
    direct = select(func.count()).where(
        col(Unit.parent_id) == above.id, current(), in_scope(Unit, measure_id)
    )
    addressees = list_addressed(session, measure_id)
    groups = list_groups_below(session, above.id)
    return ReachBelow(
        direct=session.execute(direct).scalar_one(),
        all=sum(group.units for group in groups if group.in_scope(addressees)),
    )


def list_reach_by_level(session: Session, measure_id: int, owner: Unit) -> Sequence[LevelReach]:
    """The levels below `owner` from the top down, with counts; three small statements."""
    addressees = list_addressed(session, measure_id)
    groups = list_groups_below(session, owner.id)
    levels = {group.level for group in groups}
    return [
        _reach_of(level, [group for group in groups if group.level == level.code], addressees)
        for level in list_levels(session)
        if level.code in levels
    ]


def list_reach_by_tag(session: Session, measure_id: int, owner: Unit) -> Sequence[TagReach]:
    """The addressed levels and tags below `owner`, with the units that answer; three small
    statements.

    A unit with two of the tags counts with each.
    """
    addressees = list_addressed(session, measure_id)
    groups = [group for group in list_groups_below(session, owner.id) if group.takes_assignments]
    return [
        TagReach(
            level,
            tag,
            sum(group.units for group in groups if group.level == level and tag.code in group.tags),
        )
        for tag in list_tags(session)
        for level, code in sorted(addressees)
        if code == tag.code
    ]


def _reach_of(level: Level, groups: Sequence[CountedGroup], addressees: Addressees) -> LevelReach:
    answering = passing_on = left_out = 0
    for group in groups:
        answers = group.answers(addressees)
        answering += group.units if answers and group.takes_assignments else 0
        left_out += group.units if answers and not group.takes_assignments else 0
        passing_on += group.units if not answers and group.in_scope(addressees) else 0
    return LevelReach(level, answering, passing_on, left_out)


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
    total = None
    if text:
        named = col(Unit.name).contains(text, autoescape=True)
        scope.append(or_(named, col(Unit.code).startswith(text, autoescape=True)))
    else:
        addressees = list_addressed(session, measure_id)
        groups = list_groups_below(session, owner.id)
        of_level = (group for group in groups if group.level == level)
        total = sum(group.units for group in of_level if group.in_scope(addressees))
    return _page(session, measure_id, scope, limit, offset, total)


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
    session: Session,
    measure_id: int,
    scope: list[Any],
    limit: int,
    offset: int,
    total: int | None = None,
) -> tuple[Sequence[ReachRow], int]:
    above = aliased(Unit)
    wanted = (
        select(Unit, above.name, addressed(Unit, measure_id))
        .join(above, col(above.id) == Unit.parent_id)
        .where(*scope)
        .order_by(col(Unit.lft))
    )
    rows = session.execute(wanted.limit(limit).offset(offset))
    if total is None:
        total = session.exec(select(func.count()).select_from(Unit).where(*scope)).one()
    return [ReachRow(unit, name, bool(answers)) for unit, name, answers in rows], total


def count_reached(session: Session, measure_id: int) -> int:
    """How many assignments of the measure a withdrawal would end, as its issuer's totals say."""
    own = select(func.count()).where(
        Assignment.measure_id == measure_id,
        col(Assignment.parent_id).is_(None),
        Assignment.status != Status.WITHDRAWN,
    )
    below_it = (
        select(func.coalesce(func.sum(Tally.issued), 0))
        .join(Measure, col(Measure.id) == Tally.measure_id)
        .where(Tally.measure_id == measure_id, Tally.unit_id == Measure.unit_id)
    )
    return int(session.exec(own).one() + session.exec(below_it).one())
