"""The labels under which pages show the fields of forms."""

from collections.abc import Collection

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models import FormVersion, Measure
from models.parameters import among
from rules.forms.form_fields import read_form


def get_labels(session: Session, form_version_id: int | None) -> dict[str, str]:
    """Field → its label, in the order of the form."""
    version = session.get(FormVersion, form_version_id) if form_version_id else None
    return {field.name: field.label for field in read_form(version.fields)} if version else {}


def list_number_labels(session: Session, measure_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Measure → numeric field → its label, for the fields of all versions of the measure's form.

    An answer stays on the form version on which it was given, so older versions count. Of several
    labels of a field the newest is taken. One statement.
    """
    rows = session.execute(_LIST_FIELDS, {"measures": list(measure_ids)})
    found: dict[int, dict[str, str]] = {}
    for measure_id, fields in rows:
        labels = found.setdefault(measure_id, {})
        numbers = (field for field in read_form(fields) if field.numeric)
        labels |= {field.name: field.label for field in numbers if field.name not in labels}
    return found


def list_past_labels(session: Session, form_version_id: int | None) -> dict[str, str]:
    """Field → its label, for the fields of all versions of this version's form."""
    form = select(FormVersion.form_id).where(FormVersion.id == form_version_id)
    versions = session.exec(
        select(FormVersion.fields)
        .where(col(FormVersion.form_id).in_(form))
        .order_by(col(FormVersion.number))
    )
    fields = (field for version in versions for field in version)
    return {field["name"]: field.get("label") or field["name"] for field in fields}


_USED = aliased(FormVersion)
_LIST_FIELDS = (
    select(Measure.id, FormVersion.fields)
    .join(_USED, col(_USED.id) == Measure.form_version_id)
    .join(FormVersion, col(FormVersion.form_id) == _USED.form_id)
    .where(among(col(Measure.id), "measures"))
    .order_by(col(FormVersion.number).desc())
)
"""Built once in the life of the process."""
