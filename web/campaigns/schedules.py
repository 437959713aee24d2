"""The office's timetable: what is to be done at a given time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Response
from sqlmodel import Session

from models import Account, Campaign, Measure, MeasureStatus, Schedule, ScheduledWork
from queries.campaigns.campaigns import get_own_campaign, list_campaigns_of, lock_own_measure
from queries.campaigns.reach import list_reach_by_level
from queries.campaigns.schedules import (
    ScheduleRow,
    get_own_schedule,
    list_recurring_measures,
    list_releasable_measures,
    list_schedules_of,
)
from rules.dates.calendar import WEEKDAY_NAMES
from rules.dates.timetable import Rhythm, Timing, read_cron
from rules.sentences.faults import Fault, Faults
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_
from services.campaigns import schedules
from web.campaigns.campaign_export import export_schedules
from web.campaigns.standings import ToldOccurrence, told_of
from web.campaigns.typed_schedule import (
    MONTH_DAYS,
    RHYTHM_NAMES,
    TypedSchedule,
    day_in_words,
    plan_in_words,
    timing_in_words,
)
from web.edge.pages.asked_first import MANY, SURE
from web.edge.pages.exports import wants_file
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted, typed
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.language import Words
from web.edge.viewer.transactions import attempt

RELEASE, PERIODS, REPORTS = "release", "periods", "reports"
TITLES = {
    RELEASE: N_("定时下发措施"),
    PERIODS: N_("按周期下发措施"),
    REPORTS: N_("定时生成报告"),
}
"""The three purposes of schedules."""
RELEASABLE = (MeasureStatus.CONFIRMED, MeasureStatus.RELEASED)

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


@dataclass(frozen=True)
class SchedulesPage(Page):
    """The schedules of an office."""

    TEMPLATE = "pages/campaigns/schedules/list.html"

    rows: Sequence[ListedSchedule]
    titles: Mapping[str, str]


@router.get("/schedules")
def show_schedules(context: Officer) -> Response:
    """Every schedule of the office: what became of the latest occurrence, and the next one."""
    rows = [
        _listed(context.words, row, context.now)
        for row in list_schedules_of(context.session, context.actor.unit_id)
    ]
    if wants_file(context.query):
        return export_schedules(context, [(listed.row, listed.timing) for listed in rows])
    return render(context.request, SchedulesPage(rows, TITLES))


def _listed(words: Words, row: ScheduleRow, now: datetime) -> ListedSchedule:
    next_at, latest = row.schedule.next_at, _latest(words, row)
    return ListedSchedule(
        row=row,
        timing=_timing(words, row.schedule),
        latest=latest,
        is_due=next_at is not None and next_at <= now,
        may_stop=next_at is not None or (latest is not None and latest.is_open),
    )


def _timing(words: Words, schedule: Schedule) -> str:
    """The rhythm of a repeating schedule in words; empty for one that happens once."""
    return timing_in_words(words, read_cron(schedule.cron)) if schedule.cron else ""


def _latest(words: Words, row: ScheduleRow) -> ToldOccurrence | None:
    if row.latest is None:
        return None
    for_reports = row.schedule.work == ScheduledWork.REPORT
    return told_of(words, row.latest, row.hand_down, for_reports=for_reports)


@router.get("/schedules/new/{purpose}")
def show_new(context: Officer, purpose: str, subject: str = "") -> Response:
    """The form of a new schedule for one purpose."""
    return _form(context, purpose, TypedSchedule(subject=subject))


@router.post("/schedules/new/{purpose}")
def add_schedule(context: Officer, purpose: str, posted: Posted) -> Response:
    """Keep the new schedule, or show the form again with all faults. A page asks before a schedule
    that will release to many units."""
    sent, faults = TypedSchedule.read(typed(posted)), Faults()
    plan = _read_plan(context, _known(purpose), sent, faults)
    if plan is None or posted.get("back"):
        return _form(context, purpose, sent, faults)
    reach = plan.reach(context)
    if sum(reach) > MANY and not posted.get(SURE):
        return _sure_page(context, purpose, plan, reach, typed(posted))
    with attempt(context.session, context.words) as outcome:
        adder = _ADDERS[purpose]
        adder(context.session, plan.subject, plan.when, actor=context.actor, now=context.now)
    if not outcome.done:
        return _form(context, purpose, sent, faults, outcome.refusal)
    if not sum(reach):
        return back_to("/schedules", N_("安排已保存，到时间自动办理。在这之前可以停止。"))
    said = N_(
        "安排已保存，到时间自动下发给 %(answering)s 个填报单位，%(passing_on)s 个单位转发并汇总。"
        "在这之前可以停止。"
    )
    return back_to("/schedules", said, answering=reach.answering, passing_on=reach.passing_on)


@router.post("/schedules/{schedule_id}/stop")
def stop_schedule(context: Officer, schedule_id: int) -> Response:
    """Start nothing more from this schedule."""
    schedule = get_own_schedule(context.session, context.actor, schedule_id)
    schedules.stop_schedule(context.session, schedule, actor=context.actor, now=context.now)
    said = N_("安排已停止，以后不再自动办理。已经下发、生成的不受影响。")
    return back_to("/schedules", said)


@dataclass(frozen=True)
class NewSchedulePage(Page):
    """The form of a new schedule."""

    TEMPLATE = "pages/campaigns/schedules/new.html"

    purpose: str
    title: str
    choices: Sequence[tuple[int, str]]
    """What the schedule can be for: ids and titles."""
    sent: TypedSchedule
    faults: Mapping[str, str]
    refusal: str
    rhythms: Mapping[Rhythm, str]
    weekdays: Mapping[int, str]
    month_days: Sequence[tuple[int, str]]


def _form(
    context: Context,
    purpose: str,
    sent: TypedSchedule,
    faults: Faults | None = None,
    refusal: str = "",
) -> Response:
    told = context.words.say_each(faults or {})
    page = NewSchedulePage(
        purpose=_known(purpose),
        title=TITLES[purpose],
        choices=_choices(context.session, context.actor, purpose),
        sent=sent,
        faults=told,
        refusal=refusal,
        rhythms=RHYTHM_NAMES,
        weekdays=WEEKDAY_NAMES,
        month_days=[(day, day_in_words(context.words, day)) for day in MONTH_DAYS],
    )
    return render(context.request, page, status=422 if told or refusal else 200)


def _known(purpose: str) -> str:
    if purpose not in TITLES:
        raise HTTPException(404)
    return purpose


def _choices(session: Session, account: Account, purpose: str) -> Sequence[tuple[int, str]]:
    """See `NewSchedulePage.choices`."""
    if purpose == REPORTS:
        rows = list_campaigns_of(session, account.unit_id)
        return [(row.campaign.id, row.campaign.title) for row in rows]
    listed = list_releasable_measures if purpose == RELEASE else list_recurring_measures
    return [(measure.id, measure.title) for measure in listed(session, account.unit_id)]


class ReachedUnits(NamedTuple):
    """How many units a release would reach now."""

    answering: int
    passing_on: int


@dataclass(frozen=True)
class NewPlan:
    """What a schedule is to do, and when."""

    subject: Measure | Campaign
    when: datetime | Timing

    def reach(self, context: Context) -> ReachedUnits:
        """The units that each of its releases would reach now; none for reports, and for a
        release that would be refused."""
        late = isinstance(self.when, datetime) and self.when <= context.now
        if not isinstance(self.subject, Measure) or self.subject.status not in RELEASABLE or late:
            return ReachedUnits(0, 0)
        levels = list_reach_by_level(context.session, self.subject.id, context.viewer.unit)
        return ReachedUnits(
            answering=sum(level.answering for level in levels),
            passing_on=sum(level.passing_on for level in levels),
        )


def _read_plan(
    context: Context, purpose: str, sent: TypedSchedule, faults: Faults
) -> NewPlan | None:
    """The schedule that was typed; None where an input is wrong, and `faults` says which."""
    subject_id = sent.read_subject(faults)
    when = sent.read_moment(faults) if purpose == RELEASE else sent.read_timing(faults)
    subject = _find_subject(context, purpose, subject_id, faults)
    return NewPlan(subject, when) if subject and when else None


@dataclass(frozen=True)
class SureOfSchedulePage(Page):
    """Asks before a schedule that will release to many units."""

    TEMPLATE = "pages/campaigns/schedules/sure.html"

    purpose: str
    measure: Measure | Campaign
    plan: str
    """What is to be done and when, in words."""
    reach: ReachedUnits
    fields: Mapping[str, Sequence[str]]
    """Everything that was typed."""


def _sure_page(
    context: Context,
    purpose: str,
    plan: NewPlan,
    reach: ReachedUnits,
    fields: Mapping[str, Sequence[str]],
) -> Response:
    told = plan_in_words(context.words, plan.when)
    page = SureOfSchedulePage(purpose, plan.subject, told, reach, fields)
    return render(context.request, page)


_ADDERS: dict[str, Callable[..., object]] = {
    RELEASE: schedules.schedule_release,
    PERIODS: schedules.schedule_periods,
    REPORTS: schedules.schedule_reports,
}


def _find_subject(
    context: Context, purpose: str, subject_id: int, faults: Faults
) -> Measure | Campaign | None:
    """What the schedule is for, if the account owns it; otherwise a fault beside the choice."""
    if not subject_id:
        return None
    try:
        if purpose == REPORTS:
            return get_own_campaign(context.session, context.actor, subject_id)
        return lock_own_measure(context.session, context.actor, subject_id)[0]
    except NotFound:
        faults["subject"] = Fault(N_("请选择一项。"))
        return None
