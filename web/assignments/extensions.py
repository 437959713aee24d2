"""More time: units ask for it, and units above give it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from queries.assignments.extensions import (
    Extendable,
    Requested,
    list_extendable,
    list_requested,
    list_requests_of,
)
from queries.assignments.visible_assignments import Seen
from rules.assignments.declines import LONGEST
from rules.forms.field_values import read_date
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_
from services.assignments.extensions import (
    DecidedRequests,
    ask_extension,
    decide_extensions,
    extend_lower,
    pass_extension_up,
)
from web.edge.pages.paging import PageNumber
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, SignedIn
from web.edge.viewer.language import Words
from web.edge.viewer.own import get_own
from web.edge.viewer.security import read_id
from web.edge.viewer.transactions import attempt

router = APIRouter()
PAGE = 50


@dataclass(frozen=True)
class AskPage(Page):
    """Where a unit asks for more time."""

    TEMPLATE = "pages/assignments/extensions/ask.html"

    seen: Seen
    requests: Sequence[Requested]
    """Those that the unit has made before."""
    longest: int
    day: str = ""
    reason: str = ""
    faults: Mapping[str, str] | None = None
    refusal: str = ""


@router.get("/assignments/{assignment_id}/extension")
def show_asking(context: SignedIn, assignment_id: int) -> Response:
    """Where the unit asks for more time."""
    return _asking(context, assignment_id)


def _asking(
    context: Context,
    assignment_id: int,
    day: str = "",
    reason: str = "",
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
) -> Response:
    seen = get_own(context.session, context.viewer, assignment_id)
    requests = list_requests_of(context.session, assignment_id)
    page = AskPage(seen, requests, LONGEST, day, reason, faults, refusal)
    return render(context.request, page, status=422 if faults or refusal else 200)


def _read_day(words: Words, typed: str) -> tuple[date | None, dict[str, str]]:
    """The typed day, or what is wrong with it."""
    read = read_date(typed) if typed.strip() else Fault(N_("请填写日期。"))
    if isinstance(read, Fault):
        return None, {"day": words.say(read)}
    return date.fromisoformat(read), {}


@router.post("/assignments/{assignment_id}/extension")
def ask(context: SignedIn, assignment_id: int, posted: Posted) -> Response:
    """Ask the unit above for more time."""
    get_own(context.session, context.viewer, assignment_id)
    typed, reason = str(posted.get("day", "")), str(posted.get("reason", ""))
    day, faults = _read_day(context.words, typed)
    if day is None:
        return _asking(context, assignment_id, typed, reason, faults)
    with attempt(context.session, context.words) as outcome:
        ask_extension(
            context.session, assignment_id, wanted_on=day, reason=reason,
            actor=context.actor, now=context.now,
        )  # fmt: skip
    if not outcome.done:
        return _asking(context, assignment_id, typed, reason, refusal=outcome.refusal)
    return back_to(
        f"/assignments/{assignment_id}", N_("延期申请已送上级。决定之前仍按现在的截止日期。")
    )


@dataclass(frozen=True)
class RequestsPage(Page):
    """The requests for more time that wait for the unit."""

    TEMPLATE = "pages/assignments/extensions/list.html"

    rows: Sequence[Requested]
    page: int
    pages: int
    more: str
    longest: int
    ticked: Collection[int] = ()
    day: str = ""
    reason: str = ""
    faults: Mapping[str, str] | None = None
    refusal: str = ""


@router.get("/extensions")
def list_requests(context: SignedIn, page: PageNumber = 1) -> Response:
    """What waits for the unit's decision."""
    return _requests(context, page)


def _requests(
    context: Context,
    page: int = 1,
    posted: FormData | None = None,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
) -> Response:
    rows, pages = list_requested(context.session, context.viewer.unit_id, page=page, size=PAGE)
    typed = posted or FormData()
    drawn = RequestsPage(
        rows=rows,
        page=page,
        pages=pages,
        more="/extensions?page=",
        longest=LONGEST,
        ticked=_ticked(typed, "request"),
        day=str(typed.get("day", "")),
        reason=str(typed.get("reason", "")),
        faults=faults,
        refusal=refusal,
    )
    return render(context.request, drawn, status=422 if faults or refusal else 200)


def _ticked(posted: FormData, name: str) -> list[int]:
    return [found for value in posted.getlist(name) if (found := read_id(str(value)))]


@router.post("/extensions")
def decide(context: SignedIn, posted: Posted) -> Response:
    """Decide about the ticked requests; `act`: grant, until (a date for all), refuse."""
    act, day = str(posted.get("act", "")), None
    if act == "until":
        day, faults = _read_day(context.words, str(posted.get("day", "")))
        if day is None:
            return _requests(context, posted=posted, faults=faults)
    with attempt(context.session, context.words) as outcome:
        decided = decide_extensions(
            context.session, _ticked(posted, "request"), grant=act in ("grant", "until"),
            until=day, reason=str(posted.get("reason", "")), actor=context.actor, now=context.now,
        )  # fmt: skip
    if not outcome.done:
        return _requests(context, posted=posted, refusal=outcome.refusal)
    return _said(decided)


def _said(decided: DecidedRequests) -> Response:
    if decided.refused:
        return back_to(
            "/extensions", N_("%(num)s 份申请没有同意，申请的单位会看到原因。"), num=decided.refused
        )
    return back_to(
        "/extensions", N_("%(num)s 份申请已经同意，截止日期已经改好。"),
        num=decided.granted + decided.shortened,
    )  # fmt: skip


@router.post("/extensions/{extension_id}/pass-up")
def pass_up(context: SignedIn, posted: Posted, extension_id: int) -> Response:
    """Pass a request on to the next level up."""
    with attempt(context.session, context.words) as outcome:
        higher = pass_extension_up(
            context.session, extension_id, actor=context.actor, now=context.now
        )
    if not outcome.done:
        return _requests(context, posted=posted, refusal=outcome.refusal)
    return back_to("/extensions", N_("已上报，由%(unit)s决定。"), unit=higher.name)


@dataclass(frozen=True)
class ExtendPage(Page):
    """Where a unit gives lower units more time without their asking."""

    TEMPLATE = "pages/assignments/extensions/lower.html"

    seen: Seen
    rows: Sequence[Extendable]
    deeper: bool
    """Further units lie below those of the list."""
    longest: int
    ticked: Collection[int] = ()
    deep: bool = True
    day: str = ""
    reason: str = ""
    faults: Mapping[str, str] | None = None
    refusal: str = ""


@router.get("/assignments/{assignment_id}/extend-lower")
def show_extending(context: SignedIn, assignment_id: int) -> Response:
    """The lower units of the unit's own assignment, to tick."""
    return _extending(context, assignment_id)


def _extending(
    context: Context,
    assignment_id: int,
    posted: FormData | None = None,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
) -> Response:
    seen, typed = get_own(context.session, context.viewer, assignment_id), posted or FormData()
    rows = list_extendable(context.session, seen.assignment)
    page = ExtendPage(
        seen=seen,
        rows=rows,
        deeper=any(not row.lowest for row in rows),
        longest=LONGEST,
        ticked=_ticked(typed, "assignment"),
        deep=posted is None or bool(typed.get("deep")),
        day=str(typed.get("day", "")),
        reason=str(typed.get("reason", "")),
        faults=faults,
        refusal=refusal,
    )
    return render(context.request, page, status=422 if faults or refusal else 200)


@router.post("/assignments/{assignment_id}/extend-lower")
def extend(context: SignedIn, assignment_id: int, posted: Posted) -> Response:
    """Give the ticked lower units more time."""
    get_own(context.session, context.viewer, assignment_id)
    day, faults = _read_day(context.words, str(posted.get("day", "")))
    if day is None:
        return _extending(context, assignment_id, posted, faults)
    with attempt(context.session, context.words) as outcome:
        count = extend_lower(
            context.session, assignment_id, _ticked(posted, "assignment"), until=day,
            reason=str(posted.get("reason", "")), deep=bool(posted.get("deep")),
            actor=context.actor, now=context.now,
        )  # fmt: skip
    if not outcome.done:
        return _extending(context, assignment_id, posted, refusal=outcome.refusal)
    here = f"/assignments/{assignment_id}"
    return back_to(here, N_("%(num)s 个单位的截止日期已经延后。"), num=count)
