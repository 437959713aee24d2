"""Schedules: what the office wants done at a given time."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from models import Account, Campaign, Measure, MeasureStatus, Schedule, ScheduledWork
from queries.campaigns.occurrences import find_open_order
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.dates.timetable import Timing, next_after
from rules.sentences.refusal import N_, Refusal
from services.campaigns import occurrences
from services.campaigns.occurrences import require_recurring


def schedule_release(
    session: Session, measure: Measure, at: datetime, *, actor: Account, now: datetime
) -> Schedule:
    """Release a confirmed measure once, at `at` (UTC-aware)."""
    require(actor, Right.MAKE_SCHEDULE, Subject(measure.unit_id))
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
            created_by=actor.id,
        ),
    )


def schedule_periods(
    session: Session, measure: Measure, timing: Timing, *, actor: Account, now: datetime
) -> Schedule:
    """Hand a recurring measure down for its current period, at every moment of `timing`."""
    require(actor, Right.MAKE_SCHEDULE, Subject(measure.unit_id))
    require_recurring(measure)
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
            created_by=actor.id,
        ),
    )


def schedule_reports(
    session: Session, campaign: Campaign, timing: Timing, *, actor: Account, now: datetime
) -> Schedule:
    """Render the reports of every unit of a campaign, at every moment of `timing`."""
    require(actor, Right.MAKE_SCHEDULE, Subject(campaign.unit_id))
    return _add(
        session,
        Schedule(
            work=ScheduledWork.REPORT,
            unit_id=actor.unit_id,
            campaign_id=campaign.id,
            cron=timing.cron,
            created_at=now,
            created_by=actor.id,
        ),
    )


def order_reports(
    session: Session, campaign: Campaign, *, actor: Account, now: datetime
) -> Schedule | None:
    """Have the reports of every unit of a campaign made at once. The occurrence is noted with the
    click.

    None: the reports are being made already.
    """
    require(actor, Right.ORDER_REPORTS, Subject(campaign.unit_id))
    session.refresh(campaign, with_for_update={"key_share": True})
    if find_open_order(session, campaign.id) is not None:
        return None
    ordered = _add(
        session,
        Schedule(
            work=ScheduledWork.REPORT,
            unit_id=actor.unit_id,
            campaign_id=campaign.id,
            once_at=now,
            created_at=now,
            created_by=actor.id,
        ),
    )
    occurrences.note(session, ordered, now=now)
    return ordered


def stop_schedule(session: Session, schedule: Schedule, *, actor: Account, now: datetime) -> None:
    """Stop a schedule for an officer. Stopping it twice changes nothing."""
    require(actor, Right.STOP_SCHEDULE, Subject(schedule.unit_id))
    occurrences.stop(session, schedule, now=now)


def _check_future(at: datetime, now: datetime) -> None:
    if at <= now:
        raise Refusal(N_("安排的时间须晚于现在。"))


def _add(session: Session, schedule: Schedule) -> Schedule:
    schedule.next_at = (
        next_after(schedule.cron, schedule.created_at) if schedule.cron else schedule.once_at
    )
    session.add(schedule)
    session.flush()
    return schedule
