"""The unit above tells apart units of one name: 1,258 names of the national list occur twice below
one region."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from models import Unit


def list_names_above(session: Session, units: Iterable[Unit]) -> dict[int, str]:
    """Unit → the name of the unit above; nothing for the top of the tree. One statement."""
    parents = {unit.id: unit.parent_id for unit in units if unit.parent_id is not None}
    wanted = select(Unit.id, Unit.name).where(col(Unit.id).in_(set(parents.values())))
    names = dict(session.exec(wanted).all()) if parents else {}
    return {unit_id: names[parent_id] for unit_id, parent_id in parents.items()}
