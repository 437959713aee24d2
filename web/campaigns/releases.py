"""Before and after a release: whom a measure reaches, when answers are due, what has come in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, HTTPException, Response
from sqlmodel import Session

from models import (
    ONCE,
    Campaign,
    Gate,
    HandDown,
    HandDownStep,
    Level,
    Measure,
    MeasureAct,
    MeasureGate,
    MeasureStatus,
    Unit,
)
from queries.assignments.hand_downs import list_of_measure, list_steps
from queries.campaigns.campaigns import get_own_measure, lock_own_measure
from queries.campaigns.level_dates import LevelDates, get_level_dates
from queries.campaigns.measures import list_gates, list_reached_levels
from queries.campaigns.notice_files import HandedNotice, get_handed_notice
from queries.campaigns.reach import (
    LevelReach,
    ReachRow,
    TagReach,
    list_left_out,
    list_reach_by_level,
    list_reach_by_tag,
    list_reached,
)
from queries.campaigns.schedules import count_plans_of, list_plans_of
from queries.campaigns.summed_levels import sums_over_levels
from queries.campaigns.unanswering import count_silent
from queries.units.units import list_levels
from rules.campaigns.release_check import ReleaseFacts, warnings
from rules.dates.calendar import WEEKDAY_NAMES, local_date
from rules.dates.due import DueRule, current_period
from rules.reports.targets import target_in_words
from rules.sentences.refusal import N_
from rules.units.access import Access
from services.campaigns.measures import (
    STATUS_NAMES,
    confirm_measure,
)
from services.campaigns.withdrawals import withdraw_measure
from web.campaigns.campaigns import find_due
from web.campaigns.conflicts import GATE_NAMES
from web.campaigns.congestion import Congestion, read_congestion
from web.campaigns.dated_facts import dated_facts
from web.campaigns.form_costs import PreviewedForm, preview_form
from web.campaigns.measure_acts import (
    WITHDRAW,
    Reasoned,
    attempt_on,
    reason_page,
    try_with_reason,
)
from web.campaigns.measure_history import MEASURE_ACT_NAMES, MeasureHistory, read_history
from web.campaigns.typed_schedule import release_in_words
from web.edge.pages.paging import PageNumber, count_pages
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, Officer

PAGE = 50
"""Units on one page of a list."""
LEFT_OUT = "left-out"

router = APIRouter()


@dataclass(frozen=True)
class LevelPreview:
    """What a release means for one level."""

    reach: LevelReach
    due_on: date | None
    days_left: int | None
    """Working days from today."""
    own: Sequence[tuple[str, date]]
    """Name of a calendar of a tag → the other date that its units have."""
    gate: MeasureGate | None
    """None at the lowest level, from which nothing goes on."""
    tags: Sequence[TagReach]
    """The tags that are addressed; empty where every unit of the level answers, or none."""

    @property
    def level(self) -> Level:
        return self.reach.level


@dataclass(frozen=True)
class ReleasePreview:
    """Everything an office looks at before a release."""

    due: DueRule | None
    levels: list[LevelPreview]
    left_out: int
    facts: ReleaseFacts
    form: PreviewedForm


@router.get("/measures/{measure_id}/preview")
def show_preview(context: Officer, measure_id: int) -> Response:
    """What a release would do; after the release, how far the measure has got."""
    measure, campaign = get_own_measure(context.session, context.actor, measure_id)
    return preview_page(context, measure, campaign)


@dataclass(frozen=True)
class ReachedUnitsPage(Page):
    """The units of one level that a release reaches, or the units that it leaves out."""

    TEMPLATE = "pages/campaigns/measures/units.html"

    measure: Measure
    campaign: Campaign
    level: Level | None
    """None: the units that are left out."""
    rows: Sequence[ReachRow]
    total: int
    q: str
    page: int
    pages: int


@router.get("/measures/{measure_id}/preview/{level}")
def show_units(
    context: Officer,
    measure_id: int,
    level: str,
    q: str = "",
    page: PageNumber = 1,
) -> Response:
    """The units of one level that a release reaches, or the units left out, page by page."""
    measure, campaign = get_own_measure(context.session, context.actor, measure_id)
    found = next((known for known in list_levels(context.session) if known.code == level), None)
    if found is None and level != LEFT_OUT:
        raise HTTPException(404)
    session, own = context.session, context.viewer.unit
    bounds = {"limit": PAGE, "offset": PAGE * (page - 1)}
    if found:
        rows, total = list_reached(session, measure_id, own, level=level, text=q.strip(), **bounds)
    else:
        rows, total = list_left_out(session, measure_id, own, **bounds)
    pages = count_pages(total, PAGE)
    shown = ReachedUnitsPage(measure, campaign, found, rows, total, q, page, pages)
    return render(context.request, shown)


@router.post("/measures/{measure_id}/confirm")
def confirm(context: Officer, measure_id: int, posted: Posted) -> Response:
    """An officer stands for the measure as it is stored, or reads what is missing."""
    measure, campaign = lock_own_measure(context.session, context.actor, measure_id)
    with attempt_on(context, measure) as outcome:
        meant = posted.get("sums_meant") == "yes"
        confirm_measure(
            context.session, measure, sums_meant=meant, actor=context.actor, now=context.now
        )
    if not outcome.done:
        return preview_page(context, measure, campaign, outcome.refusal)
    said = N_("已确认。还没有下发，没有通知任何单位。")
    return back_to(f"/measures/{measure_id}/preview", said)


@router.get("/measures/{measure_id}/withdraw")
def show_withdraw(context: Officer, measure_id: int) -> Response:
    """How much a withdrawal ends, and the reason that is needed."""
    own = get_own_measure(context.session, context.actor, measure_id)
    return reason_page(context, WITHDRAW, Reasoned(*own))


@router.post("/measures/{measure_id}/withdraw")
def withdraw(context: Officer, measure_id: int, posted: Posted) -> Response:
    """Take the measure back from every unit, with a reason that every unit will see."""
    plans = count_plans_of(context.session, measure_id)
    tried = try_with_reason(context, measure_id, posted, withdraw_measure)
    if tried.refusal:
        return reason_page(context, WITHDRAW, tried)
    address = f"/campaigns/{tried.campaign.id}#measure-{measure_id}"
    said = N_("已撤回“%(title)s”，结束了 %(count)s 个单位的任务。")
    if plans:
        said = N_("已撤回“%(title)s”，结束了 %(count)s 个单位的任务，停止了 %(plans)s 个定时安排。")
    return back_to(address, said, title=tried.measure.title, count=tried.count, plans=plans)


def make_preview(context: Context, measure: Measure) -> ReleasePreview:
    """What releasing the measure today would mean; a constant number of statements."""
    session, own, today = context.session, context.viewer.unit, context.today
    due = find_due(measure)
    reach = list_reach_by_level(session, measure.id, own)
    tagged = list_reach_by_tag(session, measure.id, own)
    concerned = list_reached_levels(session, measure.id, _rank_of(session, own))
    codes = [level.code for level in concerned]
    found = _due_dates(session, due, codes, measure, _received(measure, due, today))
    gates = {gate.level: gate for gate in list_gates(session, measure.id)}
    levels = [
        LevelPreview(
            reach=reached,
            due_on=found.dates[code] if found else None,
            days_left=found.calendar.workdays_between(today, found.dates[code]) if found else None,
            own=[
                (own.calendar.name, own.dates[code])
                for own in (found.own if found else ())
                if found and own.dates.get(code, found.dates[code]) != found.dates[code]
            ],
            gate=_gate(measure.id, code, gates) if code != codes[-1] else None,
            tags=[row for row in tagged if row.level == code],
        )
        for reached in reach
        if (code := reached.level.code) in codes
    ]
    period = current_period(due, today) if due else ONCE
    return ReleasePreview(
        due=due,
        levels=levels,
        left_out=sum(reached.left_out for reached in reach),
        facts=ReleaseFacts(
            answering=sum(reached.answering for reached in reach),
            gate_days=sum(_waits(level.gate) for level in levels),
            has_form=measure.form_version_id is not None,
            sums_levels=sums_over_levels(session, measure),
            **dated_facts(context, found, concerned),
        ),
        form=preview_form(session, measure, own, period, context.now),
    )


def _rank_of(session: Session, unit: Unit) -> int:
    return next(level.rank for level in list_levels(session) if level.code == unit.level)


def _gate(measure_id: int, level: str, gates: dict[str, MeasureGate]) -> MeasureGate:
    return gates.get(level) or MeasureGate(measure_id=measure_id, level=level)


def _waits(gate: MeasureGate | None) -> int:
    return gate.pass_on_days if gate and gate.gate != Gate.AUTO else 0


def _received(measure: Measure, due: DueRule | None, today: date) -> date:
    """The day from which due dates count: for a measure that is done once, its release."""
    once = due is not None and due.recurrence == "once"
    return local_date(measure.released_at) if once and measure.released_at else today


def _due_dates(
    session: Session, due: DueRule | None, levels: list[str], measure: Measure, received: date
) -> LevelDates | None:
    if due is None or not levels:
        return None
    period = current_period(due, received)
    return get_level_dates(session, measure, levels, period=period, received=received)


def _target(measure: Measure) -> str:
    count = measure.target_count
    return "" if count is None else target_in_words(count, measure.target_label)


@dataclass(frozen=True)
class PreviewPage(Page):
    """What a release would do; after the release, how far the measure has got."""

    TEMPLATE = "pages/campaigns/measures/preview.html"

    measure: Measure
    campaign: Campaign
    preview: ReleasePreview
    notice: HandedNotice
    """The files that the units can read with it."""
    congestion: Congestion | None
    """What else falls due; None after the release, and without a date."""
    silent: Mapping[Access, int]
    """What their accounts are like → how many units are asked to answer and cannot."""
    target: str
    """How many of what is to be done; empty where the measure sets no target."""
    plans: Sequence[str]
    """The coming releases that are scheduled, in words."""
    warnings: Sequence[str]
    refusal: str
    wish: HandDown | None
    """The office's own wish to hand the measure down."""
    steps: Sequence[tuple[Level, HandDownStep]]
    """How far that wish has got, level by level."""
    pending: int
    """Wishes of all units that nobody has fulfilled yet."""
    history: MeasureHistory
    statuses: Mapping[MeasureStatus, str]
    gate_names: Mapping[Gate, str]
    weekdays: Mapping[int, str]
    measure_act_names: Mapping[MeasureAct, str]


def preview_page(
    context: Context, measure: Measure, campaign: Campaign, refusal: str = ""
) -> Response:
    """The page of the preview, with why the last act was refused."""
    preview = make_preview(context, measure)
    wishes = list_of_measure(context.session, measure.id) if measure.released_at else []
    own = [wish for wish, unit in wishes if unit.id == measure.unit_id]
    pending = [wish for wish, _unit in wishes if wish.done_at is None]
    page = PreviewPage(
        measure=measure,
        campaign=campaign,
        preview=preview,
        notice=get_handed_notice(context.session, campaign.id),
        congestion=read_congestion(
            context,
            measure,
            [(row.level, row.due_on, row.reach.answering) for row in preview.levels],
            preview.form.cost.minutes,
        ),
        silent=count_silent(context.session, measure.id, context.viewer.unit),
        target=_target(measure),
        plans=[
            release_in_words(context.words, plan)
            for plan in list_plans_of(context.session, measure.id)
        ],
        warnings=[context.words.say(warning) for warning in warnings(preview.facts)],
        refusal=refusal,
        wish=own[0] if own else None,
        steps=list_steps(context.session, own[0].id) if own else [],
        pending=len(pending),
        history=read_history(context.session, context.words, measure),
        statuses=STATUS_NAMES,
        gate_names=GATE_NAMES,
        weekdays=WEEKDAY_NAMES,
        measure_act_names=MEASURE_ACT_NAMES,
    )
    return render(context.request, page, status=409 if refusal else 200)
