"""Before and after a release: whom a measure reaches, when it is due, how far it has got."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import ONCE, Campaign, Gate, Level, Measure, MeasureGate, MeasureStatus
from queries.assignments.hand_downs import list_of_measure, list_steps
from queries.campaigns.campaigns import get_own_measure, lock_own_measure
from queries.campaigns.measures import list_gates, list_reached_levels
from queries.campaigns.reach import (
    LevelReach,
    count_reached,
    list_left_out,
    list_reach_by_level,
    list_reached,
)
from queries.units.units import list_levels
from rules.campaigns.release_check import ReleaseFacts, warnings
from rules.dates.calendar import local_date, workdays_between
from rules.dates.due import DueRule, current_period, due_dates
from rules.sentences.refusal import N_, Refusal
from services.campaigns.measures import (
    STATUS_NAMES,
    confirm_measure,
    release_measure,
    withdraw_measure,
)
from web.campaigns.campaigns import find_due
from web.campaigns.conflicts import GATE_NAMES
from web.campaigns.form_costs import PreviewedForm, preview_form
from web.campaigns.measure_history import MEASURE_ACT_NAMES, read_history
from web.campaigns.typed_schedule import WEEKDAY_NAMES
from web.edge.language import say, words_of
from web.edge.posted import Posted
from web.edge.rendering import render
from web.edge.security import Officer, Viewer
from web.edge.transactions import Now, OpenSession, attempt

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
    gate: MeasureGate | None
    """None at the lowest level: nothing goes on from there."""

    @property
    def level(self) -> Level:
        return self.reach.level


@dataclass(frozen=True)
class ReleasePreview:
    """Everything an office looks at before it releases."""

    due: DueRule | None
    levels: list[LevelPreview]
    left_out: int
    facts: ReleaseFacts
    form: PreviewedForm


@router.get("/measures/{measure_id}/preview")
def show_preview(
    request: Request, session: OpenSession, now: Now, viewer: Officer, measure_id: int
) -> Response:
    """What a release would do; after it, how far the measure has got."""
    measure, campaign = get_own_measure(session, viewer.account, measure_id)
    return _page(request, session, viewer, measure, campaign, now)


@router.get("/measures/{measure_id}/preview/{level}")
def show_units(
    request: Request,
    session: OpenSession,
    viewer: Officer,
    measure_id: int,
    level: str,
    q: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The units of one level a release reaches, or those it leaves out, page by page."""
    measure, campaign = get_own_measure(session, viewer.account, measure_id)
    found = next((one for one in list_levels(session) if one.code == level), None)
    if found is None and level != LEFT_OUT:
        raise HTTPException(404)
    bounds = {"limit": PAGE, "offset": PAGE * (page - 1)}
    if found:
        rows, total = list_reached(
            session, measure_id, viewer.unit, level=level, text=q.strip(), **bounds
        )
    else:
        rows, total = list_left_out(session, measure_id, viewer.unit, **bounds)
    return render(
        request,
        "pages/campaigns/measures/units.html",
        measure=measure,
        campaign=campaign,
        level=found,
        rows=rows,
        total=total,
        q=q,
        page=page,
        pages=max(1, -(-total // PAGE)),
    )


@router.post("/measures/{measure_id}/confirm")
def confirm(
    request: Request, session: OpenSession, now: Now, viewer: Officer, measure_id: int
) -> Response:
    """An officer stands for the measure as it is stored, or reads what is still missing."""
    measure, campaign = lock_own_measure(session, viewer.account, measure_id)
    with attempt(session, request) as outcome:
        if not measure.due_rule:
            raise Refusal(N_("请先确定办理时限，再确认措施。"))
        confirm_measure(session, measure, actor=viewer.account, now=now)
    if not outcome.done:
        session.refresh(measure)
        return _page(request, session, viewer, measure, campaign, now, outcome.refusal)
    return RedirectResponse(f"/measures/{measure_id}/preview", 303)


@router.post("/measures/{measure_id}/release")
def release(
    request: Request, session: OpenSession, now: Now, viewer: Officer, measure_id: int
) -> Response:
    """Release; a second click finds it released and changes nothing."""
    measure, campaign = lock_own_measure(session, viewer.account, measure_id)
    with attempt(session, request) as outcome:
        release_measure(session, measure, actor=viewer.account, now=now)
    if not outcome.done:
        session.refresh(measure)
        return _page(request, session, viewer, measure, campaign, now, outcome.refusal)
    return RedirectResponse(f"/measures/{measure_id}/preview", 303)


@router.get("/measures/{measure_id}/withdraw")
def show_withdraw(
    request: Request, session: OpenSession, viewer: Officer, measure_id: int
) -> Response:
    """How much a withdrawal ends, and the reason it needs."""
    measure, campaign = get_own_measure(session, viewer.account, measure_id)
    return _withdraw_page(request, session, measure, campaign, "", "")


@router.post("/measures/{measure_id}/withdraw")
def withdraw(
    request: Request,
    session: OpenSession,
    now: Now,
    viewer: Officer,
    measure_id: int,
    posted: Posted,
) -> Response:
    """Take the measure back from everyone, with the reason they will see."""
    measure, campaign = lock_own_measure(session, viewer.account, measure_id)
    reason = str(posted.get("reason", ""))
    with attempt(session, request) as outcome:
        withdraw_measure(session, measure, reason=reason, actor=viewer.account, now=now)
    if not outcome.done:
        session.refresh(measure)
        return _withdraw_page(request, session, measure, campaign, reason, outcome.refusal)
    return RedirectResponse(f"/campaigns/{campaign.id}#measure-{measure_id}", 303)


def make_preview(
    session: Session, viewer: Viewer, measure: Measure, now: datetime
) -> ReleasePreview:
    """What releasing the measure today would mean; a constant number of statements."""
    due, today = find_due(measure), local_date(now)
    reach = list_reach_by_level(session, measure.id, viewer.unit)
    concerned = list_reached_levels(session, measure.id, _rank_of(session, viewer))
    codes = [level.code for level in concerned]
    dates = _due_dates(due, codes, measure, _received(measure, due, today))
    gates = {one.level: one for one in list_gates(session, measure.id)}
    levels = [
        LevelPreview(
            reach=one,
            due_on=dates.get(one.level.code),
            days_left=workdays_between(today, dates[one.level.code]) if dates else None,
            gate=_gate(measure.id, one.level.code, gates) if one.level.code != codes[-1] else None,
        )
        for one in reach
        if one.level.code in codes
    ]
    period = current_period(due, today) if due else ONCE
    return ReleasePreview(
        due=due,
        levels=levels,
        left_out=sum(one.left_out for one in reach),
        facts=ReleaseFacts(
            answering=sum(one.answering for one in reach),
            due_on=dates[codes[-1]] if dates else None,
            today=today,
            gate_days=sum(_waits(one.gate) for one in levels),
            has_form=measure.form_version_id is not None,
        ),
        form=preview_form(session, measure, viewer.unit, period, now),
    )


def _rank_of(session: Session, viewer: Viewer) -> int:
    return next(one.rank for one in list_levels(session) if one.code == viewer.unit.level)


def _gate(measure_id: int, level: str, gates: dict[str, MeasureGate]) -> MeasureGate:
    return gates.get(level) or MeasureGate(measure_id=measure_id, level=level)


def _waits(gate: MeasureGate | None) -> int:
    return gate.pass_on_days if gate and gate.gate != Gate.AUTO else 0


def _received(measure: Measure, due: DueRule | None, today: date) -> date:
    """The day due dates count from: a measure that is done once counts from its release."""
    once = due is not None and due.recurrence == "once"
    return local_date(measure.released_at) if once and measure.released_at else today


def _due_dates(
    due: DueRule | None, levels: list[str], measure: Measure, received: date
) -> dict[str, date]:
    if due is None or not levels:
        return {}
    return due_dates(
        due,
        levels,
        period=current_period(due, received),
        received=received,
        review_days=measure.review_days,
    )


def _page(
    request: Request,
    session: Session,
    viewer: Viewer,
    measure: Measure,
    campaign: Campaign,
    now: datetime,
    refusal: str = "",
) -> Response:
    preview = make_preview(session, viewer, measure, now)
    wishes = list_of_measure(session, measure.id) if measure.released_at else []
    own = [wish for wish, unit in wishes if unit.id == measure.unit_id]
    pending = [wish for wish, _unit in wishes if wish.done_at is None]
    return render(
        request,
        "pages/campaigns/measures/preview.html",
        status=409 if refusal else 200,
        measure=measure,
        campaign=campaign,
        preview=preview,
        warnings=[say(request, one) for one in warnings(preview.facts)],
        refusal=refusal,
        wish=own[0] if own else None,
        steps=list_steps(session, own[0].id) if own else [],
        pending=len(pending),
        statuses=STATUS_NAMES,
        gate_names=GATE_NAMES,
        weekdays=WEEKDAY_NAMES,
        history=read_history(session, words_of(request), measure),
        measure_act_names=MEASURE_ACT_NAMES,
    )


def _withdraw_page(
    request: Request,
    session: Session,
    measure: Measure,
    campaign: Campaign,
    reason: str,
    refusal: str,
) -> Response:
    return render(
        request,
        "pages/campaigns/measures/withdraw.html",
        status=422 if refusal else 200,
        measure=measure,
        campaign=campaign,
        count=count_reached(session, measure.id),
        reason=reason,
        refusal=refusal,
        can=measure.status == MeasureStatus.RELEASED,
    )
