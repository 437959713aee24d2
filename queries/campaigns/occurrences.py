"""Occurrences of schedules: which are due, which are open, and what became of the latest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from adapters.by_name import ByName
from models import Campaign, HandDown, Measure, Occurrence, Schedule, ScheduledWork, Unit


class OpenOccurrence(NamedTuple):
    """An occurrence that is not settled, with its schedule."""

    occurrence: Occurrence
    schedule: Schedule

    @property
    def id(self) -> int:
        return self.occurrence.id


class AttemptedOccurrence(NamedTuple):
    """An occurrence with everything that a line of a log says of it."""

    occurrence: Occurrence
    schedule: Schedule
    campaign: str
    measure: str | None
    """The title of the measure; None for reports."""
    unit: str
    """The name of the office."""


def list_told(session: Session, ids: Sequence[int]) -> Sequence[AttemptedOccurrence]:
    """These occurrences, the oldest first; one statement."""
    by_name = ByName(
        AttemptedOccurrence,
        occurrence=Occurrence,
        schedule=Schedule,
        campaign=col(Campaign.title),
        measure=col(Measure.title),
        unit=col(Unit.name),
    )
    wanted = (
        select(*by_name.columns)
        .join(Schedule, col(Schedule.id) == Occurrence.schedule_id)
        .join(Campaign, col(Campaign.id) == Schedule.campaign_id)
        .join(Unit, col(Unit.id) == Schedule.unit_id)
        .outerjoin(Measure, col(Measure.id) == Schedule.measure_id)
        .where(col(Occurrence.id).in_(ids))
        .order_by(col(Occurrence.id))
    )
    return by_name.values(session.execute(wanted))


def list_occurrences_of(
    session: Session, schedule_id: int, limit: int
) -> Sequence[tuple[Occurrence, HandDown | None]]:
    """The latest occurrences of a schedule, the newest first, each with the wish it has caused."""
    wanted = (
        select(Occurrence, HandDown)
        .outerjoin(HandDown, col(HandDown.id) == Occurrence.hand_down_id)
        .where(Occurrence.schedule_id == schedule_id)
        .order_by(col(Occurrence.due_at).desc(), col(Occurrence.id).desc())
        .limit(limit)
    )
    return [(occurrence, wish) for occurrence, wish in session.exec(wanted)]


def count_occurrences_of(session: Session, schedule_id: int) -> int:
    """How many occurrences a schedule has had."""
    wanted = select(func.count()).where(Occurrence.schedule_id == schedule_id)
    return session.exec(wanted).one()


def list_coming(session: Session) -> Sequence[Schedule]:
    """The schedules of all units that have a coming moment, the oldest first."""
    coming = select(Schedule).where(col(Schedule.next_at).is_not(None))
    return session.exec(coming.order_by(col(Schedule.id))).all()


def has_due(session: Session, now: datetime) -> bool:
    """Whether a schedule is due whose occurrence is not yet noted; one look into an index."""
    due = select(Schedule.id).where(col(Schedule.next_at) <= now).limit(1)
    return session.exec(due).first() is not None


def list_open(session: Session) -> Sequence[OpenOccurrence]:
    """The occurrences that are not settled, the oldest first."""
    by_name = ByName(
        OpenOccurrence,
        occurrence=Occurrence,
        schedule=Schedule,
    )
    wanted = (
        select(*by_name.columns)
        .join(Schedule, col(Schedule.id) == Occurrence.schedule_id)
        .where(col(Occurrence.settled_at).is_(None))
        .order_by(col(Occurrence.id))
    )
    return by_name.values(session.execute(wanted))


def find_open_order(session: Session, campaign_id: int) -> Occurrence | None:
    """The open order for reports of a campaign that an office gave with a click."""
    return session.exec(
        select(Occurrence)
        .join(Schedule, col(Schedule.id) == Occurrence.schedule_id)
        .where(
            Schedule.campaign_id == campaign_id,
            Schedule.work == ScheduledWork.REPORT,
            Schedule.cron == "",
            col(Occurrence.settled_at).is_(None),
        )
        .limit(1)
    ).first()


def find_latest_order(session: Session, campaign_id: int) -> Occurrence | None:
    """The latest order for reports of all units of a campaign, from a click or a schedule."""
    return session.exec(
        select(Occurrence)
        .join(Schedule, col(Schedule.id) == Occurrence.schedule_id)
        .where(Schedule.campaign_id == campaign_id, Schedule.work == ScheduledWork.REPORT)
        .order_by(col(Occurrence.due_at).desc(), col(Occurrence.id).desc())
        .limit(1)
    ).first()
