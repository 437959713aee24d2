"""What is asked of complaints: those of a unit and of all below it."""

from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from models import Complaint, Unit
from queries.units.visibility import visible_units


class Written(NamedTuple):
    """One complaint and the unit it came from."""

    complaint: Complaint
    unit: Unit


def list_complaints(
    session: Session, viewer: Unit, *, page: int, size: int
) -> tuple[list[Written], int]:
    """Complaints of the viewer's unit and those below, newest first; and how many pages."""
    count = session.exec(
        select(func.count())
        .select_from(Complaint)
        .join(Unit, col(Unit.id) == Complaint.unit_id)
        .where(visible_units(viewer))
    ).one()
    rows = session.exec(
        select(Complaint, Unit)
        .join(Unit, col(Unit.id) == Complaint.unit_id)
        .where(visible_units(viewer))
        .order_by(col(Complaint.id).desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return [Written(*row) for row in rows], max(1, -(-count // size))
