"""Queries about the schedules of an office, and about what a schedule can start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from adapters.by_name import ByName
from models import (
    Account,
    Campaign,
    HandDown,
    Level,
    Measure,
    MeasureStatus,
    Occurrence,
    Schedule,
    Unit,
)
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.dates.due import RECURRENCES
from rules.sentences.not_found import NotFound

_OTHER = aliased(Occurrence)


class ScheduleRow(NamedTuple):
    """A schedule with its measure or campaign, its latest occurrence and the occurrence's wish."""

    schedule: Schedule
    campaign: Campaign
    measure: Measure | None
    latest: Occurrence | None
    hand_down: HandDown | None


def list_schedules_of(session: Session, unit_id: int) -> Sequence[ScheduleRow]:
    """The unit's schedules: active ones before the others, newer before older; one statement."""
    order = (col(Schedule.active).desc(), col(Schedule.id).desc())
    return _list_rows(session, col(Schedule.unit_id) == unit_id, *order)


def get_schedule_row(session: Session, schedule: Schedule) -> ScheduleRow:
    """A schedule with everything that its page says of it; one statement."""
    return _list_rows(session, col(Schedule.id) == schedule.id)[0]


def _list_rows(
    session: Session, wanted_ones: ColumnElement[bool], *order: ColumnElement[Any]
) -> Sequence[ScheduleRow]:
    latest = select(func.max(_OTHER.due_at)).where(_OTHER.schedule_id == Schedule.id)
    is_latest = and_(
        col(Occurrence.schedule_id) == Schedule.id,
        col(Occurrence.due_at) == latest.correlate(Schedule).scalar_subquery(),
    )
    by_name = ByName(
        ScheduleRow,
        schedule=Schedule,
        campaign=Campaign,
        measure=Measure,
        latest=Occurrence,
        hand_down=HandDown,
    )
    wanted = (
        select(*by_name.columns)
        .join(Campaign, col(Campaign.id) == Schedule.campaign_id)
        .outerjoin(Measure, col(Measure.id) == Schedule.measure_id)
        .outerjoin(Occurrence, is_latest)
        .outerjoin(HandDown, col(HandDown.id) == Occurrence.hand_down_id)
        .where(wanted_ones)
        .order_by(*order)
    )
    return by_name.values(session.execute(wanted))


def count_plans_of(session: Session, measure_id: int) -> int:
    """How many schedules of the measure have a coming moment."""
    coming = col(Schedule.next_at).is_not(None)
    wanted = select(func.count()).where(Schedule.measure_id == measure_id, coming)
    return session.exec(wanted).one()


def list_plans_of(session: Session, measure_id: int) -> Sequence[Schedule]:
    """The schedules of the measure that have a coming moment, the next one first."""
    coming = col(Schedule.next_at).is_not(None)
    wanted = select(Schedule).where(Schedule.measure_id == measure_id, coming)
    return session.exec(wanted.order_by(col(Schedule.next_at), col(Schedule.id))).all()


def count_campaign_plans(session: Session, campaign_id: int) -> int:
    """How many schedules of the campaign and of its measures have a coming moment."""
    coming = col(Schedule.next_at).is_not(None)
    wanted = select(func.count()).where(Schedule.campaign_id == campaign_id, coming)
    return session.exec(wanted).one()


class ScheduleNames(NamedTuple):
    """What a schedule is for."""

    id: int
    campaign: str
    measure: str | None
    """None for reports."""
    unit: str
    level: str


def list_names(session: Session, ids: Sequence[int]) -> dict[int, ScheduleNames]:
    """Schedule → the names of its campaign, measure, unit and level. What was deleted is left
    out; one statement."""
    by_name = ByName(
        ScheduleNames,
        id=col(Schedule.id),
        campaign=col(Campaign.title),
        measure=col(Measure.title),
        unit=col(Unit.name),
        level=col(Level.name),
    )
    wanted = (
        select(*by_name.columns)
        .join(Campaign, col(Campaign.id) == Schedule.campaign_id)
        .join(Unit, col(Unit.id) == Schedule.unit_id)
        .join(Level, col(Level.code) == Unit.level)
        .outerjoin(Measure, col(Measure.id) == Schedule.measure_id)
        .where(col(Schedule.id).in_(ids))
    )
    return {names.id: names for names in by_name.values(session.execute(wanted))}


def get_own_schedule(session: Session, account: Account, schedule_id: int) -> Schedule:
    """The schedule, for an office account of its unit. Raises `NotFound`."""
    schedule = session.get(Schedule, schedule_id)
    if schedule is None:
        raise NotFound
    require(account, Right.STOP_SCHEDULE, Subject(schedule.unit_id))
    return schedule


def list_releasable_measures(session: Session, unit_id: int) -> Sequence[Measure]:
    """The unit's confirmed measures that wait to be released."""
    wanted = _measures_of(unit_id).where(Measure.status == MeasureStatus.CONFIRMED)
    return session.exec(wanted).all()


def list_recurring_measures(session: Session, unit_id: int) -> Sequence[Measure]:
    """The unit's confirmed and released measures that are done in every period."""
    recurring = or_(
        *(col(Measure.due_rule).startswith(f"{recurrence}:") for recurrence in RECURRENCES)
    )
    going = col(Measure.status).in_([MeasureStatus.CONFIRMED, MeasureStatus.RELEASED])
    return session.exec(_measures_of(unit_id).where(recurring, going)).all()


def _measures_of(unit_id: int) -> SelectOfScalar[Measure]:
    wanted = select(Measure).join(Campaign, col(Campaign.id) == Measure.campaign_id)
    return wanted.where(Campaign.unit_id == unit_id).order_by(
        col(Measure.campaign_id).desc(), col(Measure.position)
    )
