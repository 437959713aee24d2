"""Changing the form version of a measure that has been handed down."""

from datetime import datetime

from sqlalchemy import insert, literal, select
from sqlmodel import Session, col

from models import (
    Account,
    Act,
    Assignment,
    Event,
    FormVersion,
    Measure,
    MeasureAct,
    MeasureStatus,
    Status,
)
from queries.forms.form_changes import find_clashes
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.forms.form_change import ChangeRefused
from rules.forms.form_fields import read_form
from rules.sentences.refusal import N_, Refusal
from services.campaigns.chosen_forms import require_own_form
from services.campaigns.measure_history import record_measures

ANY = -1
"""`seen`: the officer has not looked at the version in use, and any is right."""


def change_version(
    session: Session,
    measure: Measure,
    version: FormVersion,
    *,
    seen: int | None = ANY,
    actor: Account,
    now: datetime,
) -> Measure:
    """Let a released measure be answered on `version` from now on.

    Answers keep the version on which they were given, and drafts keep what was typed. `seen` is the
    id of the version that the officer saw in use. The same version again changes nothing. The
    history is written at the measure and at the issuer's own assignments. Raises `Refusal`: as
    `ChangeRefused`, with every field whose totals would become meaningless.
    """
    require(actor, Right.CHANGE_FORM, Subject(measure.unit_id))
    require_own_form(session, version.form_id, actor=actor)
    session.refresh(measure, with_for_update={"key_share": True})
    if version.id == measure.form_version_id:
        return measure
    _require_released(measure)
    old = _version_of(session, measure)
    _require_seen(measure, seen)
    _require_same_form(old, version)
    faults = find_clashes(session, measure, read_form(version.fields))
    if faults:
        raise ChangeRefused(faults)
    differs = {"form_version_id": [measure.form_version_id, version.id]}
    measure.form_version_id = version.id
    measure.version += 1
    session.add(measure)
    session.flush()
    change = MeasureAct.CHANGE_FORM
    record_measures(session, [measure.id], change, actor=actor, now=now, differs=differs)
    _record(session, measure, f"v{old.number if old else 0} → v{version.number}", actor, now)
    return measure


def _require_released(measure: Measure) -> None:
    if measure.status != MeasureStatus.RELEASED:
        raise Refusal(N_("这条措施不在下发状态，不能换用新版表单。"))


def _require_seen(measure: Measure, seen: int | None) -> None:
    if seen not in (ANY, measure.form_version_id):
        raise Refusal(
            N_("这条措施的表单在您查看期间已被别人换过，您的操作没有生效。请看清现在的情况再办理。")
        )


def _version_of(session: Session, measure: Measure) -> FormVersion | None:
    return session.get(FormVersion, measure.form_version_id) if measure.form_version_id else None


def _require_same_form(old: FormVersion | None, version: FormVersion) -> None:
    """Raises `Refusal` for a version of another form. Pages show totals with the labels of all
    versions of one form."""
    if old and old.form_id != version.form_id:
        raise Refusal(
            N_("已经下发的措施只能换用同一张表单的其他版本；要换另一张表单，请另外下发一条措施。")
        )


def _record(session: Session, measure: Measure, reason: str, actor: Account, now: datetime) -> None:
    """Write a row of history at the issuer's own assignment of every period."""
    columns = Event.__table__.c  # type: ignore[attr-defined]
    row = select(
        col(Assignment.id),
        literal(now, columns.at.type),
        literal(actor.id, columns.account_id.type),
        literal(Act.CHANGE_FORM, columns.act.type),
        col(Assignment.status),
        col(Assignment.status),
        literal(reason),
    ).where(
        col(Assignment.measure_id) == measure.id,
        col(Assignment.parent_id).is_(None),
        col(Assignment.status) != Status.WITHDRAWN,
    )
    names = ["assignment_id", "at", "account_id", "act", "from_status", "to_status", "reason"]
    session.execute(insert(Event).from_select(names, row.order_by(col(Assignment.id))))
