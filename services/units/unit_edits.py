"""Units are changed on their page: name, kind, telephone and tags. An import changes the tree."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models import Account, Tag, Unit, UnitFact, UnitTag
from queries.units.units import list_tags
from queries.units.visibility import find_unit_of
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.sentences.refusal import N_, Refusal
from rules.units.unit_facts import UnitFacts
from services.units.group_changes import recount_groups
from services.units.unit_history import ChangedFact, record
from services.units.units import lock_tree, store_tags


def edit_unit(
    session: Session, unit: Unit, facts: UnitFacts, *, actor: Account | None, now: datetime
) -> bool:
    """Change what is known about a unit; False where nothing differs.

    The office of the unit itself may change only telephone and mailbox.
    """
    at = find_unit_of(session, actor)
    wanted = {UnitFact(name): value for name, value in facts._asdict().items()}
    changed = [
        ChangedFact(unit.id, fact, getattr(unit, fact), value)
        for fact, value in wanted.items()
        if getattr(unit, fact) != value
    ]
    rights = {_RIGHTS.get(change.fact, Right.EDIT_UNIT) for change in changed}
    for right in rights | {Right.SET_TELEPHONE}:
        require(actor, right, Subject.of(unit), at=at)
    if changed:
        _require_current([unit])
        lock_tree(session)
        for change in changed:
            setattr(unit, change.fact, change.after)
        session.add(unit)
        session.flush()
        record(session, changed, actor=actor, now=now)
    return bool(changed)


_RIGHTS = dict.fromkeys((UnitFact.TELEPHONE, UnitFact.EMAIL), Right.SET_TELEPHONE)


def tag_units(
    session: Session,
    units: Sequence[Unit],
    tags: Collection[str],
    *,
    carrying: bool,
    actor: Account | None,
    now: datetime,
) -> int:
    """Let all the units carry the tags (codes), or none of them; returns how many units changed.

    The number of statements is constant. Raises `Refusal` for a tag that is not known.
    """
    at = find_unit_of(session, actor)
    for unit in units:
        require(actor, Right.EDIT_UNIT, Subject.of(unit), at=at)
    if unknown := set(tags) - {tag.code for tag in list_tags(session)}:
        raise Refusal(N_("没有“%(tag)s”这个标签。"), tag=min(unknown)[:40])
    _require_current(units)
    lock_tree(session)
    chosen = {(unit.id, tag) for unit in units for tag in tags}
    present = _present(session, [unit.id for unit in units]) & chosen
    fewer, more = (set(), chosen - present) if carrying else (present, set())
    changed = store_tags(session, fewer, more)
    if changed:
        recount_groups(session, {change.unit_id for change in changed})
    record(session, changed, actor=actor, now=now)
    return len({change.unit_id for change in changed})


def make_tag(session: Session, name: str, *, actor: Account | None) -> str:
    """The code of the tag with this name, which is made where there is none. Only the office at the
    top makes tags, because they hold for the whole tree."""
    known = {text: tag.code for tag in list_tags(session) for text in (tag.code, tag.name)}
    if name in known:
        return known[name]
    require(actor, Right.IMPORT_UNITS, Subject(), at=find_unit_of(session, actor))
    session.add(Tag(code=name, name=name, name_en=name))
    session.flush()
    return name


def _present(session: Session, unit_ids: Iterable[int]) -> set[tuple[int, str]]:
    wanted = select(UnitTag.unit_id, UnitTag.tag).where(col(UnitTag.unit_id).in_(unit_ids))
    return {(unit_id, tag) for unit_id, tag in session.exec(wanted)}


def _require_current(units: Iterable[Unit]) -> None:
    for unit in units:
        if unit.valid_to is not None:
            raise Refusal(N_("“%(unit)s”已经撤销，不能再修改。"), unit=unit.name)
