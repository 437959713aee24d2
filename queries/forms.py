"""What is asked of forms: the forms of a unit, their versions, and their fields."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from models import Form, FormVersion
from queries.not_found import NotFound
from rules.forms.form_fields import FormField, read_form


class ListedForm(NamedTuple):
    """A form with its latest version; None before the first is published."""

    form: Form
    version: FormVersion | None


def get_form(session: Session, form_id: int) -> Form:
    """The form with this id. Raises NotFound."""
    form = session.get(Form, form_id)
    if form is None:
        raise NotFound
    return form


def get_version(session: Session, version_id: int) -> FormVersion:
    """The form version with this id. Raises NotFound."""
    version = session.get(FormVersion, version_id)
    if version is None:
        raise NotFound
    return version


def get_fields(session: Session, version_id: int) -> tuple[FormField, ...]:
    """The fields of a form version. Raises NotFound."""
    return read_form(get_version(session, version_id).fields)


def find_latest_version(session: Session, form_id: int) -> FormVersion | None:
    """The version of the form published last."""
    wanted = select(FormVersion).where(FormVersion.form_id == form_id)
    return session.exec(wanted.order_by(col(FormVersion.number).desc()).limit(1)).first()


def list_forms(session: Session, unit_id: int) -> list[ListedForm]:
    """The forms of a unit with their latest versions, newest first."""
    latest = (
        select(func.max(FormVersion.number))
        .where(FormVersion.form_id == Form.id)
        .correlate(Form)
        .scalar_subquery()
    )
    wanted = (
        select(Form, FormVersion)
        .outerjoin(
            FormVersion,
            (col(FormVersion.form_id) == Form.id) & (col(FormVersion.number) == latest),
        )
        .where(Form.unit_id == unit_id)
        .order_by(col(Form.id).desc())
    )
    return [ListedForm(form, version) for form, version in session.exec(wanted)]


def list_versions(session: Session, form_id: int) -> Sequence[FormVersion]:
    """The versions of a form, newest first."""
    wanted = select(FormVersion).where(FormVersion.form_id == form_id)
    return session.exec(wanted.order_by(col(FormVersion.number).desc())).all()
