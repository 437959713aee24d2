"""The form page: its drafts, and what becomes of a form that is sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import FormData

from models import Account, Status, Submission
from queries.filling.answer_sheets import get_answer_sheet
from rules.assignments.states import REPORTED, is_over, possible, sending
from rules.dates.calendar import local_date, local_time
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.repeats import one_less, one_more, times_shown
from rules.forms.form_tree import item_of
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_
from services.filling.attached_files import attached_files
from services.filling.submissions import (
    Asked,
    Faulty,
    Overtaken,
    Sent,
    open_to_keep,
    open_to_send,
    save_draft,
    submit,
)
from web.edge.json_answers import tell_script, wants_json
from web.edge.language import say, words_of
from web.edge.offline_pages import keepable
from web.edge.posted import Posted
from web.edge.security import SignedIn
from web.edge.transactions import Attempt, Now, OpenSession, attempt
from web.filling.asked import PREFIX, answers_in
from web.filling.form_checks import find_doubts, first_opened
from web.filling.form_conflict import DECISIONS, conflict_page, decide
from web.filling.form_page import CORRECTING, Made, Shown, form_page, form_path
from web.filling.own_sheet import get_own_sheet, open_own_sheet
from web.filling.posted_files import TakenFiles, attach
from web.filling.withdrawn import withdrawn_page

router = APIRouter()
REPEATING = re.compile(r"(?P<what>add|remove):(?P<repeat>[^.:]{1,60})(\.(?P<place>[0-9]{1,3}))?")
SEND = "send"


@router.get("/assignments/{assignment_id}/form")
def show_form(
    request: Request, session: OpenSession, viewer: SignedIn, now: Now, assignment_id: int
) -> Response:
    """The form; where it was sent already, its receipt.

    With `?correct` an approved one opens again, to be sent with other answers. With `?conflict`
    it opens as well, for a script to put what it holds into it and to have both compared: every
    keeping from that page is refused until the person has decided.
    """
    sheet = get_own_sheet(request, session, viewer.account, assignment_id)
    one = sheet.assignment
    correcting = CORRECTING in request.query_params and one.status == Status.APPROVED
    today = local_date(now)
    if is_over(one) and not _is_settled(request, sheet):
        return withdrawn_page(request, session, sheet, today, None)
    if "conflict" in request.query_params and sheet.revision + (sheet.draft is not None):
        return form_page(request, session, sheet, today, Shown(made=Made.outdated(sheet)))
    if sheet.last and one.status in REPORTED and not correcting:
        return RedirectResponse(_instead_of_form(request, sheet, sheet.last), 303)
    if sending(one.status) not in possible(one.status, lowest=one.lowest):
        return RedirectResponse(f"/assignments/{assignment_id}", 303)
    shown = _shown(request, session, sheet, now)
    return keepable(form_page(request, session, sheet, today, shown), viewer)


def _is_settled(request: Request, sheet: AnswerSheet) -> bool:
    """Whether everything that was typed has been sent, so that the receipt says it all."""
    held = {"local", "conflict", CORRECTING} & set(request.query_params.keys())
    return sheet.assignment.status in REPORTED and sheet.draft is None and not held


def _shown(request: Request, session: Session, sheet: AnswerSheet, now: datetime) -> Shown:
    """The form as its address wants it: with what the checks ask, with its faults, or plain."""
    today, opened = local_date(now), first_opened(sheet, now)
    if "asked" in request.query_params:
        doubts = find_doubts(words_of(request), session, sheet, today)
        return Shown(made=Made.now(sheet, doubts.marks, opened), doubts=doubts)
    made = Made.now(sheet, opened=opened)
    if "faults" not in request.query_params:
        return Shown(made=made)
    attached = attached_files(session, sheet, sheet.typed)
    checked = sheet.check(sheet.typed, today=today.isoformat(), attached=attached)
    return Shown(faults=checked.faults, made=made)


def _instead_of_form(request: Request, sheet: AnswerSheet, last: Submission) -> str:
    """Of a sent form the receipt. With `?local` a phone holds text of it: a correction that was
    begun, or another answer that is to stand beside the sent one."""
    if "local" not in request.query_params:
        return f"/receipts/{last.receipt}"
    begun = sheet.draft is not None and sheet.assignment.status == Status.APPROVED
    how = CORRECTING if begun else "conflict"
    return f"/assignments/{sheet.assignment.id}/form?{how}=1"


@dataclass(frozen=True)
class Filled:
    """One posting of the form page, and everything it is answered with."""

    request: Request
    session: Session
    sheet: AnswerSheet
    actor: Account
    now: datetime
    posted: FormData
    answers: dict[str, list[str]]
    made: Made
    file_faults: Mapping[str, str]

    @property
    def act(self) -> str:
        return str(self.posted.get("_act", ""))

    @property
    def id(self) -> int:
        return self.sheet.assignment.id


@router.post("/assignments/{assignment_id}/form")
def post_form(
    request: Request,
    files: TakenFiles,
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
    answers, actor = answers_in(posted), viewer.account
    faults = attach(request, session, assignment_id, answers, files, posted, actor=actor, now=now)
    if posted.get("_act") in DECISIONS:
        sheet = get_own_sheet(request, session, viewer.account, assignment_id)
    else:
        sends = posted.get("_act") == SEND and not faults
        opens = open_to_send if sends else open_to_keep
        sheet = open_own_sheet(request, session, actor, assignment_id, opens)
    made = Made.from_posted(posted)
    filled = Filled(request, session, sheet, actor, now, posted, answers, made, faults)
    if filled.act in DECISIONS:
        return _decide(filled)
    if filled.act == SEND and not faults:
        return _send(filled)
    return _save(filled)


def _decide(filled: Filled) -> Response:
    answer, refusal = decide(
        filled.request, filled.session, filled.sheet, filled.answers, filled.posted, filled.made,
        actor=filled.actor, now=filled.now,
    )  # fmt: skip
    return answer or _refused(filled, refusal, overtaken=True)


def _save(filled: Filled) -> Response:
    """Keep it as the draft; with one filling of a repeat more or less where that was asked."""
    answers, place = _repeated(filled)
    version = 0
    with attempt(filled.session, filled.request) as outcome:
        version = save_draft(
            filled.session, filled.sheet, answers, filled.made.posting,
            actor=filled.actor, now=filled.now,
        )  # fmt: skip
    if not outcome.done:
        return _refused(filled, outcome.refusal, overtaken=_is_overtaken(outcome))
    if wants_json(filled.request):
        at = f"{local_time(filled.now):%H:%M}"
        return tell_script(200, saved=True, version=version, at=at)
    if filled.file_faults:
        return _again(filled, version)
    how = "resumed" if filled.act in ("", SEND) else "saved"
    return RedirectResponse(form_path(filled.sheet, how, place), 303)


def _repeated(filled: Filled) -> tuple[dict[str, list[str]], str]:
    """What was typed with one filling more or less, and the place on the page it is about."""
    found = REPEATING.fullmatch(filled.act)
    known = {one.name for one in filled.sheet.tree.repeats}
    if not found or found["repeat"] not in known:
        return filled.answers, ""
    repeat = found["repeat"]
    if found["what"] == "remove" and found["place"]:
        return one_less(filled.answers, repeat, int(found["place"])), PREFIX + repeat
    answers = one_more(filled.answers, repeat)
    return answers, f"{repeat}.{times_shown(answers, repeat) - 1}"


def _again(filled: Filled, version: int) -> Response:
    """The page with what is wrong with its files, and with the rest if it was to be sent.

    Everything else is kept as the draft.
    """
    made = replace(filled.made, draft=version)
    today = local_date(filled.now)
    faults: dict[str, Fault | str] = {}
    if filled.act == SEND:
        attached = attached_files(filled.session, filled.sheet, filled.answers)
        faults |= filled.sheet.check(
            filled.answers, today=today.isoformat(), attached=attached
        ).faults
    shown = Shown(422, filled.answers, faults | dict(filled.file_faults), made=made)
    return form_page(filled.request, filled.session, filled.sheet, today, shown)


def _is_overtaken(outcome: Attempt) -> bool:
    return isinstance(outcome.cause, Overtaken)


def _send(filled: Filled) -> Response:
    result: Sent | Faulty | Asked | None = None
    with attempt(filled.session, filled.request) as outcome:
        result = submit(
            filled.session, filled.sheet, filled.answers, filled.made.posting,
            actor=filled.actor, now=filled.now,
        )  # fmt: skip
    if isinstance(result, Faulty):
        return _faulty(filled, result)
    if isinstance(result, Asked):
        return _asked(filled)
    if result is None:
        return _refused(filled, outcome.refusal, overtaken=_is_overtaken(outcome))
    receipt = result.submission.receipt
    if wants_json(filled.request):
        return tell_script(200, receipt=receipt, url=f"/receipts/{receipt}")
    return RedirectResponse(f"/receipts/{receipt}", 303)


def _faulty(filled: Filled, result: Faulty) -> Response:
    if not wants_json(filled.request):
        return RedirectResponse(form_path(filled.sheet, "faults"), 303)
    told = words_of(filled.request).say_each(result.faults)
    sentence = say(filled.request, N_("还没有报送：有 %(count)s 处需要修改。"), count=len(told))
    sheet = get_answer_sheet(filled.session, filled.id)
    version = sheet.draft.version if sheet.draft else 0
    changed = filled.made.posting.is_of_older_form(sheet) or any(
        item_of(key) not in sheet.tree.by_name for key in told
    )
    url = form_path(sheet, "faults") if changed else ""
    return tell_script(422, faults=told, sentence=sentence, version=version, url=url)


def _asked(filled: Filled) -> Response:
    """The page with the questions. A script leaves that to the browser, which sends once more."""
    if wants_json(filled.request):
        return tell_script(422, asked=True)
    return RedirectResponse(form_path(filled.sheet, "asked"), 303)


def _refused(filled: Filled, refusal: str, *, overtaken: bool) -> Response:
    """What was typed stays; where something else is on the server by now, both are shown."""
    if wants_json(filled.request):
        url = {"url": f"/assignments/{filled.id}/form?conflict=1"} if overtaken else {}
        return tell_script(409, saved=False, sentence=refusal, **url)
    today = local_date(filled.now)
    sheet = get_answer_sheet(filled.session, filled.id)
    if is_over(sheet.assignment):
        return withdrawn_page(filled.request, filled.session, sheet, today, filled.answers)
    if overtaken:
        return conflict_page(
            filled.request, filled.session, sheet, filled.answers, filled.made, today, refusal,
            filled.posted,
        )  # fmt: skip
    shown = Shown(409, filled.answers, filled.file_faults, refusal, filled.made)
    return form_page(filled.request, filled.session, sheet, today, shown)
