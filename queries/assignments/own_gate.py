"""The clause that joins an assignment with the gate of its level."""

from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from models import Assignment, MeasureGate


def is_own_gate() -> ColumnElement[bool]:
    """The clause "this gate is that of the assignment's measure and level"; not every level has
    one."""
    return and_(
        col(MeasureGate.measure_id) == Assignment.measure_id,
        col(MeasureGate.level) == Assignment.level,
    )
