"""Complaints about burden: written from every page of a lower unit, answered by those above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from adapters.settings import get_settings
from models import ComplaintKind
from queries.assignments.complaints import (
    Answered,
    WhichComplaints,
    Written,
    list_complaint_answers,
    list_complaints,
    read_complaint,
)
from rules.accounts.permissions import Right, may
from rules.accounts.predicates import Subject
from rules.assignments.complaints import (
    KIND_NAMES,
    STANDING_NAMES,
    ComplaintStanding,
    asked_units,
    may_pass_on,
)
from rules.sentences.refusal import N_
from services.assignments.complaints import (
    answer_complaint,
    complain,
    pass_complaint_on,
    say_helped,
)
from web.assignments.complaint_export import export_complaints
from web.edge.pages.exports import wants_file
from web.edge.pages.paging import PageNumber
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, SignedIn
from web.edge.viewer.language import local_path
from web.edge.viewer.transactions import attempt

router = APIRouter()
PAGE = 30
SHOWN_NAMES = {
    WhichComplaints.ALL: N_("全部"),
    WhichComplaints.OWED: N_("待本单位答复"),
    WhichComplaints.OWN: N_("本单位反映的"),
}
COLOURS = {
    ComplaintStanding.OWED: "amber",
    ComplaintStanding.LATE: "red",
    ComplaintStanding.ANSWERED: "blue",
    ComplaintStanding.HELPED: "green",
    ComplaintStanding.UNHELPED: "red",
}


@dataclass(frozen=True)
class NewComplaintPage(Page):
    """Where a complaint is written."""

    TEMPLATE = "pages/assignments/complaints/new.html"

    page: str
    """The path of the page the complaint is about."""
    days: int
    """Working days until an answer is owed."""
    kinds: Mapping[ComplaintKind, str]
    kind: str = ""
    text: str = ""
    faults: Mapping[str, str] | None = None


@router.get("/complaints/new")
def show_new(context: SignedIn, page: str = "", kind: str = "") -> Response:
    """Where a complaint is written."""
    return render(context.request, _new_page(local_path(page, ""), kind))


def _new_page(
    page: str, kind: str, text: str = "", faults: Mapping[str, str] | None = None
) -> NewComplaintPage:
    days = get_settings().complaint_days
    return NewComplaintPage(page, days, KIND_NAMES, kind, text, faults)


@router.post("/complaints")
def add_complaint(context: SignedIn, posted: Posted) -> Response:
    """Keep the complaint, and show it with who answers it and by when."""
    text, kind = str(posted.get("text", "")), str(posted.get("kind", ""))
    page = local_path(str(posted.get("page", "")), "")
    if kind not in KIND_NAMES:
        faults = {"kind": context.words.say(N_("请选择反映的是哪一种情况。"))}
        return render(context.request, _new_page(page, kind, text, faults), status=422)
    with attempt(context.session, context.words) as outcome:
        complaint = complain(
            context.session, kind=ComplaintKind(kind), page=page, text=text,
            answer_days=get_settings().complaint_days, actor=context.actor, now=context.now,
        )  # fmt: skip
    if not outcome.done:
        again = _new_page(page, kind, text, {"text": outcome.refusal})
        return render(context.request, again, status=422)
    return back_to(f"/complaints/{complaint.id}", N_("已经收到，答复会显示在这里。谢谢。"))


@dataclass(frozen=True)
class ComplaintsPage(Page):
    """The complaints of a unit and of the units below it."""

    TEMPLATE = "pages/assignments/complaints/list.html"

    rows: Sequence[tuple[Written, ComplaintStanding]]
    page: int
    pages: int
    shown: WhichComplaints
    kind: ComplaintKind | None
    more: str
    """The address of a further page, up to the number."""
    kinds: Mapping[ComplaintKind, str]
    shown_names: Mapping[WhichComplaints, str]
    standings: Mapping[ComplaintStanding, str]
    colours: Mapping[ComplaintStanding, str]


@router.get("/complaints")
def list_written(
    context: SignedIn, show: str = "", kind: str = "", page: PageNumber = 1
) -> Response:
    """What this unit and the units below have written, newest first."""
    shown = WhichComplaints(show) if show in set(WhichComplaints) else WhichComplaints.ALL
    chosen = ComplaintKind(kind) if kind in KIND_NAMES else None
    if wants_file(context.query):
        return export_complaints(context, shown, chosen)
    rows, pages = list_complaints(
        context.session, context.viewer.unit, shown=shown, kind=chosen, page=page, size=PAGE
    )
    drawn = ComplaintsPage(
        rows=[(row, row.standing(context.today)) for row in rows],
        page=page,
        pages=pages,
        shown=shown,
        kind=chosen,
        more=f"/complaints?show={shown}&kind={chosen or ''}&page=",
        kinds=KIND_NAMES,
        shown_names=SHOWN_NAMES,
        standings=STANDING_NAMES,
        colours=COLOURS,
    )
    return render(context.request, drawn)


@dataclass(frozen=True)
class ComplaintPage(Page):
    """One complaint with its answers, and what the viewer may do about the complaint."""

    TEMPLATE = "pages/assignments/complaints/one.html"

    row: Written
    standing: str
    colour: str
    kind: str
    answers: Sequence[Answered]
    may_answer: bool
    may_judge: bool
    """The viewer may say whether the latest answer has helped."""
    may_pass_on: bool
    text: str = ""
    refusal: str = ""


@router.get("/complaints/{complaint_id}")
def show_complaint(context: SignedIn, complaint_id: int) -> Response:
    """One complaint, its answers, and what can be done."""
    return _shown(context, complaint_id)


def _shown(context: Context, complaint_id: int, text: str = "", refusal: str = "") -> Response:
    row = read_complaint(context.session, context.viewer.unit, complaint_id)
    answers = list_complaint_answers(context.session, complaint_id)
    complaint, standing = row.complaint, row.standing(context.today)
    latest = answers[-1].answer if answers else None
    own = may(context.actor, Right.SAY_HELPED, Subject(complaint.unit_id))
    asked = Subject(asked_ids=asked_units(complaint))
    page = ComplaintPage(
        row=row,
        standing=STANDING_NAMES[standing],
        colour=COLOURS[standing],
        kind=KIND_NAMES[complaint.kind],
        answers=answers,
        may_answer=complaint.answered_at is None
        and may(context.actor, Right.ANSWER_COMPLAINT, asked),
        may_judge=own and complaint.answered_at is not None,
        may_pass_on=own and may_pass_on(complaint, latest, context.today),
        text=text,
        refusal=refusal,
    )
    return render(context.request, page, status=422 if refusal else 200)


@router.post("/complaints/{complaint_id}/answer")
def answer(context: SignedIn, complaint_id: int, posted: Posted) -> Response:
    """Keep the answer to a complaint."""
    read_complaint(context.session, context.viewer.unit, complaint_id)
    text = str(posted.get("text", ""))
    with attempt(context.session, context.words) as outcome:
        answer_complaint(
            context.session, complaint_id, text=text, actor=context.actor, now=context.now
        )
    if not outcome.done:
        return _shown(context, complaint_id, text, outcome.refusal)
    return back_to(f"/complaints/{complaint_id}", N_("答复已发出，反映的单位会看到。"))


@router.post("/complaints/{complaint_id}/helped")
def judge(context: SignedIn, complaint_id: int, posted: Posted) -> Response:
    """Keep what the unit says of the answer."""
    read_complaint(context.session, context.viewer.unit, complaint_id)
    helped = posted.get("helped") == "yes"
    with attempt(context.session, context.words) as outcome:
        say_helped(context.session, complaint_id, helped=helped, actor=context.actor)
    if not outcome.done:
        return _shown(context, complaint_id, refusal=outcome.refusal)
    said = N_("已记下：问题解决了。") if helped else N_("已记下：没有解决。可以转上一级一次。")
    return back_to(f"/complaints/{complaint_id}", said)


@router.post("/complaints/{complaint_id}/pass-on")
def pass_on(context: SignedIn, complaint_id: int) -> Response:
    """Take the complaint past the issuer."""
    read_complaint(context.session, context.viewer.unit, complaint_id)
    with attempt(context.session, context.words) as outcome:
        higher = pass_complaint_on(
            context.session, complaint_id, answer_days=get_settings().complaint_days,
            actor=context.actor, now=context.now,
        )  # fmt: skip
    if not outcome.done:
        return _shown(context, complaint_id, refusal=outcome.refusal)
    return back_to(f"/complaints/{complaint_id}", N_("已转给%(unit)s答复。"), unit=higher.name)
