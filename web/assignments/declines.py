"""Assignments that are sent back up as not a unit's own, and the rulings about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from adapters.settings import get_settings
from models import DeclineKind, Ruling, Unit
from queries.assignments.declines import (
    Declined,
    WhichDeclines,
    find_previous_decline,
    has_draft,
    list_candidates,
    list_declines,
    read_decline,
)
from queries.assignments.visible_assignments import Seen
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.assignments.declines import DECLINE_KINDS, LONGEST, RULINGS
from rules.sentences.refusal import N_
from services.assignments.declines import decline, rule
from web.edge.pages.paging import PageNumber
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, SignedIn
from web.edge.viewer.language import Words
from web.edge.viewer.own import get_own
from web.edge.viewer.transactions import attempt

router = APIRouter()
PAGE = 30
SHOWN_DECLINES = {
    WhichDeclines.ASKED: N_("等本单位裁定"),
    WhichDeclines.OWN: N_("本单位退的"),
    WhichDeclines.ALL: N_("全部"),
}


@dataclass(frozen=True)
class DeclinePage(Page):
    """Where a unit sends an assignment back up."""

    TEMPLATE = "pages/assignments/declines/new.html"

    seen: Seen
    days: int
    """Working days in which a unit above rules."""
    kinds: Mapping[DeclineKind, str]
    longest: int
    again: bool
    """The work was refused before."""
    draft: bool
    """A draft is kept with it."""
    kind: str = ""
    reason: str = ""
    whose: str = ""
    faults: Mapping[str, str] | None = None
    refusal: str = ""


@router.get("/assignments/{assignment_id}/decline")
def show_declining(context: SignedIn, assignment_id: int) -> Response:
    """Where the unit says why it sends the assignment back up."""
    return _declining(context, assignment_id)


def _declining(
    context: Context,
    assignment_id: int,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
) -> Response:
    seen = get_own(context.session, context.viewer, assignment_id)
    page = DeclinePage(
        seen=seen,
        days=get_settings().ruling_days,
        kinds=DECLINE_KINDS,
        longest=LONGEST,
        again=find_previous_decline(context.session, assignment_id) is not None,
        draft=has_draft(context.session, assignment_id),
        faults=faults,
        refusal=refusal,
        **(typed or {}),
    )
    return render(context.request, page, status=422 if faults or refusal else 200)


@router.post("/assignments/{assignment_id}/decline")
def send_back(context: SignedIn, assignment_id: int, posted: Posted) -> Response:
    """Send the assignment back up."""
    get_own(context.session, context.viewer, assignment_id)
    typed = {name: str(posted.get(name, "")) for name in ("kind", "reason", "whose")}
    if typed["kind"] not in set(DeclineKind):
        faults = {"kind": context.words.say(N_("请选择退单的原因。"))}
        return _declining(context, assignment_id, typed, faults)
    with attempt(context.session, context.words) as outcome:
        made = decline(
            context.session, assignment_id, kind=DeclineKind(typed["kind"]),
            reason=typed["reason"], whose=typed["whose"], days=get_settings().ruling_days,
            actor=context.actor, now=context.now,
        )  # fmt: skip
    if not outcome.done:
        return _declining(context, assignment_id, typed, refusal=outcome.refusal)
    return back_to(f"/declines/{made.id}", N_("已退回上级，等候裁定期间时限暂停。"))


@dataclass(frozen=True)
class DeclinesPage(Page):
    """The declines of a unit and of the units below it."""

    TEMPLATE = "pages/assignments/declines/list.html"

    rows: Sequence[Declined]
    page: int
    pages: int
    shown: WhichDeclines
    more: str
    shown_names: Mapping[WhichDeclines, str]
    kinds: Mapping[DeclineKind, str]
    rulings: Mapping[Ruling, str]


@router.get("/declines")
def list_all_declines(context: SignedIn, show: str = "", page: PageNumber = 1) -> Response:
    """What waits for the unit's ruling, or what was refused at and below the unit."""
    shown = WhichDeclines(show) if show in set(WhichDeclines) else WhichDeclines.ASKED
    rows, pages = list_declines(
        context.session, context.viewer.unit, shown=shown, page=page, size=PAGE
    )
    drawn = DeclinesPage(
        rows, page, pages, shown, f"/declines?show={shown}&page=", SHOWN_DECLINES, DECLINE_KINDS,
        RULINGS,
    )  # fmt: skip
    return render(context.request, drawn)


@dataclass(frozen=True)
class RulingPage(Page):
    """One decline, and the ruling about it."""

    TEMPLATE = "pages/assignments/declines/one.html"

    row: Declined
    kinds: Mapping[DeclineKind, str]
    rulings: Mapping[Ruling, str]
    may_rule: bool
    choices: Sequence[tuple[Ruling, str]]
    """The rulings that are possible."""
    candidates: Sequence[Unit]
    longest: int
    ruling: str = ""
    reason: str = ""
    unit: str = ""
    faults: Mapping[str, str] | None = None
    refusal: str = ""


@router.get("/declines/{decline_id}")
def show_decline(context: SignedIn, decline_id: int) -> Response:
    """One decline: why, who rules by when, and what was ruled."""
    return _ruling(context, decline_id)


def _ruling(
    context: Context,
    decline_id: int,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
) -> Response:
    row = read_decline(context.session, context.viewer.unit, decline_id)
    may_rule = row.pending and context.viewer.may(Right.RULE, Subject(row.asked_id))
    candidates = list_candidates(context.session, row.assignment_id) if may_rule else []
    page = RulingPage(
        row=row,
        kinds=DECLINE_KINDS,
        rulings=RULINGS,
        may_rule=may_rule,
        choices=_choices(context.words, row),
        candidates=candidates,
        longest=LONGEST,
        faults=faults,
        refusal=refusal,
        **(typed or {"ruling": "", "reason": "", "unit": row.whose}),
    )
    return render(context.request, page, status=422 if faults or refusal else 200)


def _choices(words: Words, row: Declined) -> Sequence[tuple[Ruling, str]]:
    return [
        (ruling, words.say(name))
        for ruling, name in RULINGS.items()
        if row.lowest or ruling != Ruling.TAKE
    ]


@router.post("/declines/{decline_id}/rule")
def give_ruling(context: SignedIn, decline_id: int, posted: Posted) -> Response:
    """Keep the ruling."""
    read_decline(context.session, context.viewer.unit, decline_id)
    typed = {name: str(posted.get(name, "")) for name in ("ruling", "reason", "unit")}
    if typed["ruling"] not in set(Ruling):
        faults = {"ruling": context.words.say(N_("请选择怎样裁定。"))}
        return _ruling(context, decline_id, typed, faults)
    with attempt(context.session, context.words) as outcome:
        rule(
            context.session, decline_id, ruling=Ruling(typed["ruling"]), reason=typed["reason"],
            unit=typed["unit"], actor=context.actor, now=context.now,
        )  # fmt: skip
    if not outcome.done:
        return _ruling(context, decline_id, typed, refusal=outcome.refusal)
    return back_to(f"/declines/{decline_id}", N_("裁定已经生效，退单的单位会看到。"))
