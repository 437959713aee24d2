"""Starting from what there was: a campaign or a measure is copied as drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session, col

from models import (
    Account,
    Addressee,
    Campaign,
    Measure,
    MeasureAct,
    MeasureGate,
    MeasureStatus,
    Notice,
)
from queries.campaigns.campaigns import get_notice, next_position
from queries.campaigns.measures import list_measures
from queries.forms.forms import list_latest_versions
from queries.units.calendars import get_calendar_of
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.campaigns.copies import moved_rule
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal
from services.campaigns.campaigns import LONGEST_TITLE
from services.campaigns.measure_content import MeasureContent
from services.campaigns.measure_history import record_measures

_CHANGED = {"due_rule", "form_version_id", "addressees", "gates"}
_DECIDED = tuple(part.name for part in fields(MeasureContent) if part.name not in _CHANGED)
"""The columns of a measure that are copied as they are."""
_PLACED = ("path", "start", "end", "findings")
"""The columns that point into the notice."""


def copied_measures(measures: Sequence[Measure]) -> list[Measure]:
    """The measures that a copy takes over: all that were not withdrawn."""
    return [measure for measure in measures if measure.status != MeasureStatus.WITHDRAWN]


def copy_campaign(
    session: Session,
    source: Campaign,
    *,
    title: str,
    starts_on: date,
    actor: Account,
    now: datetime,
) -> Campaign:
    """Make a campaign of the same unit with the notice's text, and a draft of each measure.

    Due dates move as far as the start does, to the working day before where they come to lie on a
    day off. Each form is taken in its newest version. Number and date of the notice stay empty,
    because next year's notice has its own; its files and the schedules are not copied. The number
    of statements is constant. Raises `Refusal` for a missing or an overlong title.
    """
    require(actor, Right.TAKE_IN_NOTICE, Subject(source.unit_id))
    title = _checked(title)
    copy = Campaign(
        title=title, unit_id=source.unit_id, starts_on=starts_on, created_at=now,
        created_by=actor.id,
    )  # fmt: skip
    session.add(copy)
    session.flush()
    notice = get_notice(session, source)
    session.add(
        Notice(
            campaign_id=copy.id,
            title=title,
            issuer=notice.issuer,
            text=notice.text,
            outline=notice.outline,
        )
    )
    days = (starts_on - source.starts_on).days
    measures = copied_measures(list_measures(session, source.id))
    _copy(session, measures, copy, days=days, placed=True, actor=actor, now=now)
    return copy


def copy_measure(
    session: Session, source: Measure, campaign: Campaign, *, actor: Account, now: datetime
) -> Measure:
    """Make a draft in `campaign` of a measure of another campaign of the same unit.

    The due date is kept. The draft has no place in the notice.
    """
    require(actor, Right.WRITE_MEASURE, Subject(campaign.unit_id))
    require(actor, Right.WRITE_MEASURE, Subject(source.unit_id))
    ids = _copy(session, [source], campaign, days=0, placed=False, actor=actor, now=now)
    return session.get_one(Measure, ids[source.id])


def _checked(typed: str) -> str:
    title = clean_text(typed, multiline=False)
    if not title:
        raise Refusal(N_("专项工作要有标题。"))
    if len(title) > LONGEST_TITLE:
        raise Refusal(N_("标题太长，最多%(most)d个字。"), most=LONGEST_TITLE)
    return title


def _copy(
    session: Session,
    measures: Sequence[Measure],
    campaign: Campaign,
    *,
    days: int,
    placed: bool,
    actor: Account,
    now: datetime,
) -> dict[int, int]:
    """Store drafts of the measures. Returns the id of each measure → the id of its draft."""
    if not measures:
        return {}
    first = next_position(session, campaign.id)
    forms = [version for measure in measures if (version := measure.form_version_id)]
    newest = list_latest_versions(session, forms)
    calendar = get_calendar_of(session, campaign.unit_id)
    rows = [
        {
            **_row(measure, placed=placed),
            "campaign_id": campaign.id,
            "unit_id": campaign.unit_id,
            "position": first + place,
            "due_rule": moved_rule(calendar, measure.due_rule, days),
            "form_version_id": newest.get(measure.form_version_id or 0, measure.form_version_id),
        }
        for place, measure in enumerate(measures)
    ]
    session.execute(insert(Measure), rows)
    stored = select(col(Measure.position), col(Measure.id)).where(
        col(Measure.campaign_id) == campaign.id, col(Measure.position) >= first
    )
    at = {position: measure_id for position, measure_id in session.execute(stored)}  # noqa: C416
    ids = {measure.id: at[first + place] for place, measure in enumerate(measures)}
    for table in (Addressee, MeasureGate):
        _copy_rows(session, table, ids)
    record_measures(session, ids.values(), MeasureAct.CREATE, actor=actor, now=now)
    return ids


def _row(measure: Measure, *, placed: bool) -> dict[str, Any]:
    """The columns of a draft that are those of `measure`, or have not been decided yet."""
    copied = (*_DECIDED, *_PLACED) if placed else _DECIDED
    draft = Measure(**{name: getattr(measure, name) for name in copied})
    return draft.model_dump(exclude={"id"})


def _copy_rows(session: Session, table: type[Any], ids: Mapping[int, int]) -> None:
    """Copy the addressees or the gates of measures; two statements."""
    found = session.scalars(select(table).where(table.measure_id.in_(ids))).all()
    rows = [
        {**row.model_dump(exclude={"id", "measure_id"}), "measure_id": ids[row.measure_id]}
        for row in found
    ]
    if rows:
        session.execute(insert(table), rows)
