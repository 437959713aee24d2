"""Changing a schedule: it pauses and goes on, leaves a time out, or gets other times."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlmodel import Session

from models import Account, MeasureAct, Schedule
from queries.campaigns.courses import course_of
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.dates.calendar import local_date
from rules.dates.timetable import Timing
from rules.sentences.refusal import N_, Refusal
from services.campaigns.measure_history import record_measures
from services.campaigns.occurrences import note, set_next


def pause_schedule(session: Session, schedule: Schedule, *, actor: Account, now: datetime) -> None:
    """Let a schedule do nothing until it goes on. A moment that has come already is still done."""
    _begin(session, schedule, actor, now)
    if schedule.paused_at is None:
        schedule.paused_at, schedule.next_at, schedule.next_day = now, None, None
        _end(session, schedule, actor, now)


def go_on(session: Session, schedule: Schedule, *, actor: Account, now: datetime) -> None:
    """Let a paused schedule go on with its next moment. What came meanwhile is not made up."""
    _begin(session, schedule, actor, now)
    if schedule.paused_at is not None:
        schedule.paused_at = None
        set_next(schedule, course_of(session, schedule).coming(now))
        _end(session, schedule, actor, now)


def skip_day(
    session: Session, schedule: Schedule, day: date, *, actor: Account, now: datetime
) -> None:
    """Leave out one day of the rhythm. Raises `Refusal` for a day that does not come."""
    _begin(session, schedule, actor, now)
    if day in schedule.skipped:
        return
    coming = course_of(session, schedule).after(day - timedelta(days=1))
    found = next(coming, None)
    if schedule.next_day is None or day < schedule.next_day or found is None or found.day != day:
        raise Refusal(N_("这一次已经过去，或者不在安排之内，不能跳过。"))
    schedule.skipped = (*schedule.skipped, day)
    _place(session, schedule, schedule.next_day)
    _end(session, schedule, actor, now)


def keep_day(
    session: Session, schedule: Schedule, day: date, *, actor: Account, now: datetime
) -> None:
    """Take a day back in that was left out. Raises `Refusal` for a day that has passed."""
    _begin(session, schedule, actor, now)
    if day not in schedule.skipped:
        return
    if day <= local_date(now) or schedule.next_day is None:
        raise Refusal(N_("这一次已经过去，不能恢复。"))
    schedule.skipped = tuple(kept for kept in schedule.skipped if kept != day)
    _place(session, schedule, min(day, schedule.next_day))
    _end(session, schedule, actor, now)


def retime_schedule(
    session: Session, schedule: Schedule, timing: Timing, *, actor: Account, now: datetime
) -> None:
    """Give a schedule another rhythm, day or time. What was left out counts no more."""
    _begin(session, schedule, actor, now)
    schedule.cron, schedule.shift, schedule.skipped = timing.cron, timing.shift, ()
    if schedule.paused_at is None:
        set_next(schedule, course_of(session, schedule).coming(now))
    _end(session, schedule, actor, now)


def _begin(session: Session, schedule: Schedule, actor: Account, now: datetime) -> None:
    """Lock the schedule, and note what is due of it. Raises `Refusal` for one that was stopped or
    happens once."""
    require(actor, Right.CHANGE_SCHEDULE, Subject(schedule.unit_id))
    session.refresh(schedule, with_for_update={"key_share": True})
    if not schedule.active or not schedule.cron:
        raise Refusal(N_("这个安排已经停止，或者只办一次，不能这样调整。"))
    if schedule.next_at is not None and schedule.next_at <= now:
        note(session, schedule, now=now)


def _place(session: Session, schedule: Schedule, first: date) -> None:
    """Let the schedule go on with the first moment from this day of the rhythm on."""
    set_next(schedule, course_of(session, schedule).after(first - timedelta(days=1)))


def _end(session: Session, schedule: Schedule, actor: Account, now: datetime) -> None:
    session.add(schedule)
    session.flush()
    if schedule.measure_id is not None:
        record_measures(
            session, [schedule.measure_id], MeasureAct.CHANGE_SCHEDULE,
            schedule_id=schedule.id, actor=actor, now=now,
        )  # fmt: skip
