"""The tags of many units at once."""

from __future__ import annotations

from sqlmodel import Session, col, select

from models import Tag, Unit, UnitTag


def list_tags_below(session: Session, unit: Unit) -> dict[int, list[Tag]]:
    """Id of a unit directly below → its tags. A unit without tags is left out. One statement."""
    wanted = (
        select(UnitTag.unit_id, Tag)
        .join(Tag, col(Tag.code) == UnitTag.tag)
        .join(Unit, col(Unit.id) == UnitTag.unit_id)
        .where(Unit.parent_id == unit.id)
        .order_by(col(Tag.code))
    )
    found: dict[int, list[Tag]] = {}
    for unit_id, tag in session.exec(wanted):
        found.setdefault(unit_id, []).append(tag)
    return found
