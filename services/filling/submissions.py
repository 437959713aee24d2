"""Submissions: keeping a draft, sending a filled form."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col

from adapters.database import insert_into
from models import Account, Act, Draft, Flag, Submission
from queries.assignments.coverage import get_coverage
from queries.filling.answer_sheets import get_answer_sheet
from queries.filling.submissions import find_by_send_key
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.assignments.states import sending
from rules.dates.calendar import local_date, local_time
from rules.dates.review_clock import review_due
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Attached, Typed, cleaned
from rules.filling.checks.flags import marks
from rules.filling.corrections import WHY, why_in
from rules.filling.posting import Posting
from rules.filling.receipts import checksum, receipt_number
from rules.filling.sheet_answers import SheetAnswers
from rules.forms.answer_numbers import numbers
from rules.forms.form_fields import NAME_PATTERN
from rules.forms.form_tree import item_of
from rules.sentences.faults import Faults
from rules.sentences.refusal import N_, Refusal
from services.assignments.changes import change, lock_assignment, lock_for_draft, require_fillable
from services.filling.attached_files import attached_files
from services.filling.checks import find_flags, keep_prints, unanswered
from services.filling.fill_times import count_filling
from services.filling.known_values import keep_known_values
from services.filling.same_sending import is_same, sent_meanwhile

NOTHING_KNOWN = Posting()
LONGEST_DRAFT = 200_000
"""Characters of all fields together."""


@dataclass(frozen=True)
class Sent:
    """The form has arrived."""

    submission: Submission
    again: bool = False
    """The same sending had arrived before; nothing was changed now."""


@dataclass(frozen=True)
class Faulty:
    """The form has faults, told by field name. What was typed is kept as the draft."""

    faults: Faults


@dataclass(frozen=True)
class Asked:
    """The checks have questions; nothing was sent. What was typed is kept as the draft."""

    flags: list[Flag]


class Overtaken(Refusal):
    """Something else has reached the server since the page was made: a draft or a submission.

    Nothing is overwritten; the person compares both and decides.
    """


def open_to_keep(session: Session, assignment_id: int, *, actor: Account) -> AnswerSheet:
    """Lock what keeping a draft changes, and read it. Raises `NotFound` and `NotAllowed`."""
    lock_for_draft(session, assignment_id)
    sheet = get_answer_sheet(session, assignment_id)
    require(actor, Right.KEEP_DRAFT, Subject.of(sheet.unit))
    return sheet


def open_to_send(session: Session, assignment_id: int, *, actor: Account) -> AnswerSheet:
    """Lock what sending changes, and read it. Raises `NotFound` and `NotAllowed`."""
    lock_assignment(session, assignment_id)
    sheet = get_answer_sheet(session, assignment_id)
    require(actor, Right.SUBMIT, Subject.of(sheet.unit))
    return sheet


def save_draft(
    session: Session,
    sheet: AnswerSheet,
    typed: Typed,
    posting: Posting = NOTHING_KNOWN,
    *,
    actor: Account,
    now: datetime,
) -> int:
    """Keep what was typed so far, as typed; it replaces the draft there is. Returns its version.

    `sheet` as `open_to_keep` gives it; `typed` holds the whole form. Raises `Overtaken` when
    something else than the page has shown is there by now, and `Refusal` when nothing is to be
    filled in now, or it is too long to keep.
    """
    require(actor, Right.KEEP_DRAFT, Subject.of(sheet.unit))
    _check_seen(sheet, typed, posting)
    require_fillable(session, sheet.assignment)
    _check_draft(sheet, typed, posting)
    return keep_typed(session, sheet, typed, posting, actor=actor, now=now)


def submit(
    session: Session,
    sheet: AnswerSheet,
    typed: Typed,
    posting: Posting,
    *,
    actor: Account,
    now: datetime,
) -> Sent | Faulty | Asked:
    """Send a filled form: a new revision with a receipt, or the faults it has.

    `sheet` as `open_to_send` gives it. Sending with the same key again returns what it made the
    first time. Where somebody else has sent the very same answers since the page was made, theirs
    is the receipt. Fields that were not returned keep their earlier answer, whatever was sent. At
    the lowest level sending signs for the assignment; the unit that issued the measure has nobody
    above it and is approved at once. With a question of the checks that the page has not asked yet
    the form comes back once. Raises `Overtaken` when something else was sent or kept as a draft
    meanwhile, `Refusal` when the status forbids it.
    """
    require(actor, Right.SUBMIT, Subject.of(sheet.unit))
    why = why_in(typed)
    assignment = sheet.assignment
    attached = attached_files(session, sheet, typed)
    earlier = find_by_send_key(session, _send_key(posting.send_key))
    if earlier:
        return _sent_again(session, sheet, earlier, typed, attached, now)
    last = sent_meanwhile(sheet, posting.seen_revision)
    if last and is_same(session, sheet, last, typed, attached, _today(now)):
        return Sent(last, again=True)
    _check_seen(sheet, typed, posting)
    require_fillable(session, assignment)
    _check_draft(sheet, typed, posting)
    checked = sheet.check(typed, today=_today(now), attached=attached)
    if not checked.ok:
        keep_typed(session, sheet, typed, posting, actor=actor, now=now)
        return Faulty(checked.faults)
    answers = SheetAnswers(sheet, checked.values)
    flags = find_flags(session, answers)
    if posting.confirmed is not None and unanswered(sheet, flags, posting.confirmed):
        keep_typed(session, sheet, typed, posting, actor=actor, now=now)
        return Asked(flags)
    submission = _add_submission(
        session, sheet, checked.values, flags, posting.send_key, actor, now
    )
    keep_known_values(session, sheet, submission)
    keep_prints(session, answers)
    _set_sent(session, sheet, submission, actor, now, why)
    if sheet.draft:
        session.execute(delete(Draft).where(col(Draft.assignment_id) == assignment.id))
    count_filling(session, sheet, posting.opened, now)
    return Sent(submission)


def _send_key(send_key: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,64}", send_key):
        raise Refusal(N_("这份表单缺少编号，请重新打开后再发送。"))
    return send_key


def _sent_again(
    session: Session,
    sheet: AnswerSheet,
    earlier: Submission,
    typed: Typed,
    attached: Attached,
    now: datetime,
) -> Sent:
    """What the key made the first time. Raises `Refusal` when this is not the same sending."""
    if earlier.assignment_id != sheet.assignment.id:
        raise Refusal(N_("这份表单属于另一项任务，请重新打开后再发送。"))
    if not is_same(session, sheet, earlier, typed, attached, _today(now)):
        raise Overtaken(
            N_("这份表单已于 %(when)s 送达（回执 %(receipt)s），之后改动的内容没有送出。"),
            when=_clock(earlier.sent_at),
            receipt=earlier.receipt,
        )
    return Sent(earlier, again=True)


def check_overtaken(sheet: AnswerSheet, typed: Typed, posting: Posting) -> None:
    """Raises `Overtaken` where the page has not shown what was sent or kept last."""
    _check_seen(sheet, typed, posting)
    _check_draft(sheet, typed, posting)


def _check_seen(sheet: AnswerSheet, typed: Typed, posting: Posting) -> None:
    seen = posting.seen_revision
    if sheet.last is None or seen is None or seen >= sheet.revision:
        return
    _check_draft(sheet, typed, posting)  # Newer than what was sent: both are shown.
    raise Overtaken(
        N_(
            "打开这份表单之后，“%(who)s”已于 %(when)s 填报（回执 %(receipt)s）。"
            "您这一份没有送出，请先看看那一份。"
        ),
        who=sheet.last_sender,
        when=_clock(sheet.last.sent_at),
        receipt=sheet.last.receipt,
    )


def _check_draft(sheet: AnswerSheet, typed: Typed, posting: Posting) -> None:
    """Raises `Overtaken` where another page has kept another draft since this one was made."""
    draft, based_on = sheet.draft, posting.based_on
    if draft is None or based_on is None or draft.version == based_on:
        return
    if posting.send_key and draft.page == posting.send_key:
        return  # The page's own draft: the answer that it was kept has been lost.
    if said(draft.answers) == said(_drafted(sheet, typed)):
        return
    raise Overtaken(
        N_(
            "打开这份表单之后，另一处已于 %(when)s 保存了不同的草稿。"
            "两份都还在，请对照后决定用哪一份。"
        ),
        when=_clock(draft.saved_at),
    )


def said(typed: Typed) -> dict[str, list[str]]:
    """What was typed, without what was left empty: what two drafts are compared by."""
    kept = {key: [text.strip() for text in texts if text.strip()] for key, texts in typed.items()}
    return {key: sorted(texts) for key, texts in kept.items() if texts}


def _today(now: datetime) -> str:
    return local_date(now).isoformat()


def _clock(moment: datetime) -> str:
    """The time as both languages write it."""
    return f"{local_time(moment):%m-%d %H:%M}"


def _add_submission(
    session: Session,
    sheet: AnswerSheet,
    answers: dict[str, Any],
    flags: Sequence[Flag],
    send_key: str,
    actor: Account,
    now: datetime,
) -> Submission:
    assignment = sheet.assignment
    rolled_up = {} if assignment.lowest else get_coverage(session, assignment)
    submission = made_submission(sheet, answers, rolled_up, flags, send_key, actor, now)
    session.add(submission)
    session.flush()
    return submission


def made_submission(
    sheet: AnswerSheet,
    answers: dict[str, Any],
    rolled_up: dict[str, Any],
    flags: Sequence[Flag],
    send_key: str,
    actor: Account,
    now: datetime,
) -> Submission:
    """The next submission of the sheet's assignment with its receipt, not yet stored."""
    assignment_id = sheet.assignment.id
    assert assignment_id is not None
    revision = sheet.revision + 1
    return Submission(
        assignment_id=assignment_id,
        revision=revision,
        form_version_id=sheet.version_id,
        answers=answers,
        rolled_up=rolled_up,
        flags=tuple(flags),
        flag_count=len(flags),
        asked=marks(flags),
        send_key=send_key,
        receipt=receipt_number(assignment_id, revision),
        checksum=checksum(
            assignment_id=assignment_id,
            revision=revision,
            form_version_id=sheet.version_id,
            answers=answers,
            rolled_up=rolled_up,
            sent_at=now,
        ),
        sent_at=now,
        sent_by=actor.id,
    )


def _set_sent(
    session: Session,
    sheet: AnswerSheet,
    submission: Submission,
    actor: Account,
    now: datetime,
    why: str,
) -> None:
    assignment = sheet.assignment
    first = assignment.sent_at is None
    change(
        session,
        assignment,
        sending(assignment.status),
        actor=actor,
        now=now,
        reason=why,
        numbers=numbers(sheet.fields, submission.answers),
        revision=submission.revision,
        acknowledged_at=assignment.acknowledged_at or now,
        sent_at=assignment.sent_at or now,
        late=local_date(now) > assignment.due_on if first else assignment.late,
        review_due_on=review_due(now, sheet.measure.review_days),
    )
    if assignment.parent_id is None:
        change(session, assignment, Act.APPROVE, actor=None, now=now)


def keep_typed(
    session: Session,
    sheet: AnswerSheet,
    typed: Typed,
    posting: Posting,
    *,
    actor: Account,
    now: datetime,
) -> int:
    """Write the draft; returns its version, which grows when it says something else."""
    answers = _drafted(sheet, typed)
    if sum(len(key) + sum(map(len, texts)) for key, texts in answers.items()) > LONGEST_DRAFT:
        raise Refusal(N_("内容太长，草稿无法保存：最多 %(longest)s 字。"), longest=LONGEST_DRAFT)
    draft = sheet.draft
    typed_on = None if posting.is_of_older_form(sheet) else sheet.version_id
    same = draft is not None and (draft.answers, draft.form_version_id) == (answers, typed_on)
    version = (draft.version if draft else 0) + (not same)
    row = {
        "answers": answers, "as_known": sheet.left_as_known(typed),
        "form_version_id": typed_on, "version": version,
        "page": draft.page if draft and same else posting.send_key[:64],
        "opened": draft.opened if draft else posting.opened, "saved_at": now, "saved_by": actor.id,
    }  # fmt: skip
    statement = insert_into(session, Draft).values(assignment_id=sheet.assignment.id, **row)
    session.execute(statement.on_conflict_do_update(index_elements=["assignment_id"], set_=row))
    if draft:
        session.expire(draft)
    return version


def _drafted(sheet: AnswerSheet, typed: Typed) -> dict[str, list[str]]:
    """What a draft of `typed` holds."""
    asked = sorted({*sheet.open_names, WHY})
    return {**_left_over(sheet, typed), **sheet.why, **cleaned(typed, asked)}


def _left_over(sheet: AnswerSheet, typed: Typed) -> dict[str, list[str]]:
    """What was typed into questions the form no longer asks: kept to be seen, never sent."""
    gone = {
        key: texts
        for key, texts in said(typed).items()
        if item_of(key) not in sheet.tree.by_name and re.fullmatch(NAME_PATTERN, item_of(key))
    }
    return {**sheet.left_over, **cleaned(gone, map(item_of, gone))}
