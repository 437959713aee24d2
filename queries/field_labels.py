"""What pages call the fields of the forms of measures."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from models import FormVersion, Measure
from rules.forms.form_fields import read_form


def get_labels(session: Session, form_version_id: int | None) -> dict[str, str]:
    """Field → what a page calls it, in the order of the form."""
    version = session.get(FormVersion, form_version_id) if form_version_id else None
    return {field.name: field.label for field in read_form(version.fields)} if version else {}


def list_labels(session: Session, measure_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Measure → field → what a page calls it; one statement."""
    rows = session.exec(
        select(Measure.id, FormVersion.fields)
        .join(FormVersion, col(FormVersion.id) == Measure.form_version_id)
        .where(col(Measure.id).in_(measure_ids))
    )
    return {
        measure_id: {field.name: field.label for field in read_form(fields)}
        for measure_id, fields in rows
        if measure_id is not None
    }


def list_past_labels(session: Session, form_version_id: int | None) -> dict[str, str]:
    """Field → its label, of every version of the form this one is a version of."""
    form = select(FormVersion.form_id).where(FormVersion.id == form_version_id)
    versions = session.exec(
        select(FormVersion.fields)
        .where(col(FormVersion.form_id).in_(form))
        .order_by(col(FormVersion.number))
    )
    fields = (field for version in versions for field in version)
    return {field["name"]: field.get("label") or field["name"] for field in fields}
