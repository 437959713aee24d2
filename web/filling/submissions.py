"""The form page: drafts are kept, and forms are sent."""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.datastructures import FormData, QueryParams

from adapters.attachment_store import AttachmentStore
from models import Assignment, Status, Submission
from queries.filling.answer_sheets import get_answer_sheet
from rules.accounts.permissions import NotAllowed
from rules.assignments.states import REPORTED, is_over, possible, sending
from rules.dates.calendar import local_time
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.repeats import one_less, one_more, times_shown
from rules.forms.form_tree import item_of
from rules.sentences.faults import Fault
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_
from services.filling.attached_files import attached_files
from services.filling.sendings import Asked, Faulty, Refused, Sending, Sent, send
from services.filling.submissions import Overtaken, open_to_keep, save_draft
from web.edge.pages.json_answers import tell_script, wants_json
from web.edge.pages.offline_pages import keepable
from web.edge.pages.said import back_to
from web.edge.pages.stored_files import Files
from web.edge.requests.posted import read_form
from web.edge.requests.waiting import Crowded
from web.edge.viewer.context import Context, SignedIn, get_context
from web.edge.viewer.language import words_of
from web.edge.viewer.security import SESSION_COOKIE, SignInNeeded, Viewer, get_viewer
from web.edge.viewer.transactions import (
    Attempt,
    Looking,
    Now,
    Writing,
    attempt,
    looking_of,
    writing_of,
)
from web.filling.asked import PREFIX, answers_in
from web.filling.carrier import Arrived, Carrying, carrier_of
from web.filling.form_checks import find_doubts, first_opened
from web.filling.form_conflict import DECISIONS, conflict_page, decide
from web.filling.form_page import (
    CHECKED,
    CORRECTING,
    SAVED,
    Made,
    Shown,
    back_to_resumed,
    form_page,
    form_path,
)
from web.filling.own_sheet import get_own_sheet, open_own_sheet
from web.filling.posted_files import SentFiles, attach, has_files, take_files
from web.filling.withdrawn import withdrawn_page

router = APIRouter()
REPEATING = re.compile(r"(?P<what>add|remove):(?P<repeat>[^.:]{1,60})(\.(?P<place>[0-9]{1,3}))?")
SEND = "send"
SENDS = (SEND, CHECKED)
"""The acts that send the form."""


@router.get("/assignments/{assignment_id}/form")
def show_form(context: SignedIn, assignment_id: int) -> Response:
    """The form; where the form was sent already, its receipt.

    With `?correct` an approved form opens again, to be sent with other answers. With `?conflict`
    a form opens as well, for a script that puts what the phone holds into the form and has both
    compared: keeping anything from that page is refused until the person has decided.
    """
    sheet = get_own_sheet(context.request, context.session, context.actor, assignment_id)
    assignment = sheet.assignment
    correcting = CORRECTING in context.query and assignment.status == Status.APPROVED
    if is_over(assignment) and not _is_settled(context.query, sheet):
        return withdrawn_page(context, sheet, None)
    if "conflict" in context.query and sheet.revision + (sheet.draft is not None):
        return form_page(context, sheet, Shown(made=Made.outdated(sheet)))
    if sheet.last and assignment.status in REPORTED and not correcting:
        return RedirectResponse(_instead_of_form(context.query, sheet, sheet.last), 303)
    if sending(assignment.status) not in possible(assignment.status, lowest=assignment.lowest):
        return RedirectResponse(f"/assignments/{assignment_id}", 303)
    return keepable(form_page(context, sheet, _shown(context, sheet)), context.viewer)


def _is_settled(query: QueryParams, sheet: AnswerSheet) -> bool:
    """Whether everything that was typed has been sent, so that the receipt says it all."""
    held = {"local", "conflict", CORRECTING} & set(query.keys())
    return sheet.assignment.status in REPORTED and sheet.draft is None and not held


def _shown(context: Context, sheet: AnswerSheet) -> Shown:
    """The form as the address asks for it: with what the checks ask, with the faults, or plain."""
    today, opened = context.today, first_opened(sheet, context.now)
    if "asked" in context.query:
        holds = CHECKED in context.query
        doubts = find_doubts(context.words, context.session, sheet, today, checked=holds)
        made = Made.now(sheet, doubts.marks, opened)
        return Shown(made=replace(made, checked=holds), doubts=doubts)
    made = Made.now(sheet, opened=opened)
    if "faults" not in context.query:
        return Shown(made=made)
    attached = attached_files(context.session, sheet, sheet.typed)
    checked = sheet.check(sheet.typed, today=today.isoformat(), attached=attached)
    return Shown(faults=checked.faults, made=made)


def _instead_of_form(query: QueryParams, sheet: AnswerSheet, last: Submission) -> str:
    """The address of the receipt of a sent form.

    With `?local` a phone holds text of the form: a correction that was begun, or another answer
    that is to stand beside the sent one. The form opens for it.
    """
    if "local" not in query:
        return f"/receipts/{last.receipt}"
    begun = sheet.draft is not None and sheet.assignment.status == Status.APPROVED
    how = CORRECTING if begun else "conflict"
    return f"/assignments/{sheet.assignment.id}/form?{how}=1"


@dataclass(frozen=True)
class Filled:
    """One posting of the form page, and everything the answer is made from."""

    context: Context
    sheet: AnswerSheet
    posted: FormData
    answers: dict[str, list[str]]
    made: Made
    file_faults: Mapping[str, str]

    @property
    def act(self) -> str:
        return str(self.posted.get("_act", ""))

    @property
    def assignment_id(self) -> int:
        return self.sheet.assignment.id

    @property
    def by_script(self) -> bool:
        """Whether a script of the page has posted, and not the browser."""
        return wants_json(self.context.request)

    def attempt(self) -> AbstractContextManager[Attempt]:
        """See `web.edge.viewer.transactions.attempt`."""
        return attempt(self.context.session, self.context.words)


@dataclass(frozen=True)
class Ways:
    """The ways from a request to the database."""

    carrier: Carrying
    look: Looking
    write: Writing
    store: AttachmentStore


async def get_ways(request: Request, store: Files) -> Ways:
    """All ways at once: FastAPI takes 25 µs for each dependency, as long as a form's answers take
    to be checked."""
    return Ways(carrier_of(request), looking_of(request), writing_of(request), store)


@router.post("/assignments/{assignment_id}/form")
async def post_form(
    request: Request, now: Now, ways: Annotated[Ways, Depends(get_ways)], assignment_id: int
) -> Response:
    """`_act` = send and `checked` send the form; anything else keeps the form as a draft.

    A form with faults is kept as the draft and opened again with the faults. Were the faults the
    answer to the POST itself, a step back from the receipt would end on the browser's own page.
    What is sent goes together with what arrives beside it. A form with files goes alone, and so
    does what is only kept.
    """
    posted = await read_form(request)
    if posted.get("_act") in SENDS and not has_files(posted):
        return await _send_together(request, posted, now, ways, assignment_id)
    files = await take_files(request, posted, ways.look, ways.store, now, assignment_id)
    return await ways.write(partial(_post_alone, request, files, posted, now, assignment_id))


async def _send_together(
    request: Request, posted: FormData, now: datetime, ways: Ways, assignment_id: int
) -> Response:
    made, answers = Made.from_posted(posted), answers_in(posted)
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        raise SignInNeeded
    arrived = Arrived(token, assignment_id, answers, made.posting, now)
    try:
        carried = await ways.carrier.carry(arrived)
    except (Crowded, SignInNeeded):
        raise
    except Exception:
        with suppress(SQLAlchemyError, NotFound):
            await ways.look(partial(_note, request, now, assignment_id))
        raise
    outcome = carried.outcome
    if not isinstance(outcome, Refused):
        return _told(request, made, outcome)
    viewer, cause = Viewer(carried.account, carried.unit).apart(), outcome.cause
    request.state.viewer = viewer
    if isinstance(cause, NotFound | NotAllowed):
        raise NotFound

    def refused(session: Session) -> Response:
        context = Context(request, session, viewer, now, words_of(request))
        sheet = get_own_sheet(request, session, viewer.account, assignment_id)
        filled = Filled(context, sheet, posted, answers, made, {})
        return _refused(filled, context.words.say(cause), overtaken=isinstance(cause, Overtaken))

    return await ways.look(refused)


def _note(request: Request, now: datetime, assignment_id: int, session: Session) -> None:
    """Let the page that tells of a fault name who is signed in, and the questions."""
    viewer = get_viewer(request, session, now)
    get_own_sheet(request, session, viewer.account, assignment_id)


def _post_alone(
    request: Request,
    files: SentFiles,
    posted: FormData,
    now: datetime,
    assignment_id: int,
    session: Session,
) -> Response:
    context = get_context(request, session, get_viewer(request, session, now), now)
    answers, actor = answers_in(posted), context.actor
    faults = attach(context, assignment_id, answers, files, posted)
    sends = posted.get("_act") in SENDS and not faults
    if sends or posted.get("_act") in DECISIONS:
        sheet = get_own_sheet(request, session, actor, assignment_id)
    else:
        sheet = open_own_sheet(request, session, actor, assignment_id, open_to_keep)
    filled = Filled(context, sheet, posted, answers, Made.from_posted(posted), faults)
    if filled.act in DECISIONS:
        return _decide(filled)
    return _send(filled) if sends else _save(filled)


def _decide(filled: Filled) -> Response:
    answer, refusal = decide(
        filled.context, filled.sheet, filled.answers, filled.posted, filled.made
    )
    return answer or _refused(filled, refusal, overtaken=True)


def _save(filled: Filled) -> Response:
    """Keep the form as the draft; a button of a repeat makes one filling more or less."""
    context, posting = filled.context, filled.made.posting
    session, actor, now = context.session, context.actor, context.now
    answers, place = _repeated(filled)
    version = 0
    with filled.attempt() as outcome:
        version = save_draft(session, filled.sheet, answers, posting, actor=actor, now=now)
    if not outcome.done:
        return _refused(filled, outcome.refusal, overtaken=_is_overtaken(outcome))
    if filled.by_script:
        at = f"{local_time(now):%H:%M}"
        return tell_script(200, saved=True, version=version, at=at)
    if filled.file_faults:
        return _again(filled, version)
    if filled.act in ("", *SENDS):  # it came through a sign-in
        return back_to_resumed(filled.sheet)
    return back_to(form_path(filled.sheet, "saved", place), SAVED)


def _repeated(filled: Filled) -> tuple[dict[str, list[str]], str]:
    """What was typed, with one filling more or less, and the place of that filling on the page."""
    found = REPEATING.fullmatch(filled.act)
    known = {field.name for field in filled.sheet.tree.repeats}
    if not found or found["repeat"] not in known:
        return filled.answers, ""
    repeat = found["repeat"]
    if found["what"] == "remove" and found["place"]:
        return one_less(filled.answers, repeat, int(found["place"])), PREFIX + repeat
    answers = one_more(filled.answers, repeat)
    return answers, f"{repeat}.{times_shown(answers, repeat) - 1}"


def _again(filled: Filled, version: int) -> Response:
    """The page with what is wrong with the files; of a form that was sent, with all faults.

    Everything else is kept as the draft.
    """
    context, sheet, answers = filled.context, filled.sheet, filled.answers
    made = replace(filled.made, draft=version)
    faults: dict[str, Fault | str] = {}
    if filled.act in SENDS:
        attached = attached_files(context.session, sheet, answers)
        faults |= sheet.check(answers, today=context.today.isoformat(), attached=attached).faults
    shown = Shown(422, answers, faults | dict(filled.file_faults), made=made)
    return form_page(context, sheet, shown)


def _is_overtaken(outcome: Attempt) -> bool:
    return isinstance(outcome.cause, Overtaken)


def _send(filled: Filled) -> Response:
    """Send what came with files, whose rows are in the same transaction."""
    context, posting = filled.context, filled.made.posting
    sending = Sending(filled.assignment_id, filled.answers, posting, context.actor, context.now)
    result: Sent | Faulty | Asked | None = None
    with filled.attempt() as outcome:
        result = send(context.session, sending)
    if result is None:
        return _refused(filled, outcome.refusal, overtaken=_is_overtaken(outcome))
    return _told(context.request, filled.made, result)


def _told(request: Request, made: Made, result: Sent | Faulty | Asked) -> Response:
    """The answer to what was sent, or kept as the draft; it asks the database nothing."""
    if isinstance(result, Faulty):
        return _faulty(request, made, result)
    if isinstance(result, Asked):
        return _asked(request, made, result)
    receipt = result.submission.receipt
    if wants_json(request):
        return tell_script(200, receipt=receipt, url=f"/receipts/{receipt}")
    return RedirectResponse(f"/receipts/{receipt}", 303)


def _faulty(request: Request, made: Made, result: Faulty) -> Response:
    sheet = result.sheet
    if not wants_json(request):
        return RedirectResponse(form_path(sheet, "faults"), 303)
    words = words_of(request)
    told = words.say_each(result.faults)
    sentence = words.say(N_("还没有报送：有 %(count)s 处需要修改。"), count=len(told))
    changed = made.posting.is_of_older_form(sheet) or any(
        item_of(key) not in sheet.tree.by_name for key in told
    )
    url = form_path(sheet, "faults") if changed else ""
    return tell_script(422, faults=told, sentence=sentence, version=result.version, url=url)


def _asked(request: Request, made: Made, result: Asked) -> Response:
    """The page with what the checks ask; a script has the browser send the form once more."""
    if wants_json(request):
        return tell_script(422, asked=True)
    how = f"asked=1&{CHECKED}" if made.checked else "asked"
    return RedirectResponse(form_path(result.sheet, how), 303)


def _refused(filled: Filled, refusal: str, *, overtaken: bool) -> Response:
    """What was typed stays; where something else is on the server by now, both are shown."""
    context, answers, made = filled.context, filled.answers, filled.made
    if filled.by_script:
        url = {"url": f"/assignments/{filled.assignment_id}/form?conflict=1"} if overtaken else {}
        over = is_over(context.session.get_one(Assignment, filled.assignment_id))
        return tell_script(409, saved=False, sentence=refusal, over=over, **url)
    sheet = get_answer_sheet(context.session, filled.assignment_id)
    if is_over(sheet.assignment):
        return withdrawn_page(context, sheet, answers)
    if overtaken:
        return conflict_page(context, sheet, answers, made, refusal, filled.posted)
    shown = Shown(409, answers, filled.file_faults, refusal, made)
    return form_page(context, sheet, shown)
