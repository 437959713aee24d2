"""A new schedule: typed or chosen, shown with its next five times, asked about where it does not
fit, and then kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Response
from sqlmodel import Session

from adapters.settings import get_settings
from models import Account, Campaign, Measure, MeasureStatus, Shift
from queries.campaigns.campaigns import get_own_campaign, list_campaigns_of, lock_own_measure
from queries.campaigns.reach import list_reach_by_level
from queries.campaigns.schedules import list_recurring_measures, list_releasable_measures
from queries.units.calendars import get_calendar_of
from rules.campaigns.rhythm_fit import list_misfits, openings
from rules.dates.calendar import WEEKDAY_NAMES
from rules.dates.due import parse_due
from rules.dates.recurrence import Moment, Recurrence
from rules.dates.timetable import Rhythm, Timing
from rules.sentences.faults import Fault, Faults
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import Sentence
from services.campaigns import schedules
from services.campaigns.schedules import ALWAYS, Bounds
from web.campaigns.coming import ComingMoment, tell_coming
from web.campaigns.typed_schedule import (
    MONTH_DAYS,
    PERIODS,
    RELEASE,
    REPORTS,
    RHYTHM_NAMES,
    SHIFT_NAMES,
    TITLES,
    YEAR_DAYS,
    TypedSchedule,
    day_in_words,
    plan_in_words,
)
from web.edge.pages.asked_first import MANY, SURE
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted, typed
from web.edge.viewer.context import Context, Officer

RELEASABLE = (MeasureStatus.CONFIRMED, MeasureStatus.RELEASED)
SHOWN = 5
"""Coming moments that are shown before a schedule is kept."""

router = APIRouter()


@router.get("/schedules/new/{purpose}")
def show_new(context: Officer, purpose: str, subject: str = "") -> Response:
    """The form of a new schedule for one purpose."""
    return _form(context, purpose, TypedSchedule(subject=subject))


@router.post("/schedules/new/{purpose}")
def add_schedule(context: Officer, purpose: str, posted: Posted) -> Response:
    """Show what the new schedule comes to, and keep it when the officer says so. With faults the
    form is shown again. A release at one moment is asked about where it reaches many units."""
    sent, faults = TypedSchedule.read(typed(posted)), Faults()
    plan = _read_plan(context, _known(purpose), sent, faults)
    if plan is None or posted.get("back"):
        return _form(context, purpose, sent, faults)
    sure = bool(posted.get(SURE))
    reach = plan.reach(context)
    refusal = plan.add(context, purpose, keep=sure or _is_plain(plan, reach))
    if refusal is not None:
        return _form(context, purpose, sent, faults, context.words.say(refusal))
    if not sure and not _is_plain(plan, reach):
        return _sure_page(context, purpose, plan, reach, typed(posted))
    if not sum(reach):
        return back_to("/schedules", N_("安排已保存，到时间自动办理。在这之前可以停止。"))
    said = N_(
        "安排已保存，到时间自动下发给 %(answering)s 个填报单位，%(passing_on)s 个单位转发并汇总。"
        "在这之前可以停止。"
    )
    return back_to("/schedules", said, answering=reach.answering, passing_on=reach.passing_on)


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
    shifts: Mapping[Shift, str]


def _form(
    context: Context,
    purpose: str,
    sent: TypedSchedule,
    faults: Faults | None = None,
    refusal: str = "",
) -> Response:
    told = context.words.say_each(faults or {})
    days = YEAR_DAYS if sent.rhythm == Rhythm.YEARLY else MONTH_DAYS
    page = NewSchedulePage(
        purpose=_known(purpose),
        title=TITLES[purpose],
        choices=_choices(context.session, context.actor, purpose),
        sent=sent,
        faults=told,
        refusal=refusal,
        rhythms=RHYTHM_NAMES,
        weekdays=WEEKDAY_NAMES,
        month_days=[(day, day_in_words(context.words, day)) for day in days],
        shifts=SHIFT_NAMES,
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
    bounds: Bounds

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

    def add(self, context: Context, purpose: str, *, keep: bool) -> Sentence | None:
        """Make the schedule, and take it back unless it is to be kept; the sentence of a refusal,
        or None."""
        bounds = {} if isinstance(self.when, datetime) else {"bounds": self.bounds}
        trial = context.session.begin_nested()
        try:
            adder = _ADDERS[purpose]
            adder(
                context.session, self.subject, self.when, actor=context.actor, now=context.now,
                **bounds,
            )  # fmt: skip
        except Refusal as refusal:
            trial.rollback()
            return refusal.sentence
        if keep:
            trial.commit()
        else:
            trial.rollback()
        return None

    def moments(self, context: Context) -> list[Moment]:
        """The next moments of a rhythm; none for a single moment."""
        course = self._course(context)
        return list(islice(course.coming(context.now), SHOWN)) if course else []

    def misfits(self, context: Context) -> list[Sentence]:
        """What is odd about a rhythm that opens the periods of a measure."""
        course = self._course(context)
        if course is None or not isinstance(self.subject, Measure):
            return []
        due = parse_due(self.subject.due_rule)
        levels = list_reach_by_level(context.session, self.subject.id, context.viewer.unit)
        reached = sum(level.answering + level.passing_on > 0 for level in levels)
        below = self.subject.review_days * max(reached - 1, 0)
        opened = openings(course.coming(context.now), due, below, course.calendar)
        return list_misfits(opened, due, get_settings().floor_workdays, course.calendar)

    def _course(self, context: Context) -> Recurrence | None:
        if isinstance(self.when, datetime):
            return None
        calendar = get_calendar_of(context.session, context.viewer.unit_id)
        return Recurrence(self.when.cron, self.when.shift, *self.bounds, calendar=calendar)


def _is_plain(plan: NewPlan, reach: ReachedUnits) -> bool:
    """Whether a plan is kept without being asked about: one moment, and not many units."""
    return isinstance(plan.when, datetime) and sum(reach) <= MANY


def _read_plan(
    context: Context, purpose: str, sent: TypedSchedule, faults: Faults
) -> NewPlan | None:
    """The schedule that was typed; None where an input is wrong, and `faults` says which."""
    subject_id = sent.read_subject(faults)
    once = purpose == RELEASE
    when = sent.read_moment(faults) if once else sent.read_timing(faults)
    bounds = ALWAYS if once else sent.read_bounds(faults)
    subject = _find_subject(context, purpose, subject_id, faults)
    return NewPlan(subject, when, bounds) if subject and when and not faults else None


@dataclass(frozen=True)
class SureOfSchedulePage(Page):
    """Shows what a schedule will do before it is kept."""

    TEMPLATE = "pages/campaigns/schedules/sure.html"

    purpose: str
    title: str
    subject: Measure | Campaign
    plan: str
    """What is to be done and when, in words."""
    bounds: Bounds
    coming: Sequence[ComingMoment]
    """The next five times."""
    misfits: Sequence[str]
    """What is odd about the rhythm, as sentences."""
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
    page = SureOfSchedulePage(
        purpose=purpose,
        title=TITLES[purpose],
        subject=plan.subject,
        plan=plan_in_words(context.words, plan.when, for_reports=purpose == REPORTS),
        bounds=plan.bounds,
        coming=tell_coming(context.words, plan.moments(context), plan.subject),
        misfits=[context.words.say(sentence) for sentence in plan.misfits(context)],
        reach=reach,
        fields=fields,
    )
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
