"""The form page, its drafts, and the receipt of what was sent."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from secrets import token_urlsafe
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import FormData

from models import Account, Act, Status
from queries.coverage import get_coverage
from queries.field_labels import get_labels
from queries.inbox import list_owed
from queries.not_found import NotFound
from queries.receipts import get_visible_receipt
from queries.submissions import get_answer_sheet, get_submitted_fields
from queries.visible_assignments import list_added
from rules.dates.calendar import local_date
from rules.forms.answer_sheet import AnswerSheet
from rules.forms.faults import Fault
from rules.forms.form_fields import minutes
from rules.refusal import N_
from rules.states import possible
from services import submissions
from services.submissions import Faulty
from web.asked import answered, answers_in, ask, strip_prefix
from web.due_dates import days_left
from web.language import say
from web.posted import Posted
from web.rendering import render
from web.security import SignedIn, read_id
from web.transactions import Now, OpenSession, attempt

router = APIRouter()
FORM_PATH = re.compile(r"/assignments/([0-9]{1,10})/form")
REVISION = re.compile(r"[0-9]{1,9}")
SENT = (Status.SUBMITTED, Status.APPROVED, Status.CLOSED)


@router.get("/assignments/{assignment_id}/form")
def show_form(
    request: Request, session: OpenSession, viewer: SignedIn, now: Now, assignment_id: int
) -> Response:
    """The form; where it was sent already, its receipt."""
    sheet = _get_own_sheet(session, viewer.unit_id, assignment_id)
    one = sheet.assignment
    if sheet.last and one.status in SENT:
        return RedirectResponse(f"/receipts/{sheet.last.receipt}", 303)
    if Act.SUBMIT not in possible(one.status, lowest=one.lowest):
        return RedirectResponse(f"/assignments/{assignment_id}", 303)
    wrong = "faults" in request.query_params
    faults = sheet.check(sheet.typed).faults if wrong else {}
    return _form(request, session, sheet, local_date(now), faults=faults)


def _get_own_sheet(session: Session, unit_id: int, assignment_id: int) -> AnswerSheet:
    """The answer sheet, for the unit that fills it in. Raises NotFound for every other."""
    sheet = get_answer_sheet(session, assignment_id)
    if sheet.assignment.unit_id != unit_id:
        raise NotFound
    return sheet


def _form(
    request: Request,
    session: Session,
    sheet: AnswerSheet,
    today: date,
    *,
    status: int = 200,
    answers: Mapping[str, list[str]] | None = None,
    faults: Mapping[str, Fault] | None = None,
    refusal: str = "",
    send_key: str = "",
    seen: str = "",
) -> Response:
    """The form page; `answers` is what was just typed, otherwise the draft or the last answers."""
    shown = sheet.typed if answers is None else answers
    questions = ask(request, sheet, shown, faults or {})
    return render(
        request,
        "pages/assignments/form.html",
        status=status,
        sheet=sheet,
        one=sheet.assignment,
        questions=questions,
        faults={
            asked.id: say(
                request, N_("%(label)s：%(sentence)s"), label=asked.label, sentence=asked.fault
            )
            for asked in questions
            if asked.fault
        },
        refusal=refusal,
        fresh=answers is None,
        send_key=send_key or token_urlsafe(16),
        seen=seen or str(sheet.revision),
        left=days_left(sheet.assignment.due_on, today),
        minutes=minutes(field for field in sheet.fields if field.name in sheet.open_names),
        added=list_added(session, sheet.assignment, sheet.unit),
        coverage=None if sheet.assignment.lowest else get_coverage(session, sheet.assignment),
        labels=get_labels(session, sheet.measure.form_version_id),
        saved="saved" in request.query_params,
        resumed="resumed" in request.query_params,
    )


@router.post("/assignments/{assignment_id}/form")
def post_form(
    request: Request,
    session: OpenSession,
    viewer: SignedIn,
    now: Now,
    posted: Posted,
    assignment_id: int,
) -> Response:
    """`_act` = send sends it; anything else keeps it as a draft.

    A form with faults is kept as the draft and opened again with them: were the faults the
    answer to the POST itself, a step back from the receipt would end on the browser's own page.
    """
    sheet = _get_own_sheet(session, viewer.unit_id, assignment_id)
    answers = answers_in(posted)
    if posted.get("_act") == "send":
        return _send(request, session, sheet, viewer.account, now, answers, posted)
    with attempt(session, request) as outcome:
        submissions.save_draft(session, assignment_id, answers, actor=viewer.account, now=now)
    if outcome.done:
        how = "saved" if posted.get("_act") == "save" else "resumed"
        return RedirectResponse(f"/assignments/{assignment_id}/form?{how}=1", 303)
    return _form(
        request, session, sheet, local_date(now), status=409, answers=answers,
        refusal=outcome.refusal,
    )  # fmt: skip


def _send(
    request: Request,
    session: Session,
    sheet: AnswerSheet,
    actor: Account,
    now: datetime,
    answers: dict[str, list[str]],
    posted: FormData,
) -> Response:
    key, seen = str(posted.get("_send_key", "")), str(posted.get("_seen", ""))
    assert sheet.assignment.id is not None
    result: Any = None
    with attempt(session, request) as outcome:
        result = submissions.submit(
            session,
            sheet.assignment.id,
            answers,
            send_key=key,
            seen_revision=int(seen) if REVISION.fullmatch(seen) else None,
            actor=actor,
            now=now,
        )
    if isinstance(result, Faulty):
        return RedirectResponse(f"/assignments/{sheet.assignment.id}/form?faults=1", 303)
    if outcome.done:
        return RedirectResponse(f"/receipts/{result.submission.receipt}", 303)
    return _form(
        request,
        session,
        sheet,
        local_date(now),
        status=409,
        answers=answers,
        refusal=outcome.refusal,
        send_key=key,
        seen=seen,
    )


def resume_form(
    session: Session,
    account: Account,
    path: str,
    carried: Mapping[str, list[str]],
    *,
    now: datetime,
) -> str | None:
    """Keep what was typed on a form page before the session ended; returns where to go on.

    None where `path` is no form page or belongs to another unit. Raises `Refusal` when it
    cannot be kept.
    """
    found = FORM_PATH.fullmatch(path)
    if not found:
        return None
    assignment_id = read_id(found[1])
    _get_own_sheet(session, account.unit_id, assignment_id)
    answers = strip_prefix(carried)
    submissions.save_draft(session, assignment_id, answers, actor=account, now=now)
    return f"{path}?resumed=1"


@router.get("/receipts/{number}")
def show_receipt(
    request: Request, session: OpenSession, viewer: SignedIn, now: Now, number: str
) -> Response:
    """Proof that it arrived: number, time, checksum, and what was sent."""
    receipt = get_visible_receipt(session, viewer.unit, number)
    own = receipt.unit.id == viewer.unit_id
    fields = get_submitted_fields(session, receipt.submission)
    owed = list_owed(session, viewer.unit_id) if own else []
    return render(
        request,
        "pages/assignments/receipt.html",
        receipt=receipt,
        own=own,
        answers=answered(request, fields, receipt.submission.answers),
        labels=get_labels(session, receipt.measure.form_version_id),
        next=owed[0] if owed else None,
        left=days_left(owed[0].due_on, local_date(now)) if owed else 0,
    )
