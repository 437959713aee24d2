"""Schedules: what the office wants done at a given time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from models import Account, Campaign, Measure, MeasureAct, MeasureStatus, Schedule, ScheduledWork
from queries.campaigns.courses import course_of
from queries.campaigns.occurrences import find_open_order
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.dates.timetable import Timing
from rules.sentences.refusal import N_, Refusal
from services.campaigns import occurrences
from services.campaigns.measure_history import record_measures
from services.campaigns.occurrences import require_recurring, set_next


class Bounds(NamedTuple):
    """From when to when a rhythm goes; None: without a bound."""

    starts_on: date | None = None
    ends_on: date | None = None


ALWAYS = Bounds()


def schedule_release(
    session: Session, measure: Measure, at: datetime, *, actor: Account, now: datetime
) -> Schedule:
    """Release a confirmed measure once, at `at` (UTC-aware)."""
    require(actor, Right.MAKE_SCHEDULE, Subject(measure.unit_id))
    if measure.status != MeasureStatus.CONFIRMED:
        raise Refusal(N_("措施“%(title)s”还没有确认，不能定时下发。"), title=measure.title)
    _check_future(at, now)
    return _add_for(session, measure, actor, now, once_at=at)


def schedule_periods(
    session: Session,
    measure: Measure,
    timing: Timing,
    *,
    bounds: Bounds = ALWAYS,
    actor: Account,
    now: datetime,
) -> Schedule:
    """Hand a recurring measure down for its current period, at every moment of `timing`."""
    require(actor, Right.MAKE_SCHEDULE, Subject(measure.unit_id))
    require_recurring(measure)
    if measure.status not in (MeasureStatus.CONFIRMED, MeasureStatus.RELEASED):
        raise Refusal(N_("措施“%(title)s”还没有确认，不能定时下发。"), title=measure.title)
    return _add_for(session, measure, actor, now, **_columns(timing, bounds))


def schedule_reports(
    session: Session,
    campaign: Campaign,
    timing: Timing,
    *,
    bounds: Bounds = ALWAYS,
    actor: Account,
    now: datetime,
) -> Schedule:
    """Render the reports of every unit of a campaign, at every moment of `timing`."""
    require(actor, Right.MAKE_SCHEDULE, Subject(campaign.unit_id))
    return _add(
        session,
        Schedule(
            work=ScheduledWork.REPORT,
            unit_id=actor.unit_id,
            campaign_id=campaign.id,
            **_columns(timing, bounds),
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
    if occurrences.stop(session, schedule, now=now):
        _record(session, schedule, MeasureAct.STOP_SCHEDULE, actor, now)


def _columns(timing: Timing, bounds: Bounds) -> dict[str, Any]:
    """What a schedule stores of a rhythm and its bounds."""
    return {"cron": timing.cron, "shift": timing.shift, **bounds._asdict()}


def _require_moment(schedule: Schedule) -> None:
    """Raises `Refusal` for a schedule that would never do anything."""
    if schedule.starts_on and schedule.ends_on and schedule.ends_on < schedule.starts_on:
        raise Refusal(N_("结束日期不能早于开始日期。"))
    if schedule.next_at is None:
        raise Refusal(N_("在开始和结束日期之间没有一次到时间，这个安排什么也不会办理。"))


def _check_future(at: datetime, now: datetime) -> None:
    if at <= now:
        raise Refusal(N_("安排的时间须晚于现在。"))


def _add_for(
    session: Session, measure: Measure, actor: Account, now: datetime, **timing: Any
) -> Schedule:
    """A schedule that releases a measure or opens its periods, with the row of history."""
    schedule = _add(
        session,
        Schedule(
            work=ScheduledWork.HAND_DOWN,
            unit_id=actor.unit_id,
            campaign_id=measure.campaign_id,
            measure_id=measure.id,
            created_at=now,
            created_by=actor.id,
            **timing,
        ),
    )
    _record(session, schedule, MeasureAct.MAKE_SCHEDULE, actor, now)
    return schedule


def _record(
    session: Session, schedule: Schedule, act: MeasureAct, actor: Account, now: datetime
) -> None:
    """The row in the history of the schedule's measure; reports are a campaign's."""
    if schedule.measure_id is not None:
        ids = [schedule.measure_id]
        record_measures(session, ids, act, schedule_id=schedule.id, actor=actor, now=now)


def _add(session: Session, schedule: Schedule) -> Schedule:
    if schedule.cron:
        set_next(schedule, course_of(session, schedule).coming(schedule.created_at))
        _require_moment(schedule)
    else:
        schedule.next_at = schedule.once_at
    session.add(schedule)
    session.flush()
    return schedule
