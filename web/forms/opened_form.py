"""The form that the editor of a measure works on, and what publishing the form does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Response
from sqlmodel import Session

from models import Campaign, Form, FormVersion, Measure, MeasureStatus
from queries.forms.form_changes import find_clashes
from queries.forms.forms import find_equal_form, find_latest_version, get_form, get_version
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.forms.form_change import ChangeRefused
from rules.forms.form_check import check_form
from rules.forms.form_fields import FormField, dump_form, read_form
from rules.forms.form_settings import FormSettings
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_
from services.campaigns.measures import EDITABLE, use_form
from services.forms.forms import create_form, publish_version, rename_form
from web.edge.pages.said import back_to
from web.edge.viewer.context import Context
from web.edge.viewer.security import Viewer

EDITED = (*EDITABLE, MeasureStatus.RELEASED)


@dataclass(frozen=True)
class Opened:
    """What the editor of a measure works on."""

    measure: Measure
    campaign: Campaign
    form: Form | None
    """The form that gets another version; None: a new one is made."""
    base: FormVersion | None
    """The version on which the form was opened."""
    latest: int
    """The number of the latest version when the form was opened; 0: none."""

    @property
    def fields(self) -> tuple[FormField, ...]:
        return read_form(self.base.fields) if self.base else ()

    @property
    def released(self) -> bool:
        return self.measure.status == MeasureStatus.RELEASED

    @property
    def target(self) -> int:
        """What a draft is kept for: the form, or 0 for a new one."""
        return self.form.id if self.form else 0

    @property
    def address(self) -> str:
        """Where the editor of this form opens."""
        new = "?new=1" if self.form is None and self.measure.form_version_id else ""
        return f"/measures/{self.measure.id}/form{new}"


def open_form(
    session: Session, viewer: Viewer, measure: Measure, campaign: Campaign, *, new: bool = False
) -> Opened:
    """The form that the measure uses, if the form belongs to the office.

    A released measure keeps its form: no new form can be made for it.
    """
    used = measure.form_version_id
    if used is None or (new and measure.status in EDITABLE):
        return Opened(measure, campaign, None, None, 0)
    base = get_version(session, used)
    form = get_form(session, base.form_id)
    if not viewer.may(Right.PUBLISH_FORM, Subject(form.unit_id)):
        return Opened(measure, campaign, None, None, 0)
    latest = find_latest_version(session, base.form_id)
    return Opened(measure, campaign, form, base, latest.number if latest else 0)


def on_version(session: Session, opened: Opened, base_id: int | None, latest: int) -> Opened:
    """The form as it was when a page or a draft was begun; a version of another form is ignored."""
    if opened.form is None or not base_id:
        return opened
    try:
        base = get_version(session, base_id)
    except NotFound:
        return opened
    if base.form_id != opened.form.id:
        return opened
    return replace(opened, base=base, latest=latest)


def publish(
    context: Context,
    opened: Opened,
    title: str,
    raw: Sequence[dict[str, Any]],
    *,
    settings: FormSettings | None = None,
) -> FormVersion:
    """Freeze the next version of the form; a measure that is still a draft uses the version.

    Raises `Refusal`: `FormFaults`, and for a released measure `ChangeRefused`.
    """
    session, actor, now = context.session, context.actor, context.now
    measure, form = opened.measure, opened.form
    if opened.released:
        require_fit(session, measure, check_form(raw))
    if form is None:
        form = find_equal_form(session, measure.unit_id, title, dump_form(check_form(raw)))
    if form is None:
        form = create_form(session, measure.unit_id, title, actor=actor, now=now)
    elif form.title != title:
        rename_form(session, form, title, actor=actor)
    after = opened.latest if opened.form else None
    version = publish_version(
        session, form, raw, settings=settings, after=after, actor=actor, now=now
    )
    if not opened.released:
        use_form(session, measure, version.id, actor=actor, now=now)
    return version


def require_fit(session: Session, measure: Measure, fields: Sequence[FormField]) -> None:
    faults = find_clashes(session, measure, fields)
    if faults:
        raise ChangeRefused(faults)


def after_publishing(opened: Opened, version: FormVersion) -> Response:
    """The page after publishing. For a released measure the office first looks at what changes."""
    address = f"/measures/{opened.measure.id}"
    if opened.released:
        said = N_("已发布表单第 %(number)s 版，还没有换用。请看换用以后的变化，再决定。")
        if opened.measure.form_version_id == version.id:
            said = N_("表单没有改动，这条措施用的就是第 %(number)s 版。")
        address = f"{address}/form/change?version={version.id}"
        return back_to(address, said, number=version.number)
    said = N_("已发布表单第 %(number)s 版，这条措施用这一版。")
    return back_to(f"{address}/edit", said, number=version.number)
