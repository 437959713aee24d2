"""The figures below a unit for one measure and period."""

from sqlalchemy import Integer, String, bindparam
from sqlmodel import Session, col, select

from models import FormVersion, Measure, Total
from queries.assignments.extremes import list_extremes, of_measure
from rules.forms.form_change import with_gone
from rules.forms.form_fields import FormField, read_form
from rules.forms.rolled_figures import EXTREMES, Figure, Sums, figures


def list_figures(session: Session, measure_id: int, period: str, unit_id: int) -> list[Figure]:
    """The lines of the roll-up in the order of the form; two statements, or three."""
    place = {"measure": measure_id, "period": period, "unit": unit_id}
    sums = {
        total.field: Sums(
            total.reported_sum, total.reported_count, total.reviewed_sum, total.reviewed_count
        )
        for total in session.scalars(_TOTALS, place)
    }
    if not sums:
        return []
    fields = _fields(session, measure_id)
    asked = [field.name for field in fields if field.rollup in EXTREMES]
    extremes = (
        list_extremes(session, of_measure(measure_id, period), asked, [unit_id]) if asked else {}
    )
    return figures(fields, sums, {key[3]: found for key, found in extremes.items()})


def _fields(session: Session, measure_id: int) -> tuple[FormField, ...]:
    """The fields of the measure's form, then those of its other versions; none without a form.

    The other versions belong to it, because the sums hold answers given before the form was
    changed.
    """
    rows = session.execute(_VERSIONS, {"measure": measure_id})
    versions = [(read_form(fields), current) for fields, current in rows]
    now = next((fields for fields, current in versions if current), ())
    return with_gone(now, (fields for fields, _current in versions))


_MEASURE = bindparam("measure", type_=Integer)
_TOTALS = (
    select(Total)
    .where(
        Total.measure_id == _MEASURE,
        Total.period == bindparam("period", type_=String),
        Total.unit_id == bindparam("unit", type_=Integer),
    )
    .execution_options(populate_existing=True)
)
_USED = (
    select(FormVersion.form_id)
    .join(Measure, col(Measure.form_version_id) == FormVersion.id)
    .where(Measure.id == _MEASURE)
)
_VERSIONS = (
    select(FormVersion.fields, col(FormVersion.id) == Measure.form_version_id)
    .join(Measure, col(Measure.id) == _MEASURE)
    .where(col(FormVersion.form_id).in_(_USED))
    .order_by(col(FormVersion.number).desc())
)
"""Statements that are built once in the life of the process."""
