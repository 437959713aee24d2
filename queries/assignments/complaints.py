"""Queries about complaints: those of a unit and of all units below."""

from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Complaint, Unit
from queries.units.visibility import visible_units


class Written(NamedTuple):
    """One complaint and the unit that wrote the complaint."""

    complaint: Complaint
    unit: Unit


def list_complaints(
    session: Session, viewer: Unit, *, page: int, size: int
) -> tuple[list[Written], int]:
    """A page of the complaints of the viewer's unit and of the units below, the newest first, and
    how many pages of `size` there are."""
    count = session.exec(
        select(func.count())
        .select_from(Complaint)
        .join(Unit, col(Unit.id) == Complaint.unit_id)
        .where(visible_units(viewer))
    ).one()
    by_name = ByName(
        Written,
        complaint=Complaint,
        unit=Unit,
    )
    rows = session.exec(
        select(*by_name.columns)
        .join(Unit, col(Unit.id) == Complaint.unit_id)
        .where(visible_units(viewer))
        .order_by(col(Complaint.id).desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return by_name.values(rows), max(1, -(-count // size))
