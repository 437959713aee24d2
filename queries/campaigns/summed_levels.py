"""Whether the sums of a measure add a unit to the units below it."""

from sqlmodel import Session, col, func, select

from models import Addressee, FormVersion, Measure
from rules.assignments.counting import sums_levels
from rules.forms.form_fields import read_form


def sums_over_levels(session: Session, measure: Measure) -> bool:
    """Whether several levels answer a form that sums; one statement."""
    levels = (
        select(func.count(col(Addressee.level).distinct()))
        .where(Addressee.measure_id == measure.id)
        .scalar_subquery()
    )
    wanted = select(FormVersion.fields, levels).where(FormVersion.id == measure.form_version_id)
    found = session.exec(wanted).one_or_none()
    return found is not None and sums_levels(read_form(found[0]), found[1])
