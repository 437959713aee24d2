"""Forms: they are made, renamed, and published version by version."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from models import Account, Form, FormVersion
from queries.forms.forms import find_latest_version
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.dates.calendar import local_time
from rules.forms.field_values import clean_text
from rules.forms.form_check import check_form
from rules.forms.form_fields import dump_form
from rules.forms.form_settings import FormSettings
from rules.sentences.refusal import N_, Refusal
from services.forms.data_elements import check_elements

LONGEST_TITLE = 200


class PublishedSince(Refusal):
    """Somebody has published another version since the author began."""

    def __init__(self, version: FormVersion, who: str, at: str) -> None:
        self.version = version
        super().__init__(
            N_(
                "打开这个编辑页以后，已发布了第 %(number)s 版（%(at)s，%(who)s），"
                "您的改动没有发布。请先看看那一版，再发布一次。"
            ),
            number=version.number,
            at=at,
            who=who,
        )


def create_form(
    session: Session, unit_id: int, title: str, *, actor: Account, now: datetime
) -> Form:
    """Make a form without questions. Raises `Refusal` for an empty or overlong title."""
    require(actor, Right.MAKE_FORM, Subject(unit_id))
    form = Form(unit_id=unit_id, title=read_title(title), created_at=now, created_by=actor.id)
    session.add(form)
    session.flush()
    return form


def rename_form(session: Session, form: Form, title: str, *, actor: Account) -> Form:
    """Give a form another title; its versions stay as they are. Refuses as `create_form` does."""
    require(actor, Right.RENAME_FORM, Subject(form.unit_id))
    form.title = read_title(title)
    session.add(form)
    session.flush()
    return form


def publish_version(
    session: Session,
    form: Form,
    raw_fields: Sequence[Mapping[str, Any]],
    *,
    settings: FormSettings | None = None,
    after: int | None = None,
    actor: Account,
    now: datetime,
) -> FormVersion:
    """Check the fields and freeze them as the form's next version.

    `settings` None keeps the settings of the latest version. Fields and settings equal to the
    latest version make no new one. `after` is the number of the version from which the author
    started (0: no version). Raises `Refusal`: as `PublishedSince` when a version after that was
    published, and as `FormFaults` with every fault of every field.
    """
    require(actor, Right.PUBLISH_FORM, Subject(form.unit_id))
    checked = check_form(raw_fields)
    check_elements(session, form, checked)
    fields = dump_form(checked)
    session.exec(select(Form.id).where(Form.id == form.id).with_for_update()).one()
    latest = find_latest_version(session, form.id)
    kept = _dumped(settings, latest)
    if latest and latest.fields == fields and latest.settings == kept:
        return latest
    _check_latest(session, latest, after, now)
    version = FormVersion(
        form_id=form.id,
        number=latest.number + 1 if latest else 1,
        fields=fields,
        settings=kept,
        published_at=now,
        published_by=actor.id,
    )
    session.add(version)
    session.flush()
    return version


def _dumped(settings: FormSettings | None, latest: FormVersion | None) -> dict[str, Any]:
    if settings is not None:
        return settings.model_dump(mode="json", exclude_defaults=True)
    return latest.settings if latest else {}


def _check_latest(
    session: Session, latest: FormVersion | None, after: int | None, now: datetime
) -> None:
    if after is not None and latest is not None and latest.number != after:
        raise PublishedSince(
            latest, session.get_one(Account, latest.published_by).name, _clock(latest, now)
        )


def _clock(version: FormVersion, now: datetime) -> str:
    """When a version was published. For a version of today only the time is given."""
    at, today = local_time(version.published_at), local_time(now).date()
    return f"{at:%H:%M}" if at.date() == today else f"{at:%Y-%m-%d %H:%M}"


def read_title(typed: str) -> str:
    """The title of a form as it is stored. Raises `Refusal` for an empty or overlong title."""
    title = clean_text(typed, multiline=False)
    if not title:
        raise Refusal(N_("请填写表单名称。"))
    if len(title) > LONGEST_TITLE:
        raise Refusal(N_("表单名称最多 %(longest)s 字。"), longest=LONGEST_TITLE)
    return title
