"""Complaints about burden: written from every page of a lower unit, read by those above."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from queries.assignments.complaints import Written, list_complaints
from rules.sentences.refusal import N_
from services.assignments.complaints import complain
from web.edge.context import SignedIn
from web.edge.language import local_path
from web.edge.paging import PageNumber
from web.edge.posted import Posted
from web.edge.rendering import Page, render
from web.edge.said import back_to
from web.edge.transactions import attempt

router = APIRouter()
PAGE = 30


@dataclass(frozen=True)
class NewComplaintPage(Page):
    """Where a complaint is written."""

    TEMPLATE = "pages/assignments/complaints/new.html"

    page: str
    """The path of the page the complaint is about."""
    text: str = ""
    refusal: str = ""


@router.get("/complaints/new")
def show_new(context: SignedIn, page: str = "") -> Response:
    """Where a complaint is written."""
    return render(context.request, NewComplaintPage(local_path(page, "")))


@router.post("/complaints")
def add_complaint(context: SignedIn, posted: Posted) -> Response:
    """Keep the complaint, and show it among the others."""
    text = str(posted.get("text", ""))
    page = local_path(str(posted.get("page", "")), "")
    with attempt(context.session, context.words) as outcome:
        complain(context.session, page=page, text=text, actor=context.actor, now=context.now)
    if not outcome.done:
        again = NewComplaintPage(page, text, outcome.refusal)
        return render(context.request, again, status=422)
    return back_to("/complaints", N_("已经收到，上级各单位都能看到。谢谢。"))


@dataclass(frozen=True)
class ComplaintsPage(Page):
    """The complaints of a unit and of the units below it."""

    TEMPLATE = "pages/assignments/complaints/list.html"

    rows: Sequence[Written]
    page: int
    pages: int


@router.get("/complaints")
def list_written(context: SignedIn, page: PageNumber = 1) -> Response:
    """What this unit and the units below have written, newest first."""
    rows, pages = list_complaints(context.session, context.viewer.unit, page=page, size=PAGE)
    return render(context.request, ComplaintsPage(rows=rows, page=page, pages=pages))
