"""Whether the sums of a measure add a unit to the units below it."""

from sqlalchemy import Integer, bindparam, func, select
from sqlmodel import Session, col

from models import Addressee, FormVersion, Measure
from rules.assignments.counting import sums_levels
from rules.forms.form_fields import read_form


def sums_over_levels(session: Session, measure: Measure) -> bool:
    """Whether several levels answer a form that sums; one statement."""
    given = {"measure": measure.id, "version": measure.form_version_id}
    found = session.execute(_SUMMED, given).one_or_none()
    return found is not None and sums_levels(read_form(found[0]), found[1])


_LEVELS = select(func.count(col(Addressee.level).distinct())).where(
    col(Addressee.measure_id) == bindparam("measure", type_=Integer)
)
_SUMMED = select(col(FormVersion.fields), _LEVELS.scalar_subquery()).where(
    col(FormVersion.id) == bindparam("version", type_=Integer)
)
"""A statement of every progress page, built once."""
