"""The office's timetable: what is to be done at a given time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Account, Schedule, ScheduledWork
from queries.campaigns.campaigns import get_own_campaign, list_campaigns_of, lock_own_measure
from queries.campaigns.schedules import (
    ScheduleRow,
    get_own_schedule,
    list_recurring_measures,
    list_releasable_measures,
    list_schedules_of,
)
from rules.dates.timetable import read_cron
from rules.sentences.faults import Fault, Faults
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_
from services.campaigns import schedules
from web.campaigns.standings import Told, told_of
from web.campaigns.typed_schedule import (
    MONTH_DAYS,
    RHYTHM_NAMES,
    WEEKDAY_NAMES,
    TypedSchedule,
    day_in_words,
    timing_in_words,
)
from web.edge.language import Words, words_of
from web.edge.posted import Posted, typed
from web.edge.rendering import render
from web.edge.security import Officer, Viewer
from web.edge.transactions import Now, OpenSession, attempt

RELEASE, PERIODS, REPORTS = "release", "periods", "reports"
TITLES = {
    RELEASE: N_("定时下发措施"),
    PERIODS: N_("按周期下发措施"),
    REPORTS: N_("定时生成报告"),
}
"""The three things a schedule can be for."""

router = APIRouter()


@router.get("/schedules")
def show_schedules(request: Request, session: OpenSession, now: Now, viewer: Officer) -> Response:
    """Every schedule of the office with its latest occurrence, what became of it, and the next."""
    rows = [
        {
            "row": row,
            "timing": _timing(words_of(request), row.schedule),
            "latest": latest,
            "is_due": row.schedule.next_at is not None and row.schedule.next_at <= now,
            "may_stop": row.schedule.next_at is not None or (latest and latest.is_open),
        }
        for row in list_schedules_of(session, viewer.account.unit_id)
        for latest in [_latest(words_of(request), row)]
    ]
    return render(
        request,
        "pages/campaigns/schedules/list.html",
        rows=rows,
        titles=TITLES,
    )


def _timing(words: Words, schedule: Schedule) -> str:
    """The rhythm of a repeating schedule in words; empty for one that happens once."""
    return timing_in_words(words, read_cron(schedule.cron)) if schedule.cron else ""


def _latest(words: Words, row: ScheduleRow) -> Told | None:
    if row.latest is None:
        return None
    for_reports = row.schedule.work == ScheduledWork.REPORT
    return told_of(words, row.latest, row.hand_down, for_reports=for_reports)


@router.get("/schedules/new/{purpose}")
def show_new(
    request: Request, purpose: str, session: OpenSession, viewer: Officer, subject: str = ""
) -> Response:
    """The form of a new schedule for one purpose."""
    return _form(request, session, viewer, purpose, TypedSchedule(subject=subject))


@router.post("/schedules/new/{purpose}")
def add_schedule(
    request: Request, purpose: str, session: OpenSession, now: Now, viewer: Officer, posted: Posted
) -> Response:
    """Keep the new schedule, or show the form again with all its faults."""
    sent, faults = TypedSchedule.read(typed(posted)), Faults()
    with attempt(session, request) as outcome:
        _ADDERS[_known(purpose)](session, sent, faults, viewer.account, now)
    if faults or not outcome.done:
        return _form(request, session, viewer, purpose, sent, faults, outcome.refusal)
    return RedirectResponse("/schedules", 303)


@router.post("/schedules/{schedule_id}/stop")
def stop_schedule(session: OpenSession, schedule_id: int, now: Now, viewer: Officer) -> Response:
    """Start nothing more from this schedule."""
    schedule = get_own_schedule(session, viewer.account, schedule_id)
    schedules.stop_schedule(session, schedule, actor=viewer.account, now=now)
    return RedirectResponse("/schedules", 303)


def _form(
    request: Request,
    session: Session,
    viewer: Viewer,
    purpose: str,
    sent: TypedSchedule,
    faults: Faults | None = None,
    refusal: str = "",
) -> Response:
    told = words_of(request).say_each(faults or {})
    return render(
        request,
        "pages/campaigns/schedules/new.html",
        status=422 if told or refusal else 200,
        purpose=_known(purpose),
        title=TITLES[purpose],
        choices=_choices(session, viewer.account, purpose),
        sent=sent,
        faults=told,
        refusal=refusal,
        rhythms=RHYTHM_NAMES,
        weekdays=WEEKDAY_NAMES,
        month_days=[(day, day_in_words(words_of(request), day)) for day in MONTH_DAYS],
    )


def _known(purpose: str) -> str:
    if purpose not in TITLES:
        raise HTTPException(404)
    return purpose


def _choices(session: Session, account: Account, purpose: str) -> Sequence[tuple[Any, str]]:
    """What a schedule of this purpose can be for: ids and titles."""
    if purpose == REPORTS:
        rows = list_campaigns_of(session, account.unit_id)
        return [(row.campaign.id, row.campaign.title) for row in rows]
    listed = list_releasable_measures if purpose == RELEASE else list_recurring_measures
    return [(one.id, one.title) for one in listed(session, account.unit_id)]


def _add_release(
    session: Session, sent: TypedSchedule, faults: Faults, account: Account, now: datetime
) -> None:
    subject, at = sent.read_subject(faults), sent.read_moment(faults)
    measure = _chosen(lock_own_measure, session, account, subject, faults)
    if measure and at:
        schedules.schedule_release(session, measure[0], at, actor=account, now=now)


def _add_periods(
    session: Session, sent: TypedSchedule, faults: Faults, account: Account, now: datetime
) -> None:
    subject, timing = sent.read_subject(faults), sent.read_timing(faults)
    measure = _chosen(lock_own_measure, session, account, subject, faults)
    if measure and timing:
        schedules.schedule_periods(session, measure[0], timing, actor=account, now=now)


def _add_reports(
    session: Session, sent: TypedSchedule, faults: Faults, account: Account, now: datetime
) -> None:
    subject, timing = sent.read_subject(faults), sent.read_timing(faults)
    campaign = _chosen(get_own_campaign, session, account, subject, faults)
    if campaign and timing:
        schedules.schedule_reports(session, campaign, timing, actor=account, now=now)


_ADDERS = {RELEASE: _add_release, PERIODS: _add_periods, REPORTS: _add_reports}


def _chosen(get: Any, session: Session, account: Account, subject: int, faults: Faults) -> Any:
    """What was chosen, if it is the account's own; otherwise a fault beside the choice."""
    try:
        return get(session, account, subject) if subject else None
    except NotFound:
        faults["subject"] = Fault(N_("请选择一项。"))
        return None
