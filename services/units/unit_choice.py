"""Rules are applied to the tree: which units carry which tags, and which take no assignments."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    delete,
    exists,
    false,
    func,
    insert,
    or_,
    true,
    union,
    update,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models import Account, Level, Tag, Unit, UnitTag
from queries.units.units import current, list_tags
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.sentences.refusal import N_, Refusal
from rules.units.unit_choice import How, TagRule, UnitChoice
from services.units.unit_groups import count_groups

Ids = Select[Any] | CompoundSelect[Any]


def apply_tags(
    session: Session, rules: Sequence[TagRule], *, actor: Account | None
) -> dict[str, int]:
    """Give the tags of the rules to exactly the units that the rules choose.

    Returns tag → number of units that carry the tag. Other tags stay as they are. The number of
    statements grows with the tags and levels, not with the units. Raises `Refusal` for a rule that
    names a code or a level that the tree does not have.
    """
    require(actor, Right.SHAPE_TREE, Subject())
    _check_known(session, [rule.choice for rule in rules])
    tags = {rule.tag: rule for rule in rules}
    _define_tags(session, tags.values())
    session.execute(delete(UnitTag).where(col(UnitTag.tag).in_(tags)))
    for tag in tags:
        choices = [rule.choice for rule in rules if rule.tag == tag]
        _carry(session, tag, _chosen([choice for choice in choices if choice.how is not How.MOST]))
        for level in _from_the_bottom(session, choices):
            _carry(session, tag, _mostly_carrying(tag, level))
    count_groups(session)
    session.expire_all()
    counted = select(UnitTag.tag, func.count()).where(col(UnitTag.tag).in_(tags))
    return dict.fromkeys(tags, 0) | dict(session.exec(counted.group_by(col(UnitTag.tag))).all())


def apply_exclusions(
    session: Session, exclusions: Sequence[UnitChoice], *, actor: Account | None
) -> int:
    """Let the chosen units and everything below take no assignments; returns how many units
    changed.

    No unit takes assignments again by this function. An import with a column `takes_assignments`
    can do that.
    """
    require(actor, Right.SHAPE_TREE, Subject())
    _check_known(session, exclusions)
    done = session.connection().execute(
        update(Unit)
        .where(col(Unit.id).in_(_chosen(exclusions)), col(Unit.takes_assignments).is_(True))
        .values(takes_assignments=False)
    )
    count_groups(session)
    session.expire_all()
    return done.rowcount


def _chosen(choices: Sequence[UnitChoice]) -> Ids:
    """The ids of the current units that the choices name; where a choice says so, with all below.

    Both are parts of a UNION. For one clause with OR, PostgreSQL looks each unit up in a list of
    all lower units, which takes hours where the list does not fit into its memory.
    """
    top = aliased(Unit)
    tops = (
        select(top.lft, top.rgt)
        .where(
            _named(top, [choice for choice in choices if choice.below]), col(top.valid_to).is_(None)
        )
        .subquery("tops")
    )
    lower = select(Unit.id).join(tops, col(Unit.lft).between(tops.c.lft, tops.c.rgt))
    named = _named(Unit, [choice for choice in choices if not choice.below])
    return union(select(Unit.id).where(named, current()), lower.where(current()))


def _named(unit: Any, choices: Sequence[UnitChoice]) -> ColumnElement[bool]:
    """The clause for the units that the choices name themselves; `unit` is `Unit` or an alias."""
    values = {how: [choice.value for choice in choices if choice.how is how] for how in How}
    return or_(
        false(),
        col(unit.code).in_(values[How.CODE]),
        col(unit.kind).in_(values[How.KIND]),
        col(unit.level).in_(values[How.LEVEL]),
        *(col(unit.name).contains(part, autoescape=True) for part in values[How.NAME]),
    )


def _mostly_carrying(tag: str, level: str) -> Select[tuple[int]]:
    """The ids of the units of a level where most of the units directly below carry the tag."""
    lower = aliased(Unit)
    carried = and_(col(UnitTag.unit_id) == lower.id, col(UnitTag.tag) == tag)
    return (
        select(Unit.id)
        .join(lower, and_(col(lower.parent_id) == Unit.id, col(lower.valid_to).is_(None)))
        .outerjoin(UnitTag, carried)
        .where(Unit.level == level, current())
        .group_by(col(Unit.id))
        .having(2 * func.count(col(UnitTag.unit_id)) > func.count())
    )


def _carry(session: Session, tag: str, ids: Ids) -> None:
    """Give the tag to the units with these ids that do not carry it yet."""
    carrying = exists().where(col(UnitTag.unit_id) == Unit.id, col(UnitTag.tag) == tag)
    wanted = select(Unit.id, Tag.code).join(Tag, true()).where(Tag.code == tag)
    wanted = wanted.where(col(Unit.id).in_(ids), ~carrying)
    session.execute(insert(UnitTag).from_select(["unit_id", "tag"], wanted))


def _from_the_bottom(session: Session, choices: Sequence[UnitChoice]) -> list[str]:
    wanted = {choice.value for choice in choices if choice.how is How.MOST}
    ordered = select(Level.code).where(col(Level.code).in_(wanted)).order_by(col(Level.rank).desc())
    return list(session.exec(ordered).all()) if wanted else []


def _define_tags(session: Session, rules: Iterable[TagRule]) -> None:
    known = {tag.code: tag for tag in list_tags(session)}
    for rule in rules:
        tag = known.get(rule.tag) or Tag(code=rule.tag, name=rule.name, name_en=rule.name_en)
        tag.name, tag.name_en = rule.name, rule.name_en
        session.add(tag)
    session.flush()


def _check_known(session: Session, choices: Sequence[UnitChoice]) -> None:
    """Raises `Refusal` for the first choice whose code or level the tree does not have."""
    codes = [choice.value for choice in choices if choice.how is How.CODE]
    known = set(session.exec(select(Unit.code).where(col(Unit.code).in_(codes))).all())
    known |= set(session.exec(select(Level.code)).all())
    for choice in choices:
        if choice.how in (How.CODE, How.LEVEL, How.MOST) and choice.value not in known:
            raise Refusal(
                N_("第 %(line)d 行：名单里没有“%(value)s”。"), line=choice.line, value=choice.value
            )
