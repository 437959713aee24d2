"""Forms: making them, and publishing their versions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from models import Account, Form, FormVersion
from queries.forms import find_latest_version
from rules.forms.field_values import clean_text
from rules.forms.form_fields import check_form, dump_form
from rules.refusal import N_, Refusal

LONGEST_TITLE = 200


def create_form(
    session: Session, unit_id: int, title: str, *, actor: Account, now: datetime
) -> Form:
    """A form without questions yet. Raises `Refusal` for an empty or overlong title."""
    assert actor.id is not None
    form = Form(unit_id=unit_id, title=_title(title), created_at=now, created_by=actor.id)
    session.add(form)
    session.flush()
    return form


def rename_form(session: Session, form: Form, title: str) -> Form:
    """Another title; the versions stay as they are. Raises `Refusal`."""
    form.title = _title(title)
    session.add(form)
    session.flush()
    return form


def publish_version(
    session: Session,
    form: Form,
    raw_fields: Sequence[Mapping[str, Any]],
    *,
    actor: Account,
    now: datetime,
) -> FormVersion:
    """Check the fields and freeze them as the form's next version.

    Fields equal to the latest version's make no new one. Raises `Refusal`: a `FormFaults` with
    every fault of every field.
    """
    assert actor.id is not None
    assert form.id is not None
    fields = dump_form(check_form(raw_fields))
    session.exec(select(Form.id).where(Form.id == form.id).with_for_update()).one()
    latest = find_latest_version(session, form.id)
    if latest and latest.fields == fields:
        return latest
    version = FormVersion(
        form_id=form.id,
        number=latest.number + 1 if latest else 1,
        fields=fields,
        published_at=now,
        published_by=actor.id,
    )
    session.add(version)
    session.flush()
    return version


def _title(typed: str) -> str:
    title = clean_text(typed, multiline=False)
    if not title:
        raise Refusal(N_("请填写表单名称。"))
    if len(title) > LONGEST_TITLE:
        raise Refusal(N_("表单名称最多 %(longest)s 字。"), longest=LONGEST_TITLE)
    return title
