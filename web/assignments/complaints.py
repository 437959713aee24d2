"""Complaints about burden: written from every page of a lower unit, read by those above."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from queries.assignments.complaints import list_complaints
from services.assignments.complaints import complain
from web.edge.language import local_path
from web.edge.posted import Posted
from web.edge.rendering import render
from web.edge.security import SignedIn
from web.edge.transactions import Now, OpenSession, attempt

router = APIRouter()
PAGE = 30


@router.get("/complaints/new")
def show_new(request: Request, viewer: SignedIn, page: str = "") -> Response:
    """Where to write one."""
    return render(
        request,
        "pages/assignments/complaints/new.html",
        page=local_path(page, ""),
        text="",
        refusal="",
    )


@router.post("/complaints")
def add_complaint(
    request: Request, session: OpenSession, viewer: SignedIn, now: Now, posted: Posted
) -> Response:
    """Keep it, and show it among the others."""
    text = str(posted.get("text", ""))
    page = local_path(str(posted.get("page", "")), "")
    with attempt(session, request) as outcome:
        complain(session, page=page, text=text, actor=viewer.account, now=now)
    if not outcome.done:
        return render(
            request, "pages/assignments/complaints/new.html", status=422, page=page, text=text,
            refusal=outcome.refusal,
        )  # fmt: skip
    return RedirectResponse("/complaints?sent=1", 303)


@router.get("/complaints")
def list_written(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """What this unit and those below have written, newest first."""
    rows, pages = list_complaints(session, viewer.unit, page=page, size=PAGE)
    sent = "sent" in request.query_params
    return render(
        request,
        "pages/assignments/complaints/list.html",
        rows=rows,
        page=page,
        pages=pages,
        sent=sent,
    )
