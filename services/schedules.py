"""Schedules: what the office wants done at a given time."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from models import Account, Campaign, Measure, MeasureStatus, Schedule, ScheduledWork
from rules.dates.due import parse_due
from rules.dates.timetable import Timing
from rules.refusal import N_, Refusal


def schedule_release(
    session: Session, measure: Measure, at: datetime, *, actor: Account, now: datetime
) -> Schedule:
    """Release a confirmed measure once, at `at` (UTC-aware)."""
    if measure.status != MeasureStatus.CONFIRMED:
        raise Refusal(N_("措施“%(title)s”还没有确认，不能定时下发。"), title=measure.title)
    _check_future(at, now)
    return _add(
        session,
        Schedule(
            work=ScheduledWork.HAND_DOWN,
            unit_id=actor.unit_id,
            campaign_id=measure.campaign_id,
            measure_id=measure.id,
            once_at=at,
            created_at=now,
            created_by=actor.id or 0,
        ),
    )


def schedule_periods(
    session: Session, measure: Measure, timing: Timing, *, actor: Account, now: datetime
) -> Schedule:
    """Hand a recurring measure down again, for its current period, at every `timing`."""
    if parse_due(measure.due_rule).recurrence == "once":
        raise Refusal(N_("措施“%(title)s”只办一次，没有周期可以开启。"), title=measure.title)
    if measure.status not in (MeasureStatus.CONFIRMED, MeasureStatus.RELEASED):
        raise Refusal(N_("措施“%(title)s”还没有确认，不能定时下发。"), title=measure.title)
    return _add(
        session,
        Schedule(
            work=ScheduledWork.HAND_DOWN,
            unit_id=actor.unit_id,
            campaign_id=measure.campaign_id,
            measure_id=measure.id,
            cron=timing.cron,
            created_at=now,
            created_by=actor.id or 0,
        ),
    )


def schedule_reports(
    session: Session, campaign: Campaign, timing: Timing, *, actor: Account, now: datetime
) -> Schedule:
    """Render the reports of every unit of a campaign at every `timing`."""
    return _add(
        session,
        Schedule(
            work=ScheduledWork.REPORT,
            unit_id=actor.unit_id,
            campaign_id=campaign.id or 0,
            cron=timing.cron,
            created_at=now,
            created_by=actor.id or 0,
        ),
    )


def schedule_reports_once(
    session: Session, campaign: Campaign, at: datetime, *, actor: Account, now: datetime
) -> Schedule:
    """Render the reports of every unit of a campaign once, at `at` (UTC-aware), or at once if that
    is now or past."""
    return _add(
        session,
        Schedule(
            work=ScheduledWork.REPORT,
            unit_id=actor.unit_id,
            campaign_id=campaign.id or 0,
            once_at=at,
            created_at=now,
            created_by=actor.id or 0,
        ),
    )


def stop_schedule(session: Session, schedule: Schedule) -> None:
    """Start nothing more from this schedule; stopping it twice changes nothing."""
    schedule.active = False
    session.add(schedule)
    session.flush()


def _check_future(at: datetime, now: datetime) -> None:
    if at <= now:
        raise Refusal(N_("安排的时间须晚于现在。"))


def _add(session: Session, schedule: Schedule) -> Schedule:
    session.add(schedule)
    session.flush()
    return schedule
