"""The office's timetable: what is to be done at a given time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from fastapi import APIRouter, Response

from models import Measure, MeasureStatus, Schedule, ScheduledWork
from queries.campaigns.courses import list_next
from queries.campaigns.occurrences import count_occurrences_of, list_occurrences_of
from queries.campaigns.schedules import (
    ScheduleRow,
    get_own_schedule,
    get_schedule_row,
    list_schedules_of,
)
from rules.dates.due import RECURRENCES
from rules.forms.field_values import read_date
from rules.sentences.faults import Fault
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_
from services.campaigns import schedule_changes, schedules
from web.campaigns.campaign_export import export_schedules
from web.campaigns.coming import ComingMoment, tell_coming
from web.campaigns.standings import ToldOccurrence, told_of
from web.campaigns.troubles import ShownTroubles, shown_troubles
from web.campaigns.typed_schedule import TITLES, told_timing
from web.edge.pages.exports import wants_file
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.language import Words

router = APIRouter()


@dataclass(frozen=True)
class ListedSchedule:
    """One schedule of the list."""

    row: ScheduleRow
    timing: str
    """The rhythm in words; empty: the schedule is for one moment."""
    latest: ToldOccurrence | None
    """What became of the latest occurrence."""
    is_due: bool
    may_stop: bool
    warning: str
    """Why the next moment would come to nothing as things stand; empty: nothing is in the way."""


@dataclass(frozen=True)
class SchedulesPage(Page):
    """The schedules of an office."""

    TEMPLATE = "pages/campaigns/schedules/list.html"

    rows: Sequence[ListedSchedule]
    titles: Mapping[str, str]
    troubles: ShownTroubles


@router.get("/schedules")
def show_schedules(context: Officer) -> Response:
    """Every schedule of the office: what became of the latest occurrence, and the next one."""
    rows = [
        _listed(context.words, row, context.now)
        for row in list_schedules_of(context.session, context.actor.unit_id)
    ]
    if wants_file(context.query):
        return export_schedules(context, [(listed.row, listed.timing) for listed in rows])
    return render(context.request, SchedulesPage(rows, TITLES, shown_troubles(context)))


def _listed(words: Words, row: ScheduleRow, now: datetime) -> ListedSchedule:
    next_at, latest = row.schedule.next_at, _latest(words, row)
    return ListedSchedule(
        row=row,
        timing=_timing(words, row.schedule),
        latest=latest,
        is_due=next_at is not None and next_at <= now,
        may_stop=_may_stop(row, latest),
        warning=_warning(words, row),
    )


def _may_stop(row: ScheduleRow, latest: ToldOccurrence | None) -> bool:
    """Whether there is anything left to be stopped."""
    coming = row.schedule.next_at is not None or row.schedule.paused_at is not None
    return (row.schedule.active and coming) or (latest is not None and latest.is_open)


def _warning(words: Words, row: ScheduleRow) -> str:
    """See `ListedSchedule.warning`."""
    coming = row.schedule.next_at is not None and row.measure is not None
    fault = _UNFIT.get(row.measure.status) if coming and row.measure else None
    recurs = row.measure is None or not row.schedule.cron or _recurs(row.measure)
    if fault is None and coming and not recurs:
        fault = N_("措施现在只办一次，到时间没有周期可以下发。请停止这个安排，或修改办理时限。")
    return words.say(fault) if fault else ""


_UNFIT = {
    MeasureStatus.DRAFT: N_("措施修改后还没有确认，到时间不能下发。请先确认。"),
    MeasureStatus.WITHDRAWN: N_("措施已撤回，到时间不会下发。"),
}


def _recurs(measure: Measure) -> bool:
    return measure.due_rule.partition(":")[0] in RECURRENCES


def _timing(words: Words, schedule: Schedule) -> str:
    """The rhythm of a repeating schedule in words; empty for one that happens once."""
    return told_timing(words, schedule) if schedule.cron else ""


def _latest(words: Words, row: ScheduleRow) -> ToldOccurrence | None:
    if row.latest is None:
        return None
    for_reports = row.schedule.work == ScheduledWork.REPORT
    return told_of(words, row.latest, row.hand_down, for_reports=for_reports)


HISTORY = 50
"""Occurrences on the page of a schedule."""
SHOWN = 5
"""Coming moments on the page of a schedule."""


@dataclass(frozen=True)
class SchedulePage(Page):
    """One schedule: its next times, and what became of every earlier one."""

    TEMPLATE = "pages/campaigns/schedules/show.html"

    entry: ListedSchedule
    coming: Sequence[ComingMoment]
    skipped: Sequence[date]
    """The days left out that still come."""
    history: Sequence[ToldOccurrence]
    total: int


@router.get("/schedules/{schedule_id}")
def show_schedule(context: Officer, schedule_id: int) -> Response:
    """The next five times of a schedule, and everything that became of it."""
    session, words = context.session, context.words
    schedule = get_own_schedule(session, context.actor, schedule_id)
    row = get_schedule_row(session, schedule)
    for_reports = schedule.work == ScheduledWork.REPORT
    page = SchedulePage(
        entry=_listed(words, row, context.now),
        coming=tell_coming(words, list_next(session, schedule, SHOWN), row.measure),
        skipped=[day for day in schedule.skipped if day > context.today],
        history=[
            told_of(words, occurrence, wish, for_reports=for_reports)
            for occurrence, wish in list_occurrences_of(session, schedule_id, HISTORY)
        ],
        total=count_occurrences_of(session, schedule_id),
    )
    return render(context.request, page)


@router.post("/schedules/{schedule_id}/pause")
def pause(context: Officer, schedule_id: int) -> Response:
    """Do nothing from this schedule until it goes on."""
    said = N_("安排已暂停。恢复以前不会办理，暂停期间到的时间也不补办。")
    return _change(context, schedule_id, schedule_changes.pause_schedule, said)


@router.post("/schedules/{schedule_id}/go-on")
def go_on(context: Officer, schedule_id: int) -> Response:
    """Let a paused schedule go on with its next time."""
    return _change(
        context, schedule_id, schedule_changes.go_on, N_("安排已恢复，从下一次开始办理。")
    )


@router.post("/schedules/{schedule_id}/skip")
def skip(context: Officer, schedule_id: int, posted: Posted) -> Response:
    """Leave one of the next times out."""
    act = partial(schedule_changes.skip_day, day=_day_of(posted))
    return _change(context, schedule_id, act, N_("这一次不办理，之后照常。"))


@router.post("/schedules/{schedule_id}/keep")
def keep(context: Officer, schedule_id: int, posted: Posted) -> Response:
    """Take a time that was left out back in."""
    act = partial(schedule_changes.keep_day, day=_day_of(posted))
    return _change(context, schedule_id, act, N_("这一次恢复办理。"))


def _day_of(posted: Posted) -> date:
    found = read_date(str(posted.get("day", "")))
    if isinstance(found, Fault):
        raise NotFound
    return date.fromisoformat(found)


def _change(context: Context, schedule_id: int, act: Callable[..., None], said: str) -> Response:
    schedule = get_own_schedule(context.session, context.actor, schedule_id)
    act(context.session, schedule, actor=context.actor, now=context.now)
    return back_to(f"/schedules/{schedule_id}", said)


@router.post("/schedules/{schedule_id}/stop")
def stop_schedule(context: Officer, schedule_id: int) -> Response:
    """Start nothing more from this schedule."""
    schedule = get_own_schedule(context.session, context.actor, schedule_id)
    schedules.stop_schedule(context.session, schedule, actor=context.actor, now=context.now)
    said = N_("安排已停止，以后不再自动办理。已经下发、生成的不受影响。")
    return back_to("/schedules", said)
