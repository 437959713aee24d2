"""Sending filled forms, as many as there are at the moment: one form, the forms that arrived while
the last transaction ran, or the rows of a workbook.

Each form is checked in the order of arrival, as if the forms before it had been sent alone. A form
that is refused, overtaken or faulty leaves its neighbours as they are. The number of statements
does not depend on the number of forms. Only a unit with lower units costs statements of its own,
which read what lies below it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from models import Account, Flag, Submission
from queries.assignments.coverage import get_coverage
from queries.filling.answer_sheets import list_sheets_of
from queries.filling.stand_ins import subject_of
from queries.filling.submissions import list_by_send_keys, list_submitted_fields
from rules.accounts.permissions import Right, require
from rules.dates.calendar import local_date, local_time
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Attached, Typed
from rules.filling.corrections import why_in
from rules.filling.posting import Posting
from rules.filling.sheet_answers import SheetAnswers
from rules.forms.form_fields import FormField
from rules.sentences.faults import Faults
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from services.assignments.changes import Locked, lock_assignments, require_fillable
from services.filling.attached_files import attached_of_each
from services.filling.checks import Surroundings, flags_of, unanswered
from services.filling.new_submissions import NewSubmission, store_submissions
from services.filling.same_sending import is_same, sent_meanwhile
from services.filling.submissions import (
    KeptDraft,
    Overtaken,
    check_draft,
    check_seen,
    drafted,
    keep_drafts,
    proper_key,
)


@dataclass(frozen=True)
class Sending:
    """A filled form that is to be sent."""

    assignment_id: int
    typed: Typed
    posting: Posting
    actor: Account
    now: datetime
    """When it arrived."""

    @property
    def today(self) -> str:
        return local_date(self.now).isoformat()


@dataclass(frozen=True)
class Sent:
    """The form has arrived."""

    submission: Submission
    again: bool = False
    """The same sending had arrived before; nothing was changed now."""


@dataclass(frozen=True)
class Faulty:
    """The form has faults, by field name. What was typed is kept as the draft."""

    faults: Faults
    sheet: AnswerSheet
    version: int = 0
    """Of the draft."""


@dataclass(frozen=True)
class Asked:
    """The checks have questions; nothing was sent. What was typed is kept as the draft."""

    flags: list[Flag]
    sheet: AnswerSheet


@dataclass(frozen=True)
class Refused:
    """The form cannot be sent. Nothing was changed."""

    cause: Refusal | NotFound


Outcome = Sent | Faulty | Asked | Refused


def send(session: Session, sending: Sending) -> Sent | Faulty | Asked:
    """Send one form; see `send_each`. Raises `Overtaken` when something else was sent or kept as a
    draft meanwhile, `Refusal` when the status forbids sending, `NotFound` and `NotAllowed`."""
    (outcome,) = send_each(session, [sending])
    if isinstance(outcome, Refused):
        raise outcome.cause
    return outcome


def send_each(session: Session, sendings: Sequence[Sending]) -> list[Outcome]:
    """Send filled forms. Returns, for each form, a new revision with a receipt, or what stands
    against the form.

    The same key leads to the submission that was made with it. Where somebody else has sent the
    very same answers since the page was made, that submission's receipt is returned. A field that
    was not returned keeps its earlier answer, whatever was sent. At the lowest level sending also
    signs for the assignment. The unit that issued the measure has nobody above it, so its sending
    is approved at once. A form comes back once with every question of the checks that its page has
    not asked.
    """
    locked = lock_assignments(session, sorted({form.assignment_id for form in sendings}))
    outcomes: dict[int, Outcome] = {}
    for places in _parts(sendings, locked):
        part = [sendings[place] for place in places]
        outcomes |= dict(zip(places, _send_part(session, part), strict=True))
    return [outcomes[place] for place in range(len(sendings))]


def _parts(sendings: Sequence[Sending], locked: Mapping[int, Locked]) -> Iterator[list[int]]:
    """The places of the forms that can be sent together, part by part.

    In one part no unit sends twice, because the forms of one unit depend on one another, and no key
    stands twice. A unit with lower units sends alone, because its answer holds what the units
    before it have sent.
    """
    part: list[int] = []
    seen: set[int | str] = set()
    for place, sending in enumerate(sendings):
        own = locked.get(sending.assignment_id)
        alone = own is not None and not own.lowest
        marks: set[int | str] = {own.unit_id if own else 0, sending.posting.send_key}
        if part and (alone or marks & seen):
            yield part
            part, seen = [], set()
        part.append(place)
        seen |= marks
        if alone:
            yield part
            part, seen = [], set()
    if part:
        yield part


class _Known(NamedTuple):
    """What sendings are compared with."""

    sheets: Mapping[int, AnswerSheet]
    """By assignment."""
    earlier: Mapping[str, Submission]
    """By send key."""
    attached: Mapping[int, Attached]
    """By assignment."""
    fields: Mapping[int, tuple[FormField, ...]]
    """By submission: the fields of those that were given on another form version."""


def _send_part(session: Session, sendings: Sequence[Sending]) -> list[Outcome]:
    """Send forms of different units."""
    known = _read(session, sendings)
    judged = [_judge(session, known, sending) for sending in sendings]
    ready = [answers for answers in judged if isinstance(answers, SheetAnswers)]
    around = Surroundings(session, ready)
    rows: list[NewSubmission] = []
    drafts: list[KeptDraft] = []
    outcomes: list[Outcome] = []
    for sending, outcome in zip(sendings, judged, strict=True):
        if isinstance(outcome, SheetAnswers):
            outcome = _weigh(session, sending, outcome, around, rows)
        outcomes.append(_keep(sending, outcome, drafts))
    store_submissions(session, rows)
    keep_drafts(session, drafts)
    return outcomes


def _read(session: Session, sendings: Sequence[Sending]) -> _Known:
    sheets = list_sheets_of(session, [sending.assignment_id for sending in sendings])
    earlier = list_by_send_keys(session, [sending.posting.send_key for sending in sendings])
    filled = [
        (sheets[sending.assignment_id], sending.typed)
        for sending in sendings
        if sending.assignment_id in sheets
    ]
    versions = {sheet.assignment.id: sheet.version_id for sheet, _ in filled}
    before = [*earlier.values(), *(sheet.last for sheet, _ in filled if sheet.last)]
    other = [
        submission
        for submission in before
        if versions.get(submission.assignment_id) != submission.form_version_id
    ]
    fields = list_submitted_fields(session, other)
    return _Known(sheets, earlier, attached_of_each(session, filled), fields)


def _judge(session: Session, known: _Known, sending: Sending) -> Outcome | SheetAnswers:
    """The checked answers, or what stands against them. Nothing is written."""
    sheet = known.sheets.get(sending.assignment_id)
    if sheet is None:
        return Refused(NotFound())
    try:
        subject = subject_of(session, sheet.assignment, sheet.unit, sending.actor)
        require(sending.actor, Right.SUBMIT, subject)
        why_in(sending.typed)
        proper_key(sending.posting.send_key)
        again = _sent_before(known, sending, sheet)
        if again:
            return again
        check_seen(sheet, sending.typed, sending.posting)
        require_fillable(session, sheet.assignment)
        check_draft(sheet, sending.typed, sending.posting)
    except Refusal as refusal:
        return Refused(refusal)
    attached = known.attached[sheet.assignment.id]
    checked = sheet.check(sending.typed, today=sending.today, attached=attached)
    return SheetAnswers(sheet, checked.values) if checked.ok else Faulty(checked.faults, sheet)


def _sent_before(known: _Known, sending: Sending, sheet: AnswerSheet) -> Sent | None:
    """The submission that was made with the key, or the same answers that were sent meanwhile.
    Raises `Refusal` when the key was used for something else."""
    earlier = known.earlier.get(sending.posting.send_key)
    if earlier is None:
        last = sent_meanwhile(sheet, sending.posting.seen_revision)
        return Sent(last, again=True) if last and _is_same(known, sending, sheet, last) else None
    if earlier.assignment_id != sheet.assignment.id:
        raise Refusal(N_("这份表单属于另一项任务，请重新打开后再发送。"))
    if not _is_same(known, sending, sheet, earlier):
        raise Overtaken(
            N_("这份表单已于 %(when)s 送达（回执 %(receipt)s），之后改动的内容没有送出。"),
            when=f"{local_time(earlier.sent_at):%m-%d %H:%M}",
            receipt=earlier.receipt,
        )
    return Sent(earlier, again=True)


def _is_same(known: _Known, sending: Sending, sheet: AnswerSheet, earlier: Submission) -> bool:
    attached = known.attached[sheet.assignment.id]
    fields = known.fields.get(earlier.id, sheet.fields)
    return is_same(fields, sheet, earlier, sending.typed, attached, sending.today)


def _weigh(
    session: Session,
    sending: Sending,
    answers: SheetAnswers,
    around: Surroundings,
    rows: list[NewSubmission],
) -> Outcome:
    """The question of the checks; or, where there is none, the row of the answers, with which later
    answers are compared."""
    flags = flags_of(around, answers, checked=sending.posting.checked)
    confirmed = sending.posting.confirmed
    if confirmed is not None and unanswered(answers.sheet, flags, confirmed):
        return Asked(flags, answers.sheet)
    assignment = answers.sheet.assignment
    rolled_up = {} if assignment.lowest else get_coverage(session, assignment)
    how = (sending.posting, sending.actor, sending.now, why_in(sending.typed))
    try:
        row = NewSubmission.of(answers, flags, rolled_up, *how)
    except Refusal as refusal:
        return Refused(refusal)
    rows.append(row)
    around.take_in(answers)
    return Sent(row.submission)


def _keep(sending: Sending, outcome: Outcome, drafts: list[KeptDraft]) -> Outcome:
    """Mark what goes back to the person to be kept as the draft."""
    if not isinstance(outcome, Faulty | Asked):
        return outcome
    how: dict[str, Any] = {"actor": sending.actor, "now": sending.now}
    try:
        draft = drafted(outcome.sheet, sending.typed, sending.posting, **how)
    except Refusal as refusal:
        return Refused(refusal)
    drafts.append(draft)
    return replace(outcome, version=draft.version) if isinstance(outcome, Faulty) else outcome
