"""Schedules of an office."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models import Account, Campaign, Measure, MeasureStatus, Role, Schedule
from queries.not_found import NotFound
from rules.dates.due import RECURRENCES


class ScheduleRow(NamedTuple):
    """A schedule with what it starts."""

    schedule: Schedule
    campaign: Campaign
    measure: Measure | None


def list_schedules_of(session: Session, unit_id: int) -> Sequence[ScheduleRow]:
    """The unit's schedules, the active ones first, the newest first; one statement."""
    wanted = (
        select(Schedule, Campaign, Measure)
        .join(Campaign, col(Campaign.id) == Schedule.campaign_id)
        .outerjoin(Measure, col(Measure.id) == Schedule.measure_id)
        .where(Schedule.unit_id == unit_id)
        .order_by(col(Schedule.active).desc(), col(Schedule.id).desc())
    )
    return [ScheduleRow(*row) for row in session.execute(wanted)]


def count_plans_of(session: Session, measure_id: int) -> int:
    """How many schedules would still start something for the measure."""
    wanted = select(func.count()).where(Schedule.measure_id == measure_id, col(Schedule.active))
    return session.exec(wanted).one()


def get_own_schedule(session: Session, account: Account, schedule_id: int) -> Schedule:
    """The schedule, for an office account of its unit. Raises NotFound."""
    schedule = session.get(Schedule, schedule_id)
    if schedule is None or account.role != Role.OFFICE or schedule.unit_id != account.unit_id:
        raise NotFound
    return schedule


def list_releasable_measures(session: Session, unit_id: int) -> Sequence[Measure]:
    """The unit's confirmed measures that wait to be released."""
    wanted = _measures_of(unit_id).where(Measure.status == MeasureStatus.CONFIRMED)
    return session.exec(wanted).all()


def list_recurring_measures(session: Session, unit_id: int) -> Sequence[Measure]:
    """The unit's confirmed and released measures that are done in every period."""
    recurring = or_(*(col(Measure.due_rule).startswith(f"{one}:") for one in RECURRENCES))
    going = col(Measure.status).in_([MeasureStatus.CONFIRMED, MeasureStatus.RELEASED])
    return session.exec(_measures_of(unit_id).where(recurring, going)).all()


def _measures_of(unit_id: int) -> SelectOfScalar[Measure]:
    wanted = select(Measure).join(Campaign, col(Campaign.id) == Measure.campaign_id)
    return wanted.where(Campaign.unit_id == unit_id).order_by(
        col(Measure.campaign_id).desc(), col(Measure.position)
    )
