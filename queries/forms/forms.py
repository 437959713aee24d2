"""Queries about forms: the forms of a unit, their versions and fields, and their uses."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Account, Campaign, Form, FormVersion, Measure, Unit
from queries.units.visibility import visible_measures, visible_units
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.forms.form_fields import FormField, read_form
from rules.forms.form_settings import FormSettings
from rules.sentences.not_found import NotFound

MOST_USES = 200
MOST_SEARCHED = 500
"""In how many form versions shared data elements are looked for, the newest first."""


class ListedForm(NamedTuple):
    """A form with its latest version; None before the first version is published."""

    form: Form
    version: FormVersion | None


class Published(NamedTuple):
    """A form version with the name of the account that published it."""

    version: FormVersion
    publisher: str


class FormUse(NamedTuple):
    """A measure that uses a form."""

    measure: Measure
    campaign: str
    """The title of the measure's campaign."""
    form_id: int
    number: int
    """The number of the form version that the measure uses now."""


def get_form(session: Session, form_id: int) -> Form:
    """The form with this id. Raises `NotFound`."""
    form = session.get(Form, form_id)
    if form is None:
        raise NotFound
    return form


def get_own_form(session: Session, account: Account, form_id: int) -> Form:
    """The form, for an office account of the unit that owns it. Raises `NotFound`."""
    form = get_form(session, form_id)
    require(account, Right.PUBLISH_FORM, Subject(form.unit_id))
    return form


def get_version(session: Session, version_id: int) -> FormVersion:
    """The form version with this id. Raises `NotFound`."""
    version = session.get(FormVersion, version_id)
    if version is None:
        raise NotFound
    return version


def get_version_numbered(session: Session, form_id: int, number: int) -> FormVersion:
    """The version of a form with this number. Raises `NotFound`."""
    wanted = select(FormVersion).where(FormVersion.form_id == form_id, FormVersion.number == number)
    version = session.exec(wanted).one_or_none()
    if version is None:
        raise NotFound
    return version


def get_fields(session: Session, version_id: int) -> tuple[FormField, ...]:
    """The fields of a form version. Raises `NotFound`."""
    return read_form(get_version(session, version_id).fields)


def settings_of(version: FormVersion | None) -> FormSettings:
    """The settings of a version; without a version, the settings of a new form."""
    return FormSettings.model_validate(version.settings if version else {})


def find_latest_version(session: Session, form_id: int) -> FormVersion | None:
    """The latest version of the form."""
    wanted = select(FormVersion).where(FormVersion.form_id == form_id)
    return session.exec(wanted.order_by(col(FormVersion.number).desc()).limit(1)).first()


def list_latest_versions(session: Session, version_ids: Collection[int]) -> dict[int, int]:
    """Form version → the latest version of the same form; one statement, none for no versions."""
    if not version_ids:
        return {}
    given, latest = aliased(FormVersion), aliased(FormVersion)
    newest = (
        select(func.max(latest.number))
        .where(latest.form_id == given.form_id)
        .correlate(given)
        .scalar_subquery()
    )
    wanted = (
        select(given.id, FormVersion.id)
        .join(FormVersion, col(FormVersion.form_id) == given.form_id)
        .where(col(given.id).in_(version_ids), FormVersion.number == newest)
    )
    return dict(session.exec(wanted).all())


def find_equal_form(
    session: Session, unit_id: int, title: str, fields: list[dict[str, Any]]
) -> Form | None:
    """A form of the unit with this title whose latest version has exactly these fields.

    With it, publishing the same new form twice makes one form.
    """
    for form in session.exec(select(Form).where(Form.unit_id == unit_id, Form.title == title)):
        latest = find_latest_version(session, form.id)
        if latest and latest.fields == fields:
            return form
    return None


def list_forms(session: Session, unit_id: int) -> list[ListedForm]:
    """The forms of a unit with their latest versions, the newest first."""
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


def list_published(session: Session, form_id: int) -> list[Published]:
    """The versions of a form with their publishers' names, the newest first; one statement."""
    by_name = ByName(
        Published,
        version=FormVersion,
        publisher=Account.name,
    )
    wanted = (
        select(*by_name.columns)
        .join(Account, col(Account.id) == FormVersion.published_by)
        .where(FormVersion.form_id == form_id)
        .order_by(col(FormVersion.number).desc())
    )
    return by_name.values(session.exec(wanted))


def list_uses(session: Session, unit_id: int, form_id: int | None = None) -> list[FormUse]:
    """The measures that use the unit's forms, or one form; at most `MOST_USES`, newest first."""
    by_name = ByName(
        FormUse,
        measure=Measure,
        campaign=Campaign.title,
        form_id=Form.id,
        number=FormVersion.number,
    )
    wanted = (
        select(*by_name.columns)
        .join(Campaign, col(Campaign.id) == Measure.campaign_id)
        .join(FormVersion, col(FormVersion.id) == Measure.form_version_id)
        .join(Form, col(Form.id) == FormVersion.form_id)
        .where(Form.unit_id == unit_id)
        .order_by(col(Measure.id).desc())
        .limit(MOST_USES)
    )
    if form_id is not None:
        wanted = wanted.where(Form.id == form_id)
    return by_name.values(session.exec(wanted))


def list_elements(session: Session, unit: Unit) -> list[str]:
    """The names of the shared data elements in forms that the unit sees, sorted.

    The unit sees the forms of its subtree, and the forms of the measures it sees.
    """
    owned = select(col(Form.id)).join(Unit, col(Unit.id) == Form.unit_id)
    used = select(Measure.form_version_id).where(visible_measures(unit))
    wanted = (
        select(FormVersion.fields)
        .where(
            or_(
                col(FormVersion.form_id).in_(owned.where(visible_units(unit))),
                col(FormVersion.id).in_(used),
            )
        )
        .order_by(col(FormVersion.id).desc())
        .limit(MOST_SEARCHED)
    )
    forms = session.exec(wanted)
    return sorted({field["reuse"] for fields in forms for field in fields if field.get("reuse")})
