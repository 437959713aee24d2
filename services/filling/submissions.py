"""Drafts: keeping what was typed. Also what forbids keeping or sending a form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from adapters.database import insert_into
from models import Account, Draft
from queries.filling.answer_sheets import get_answer_sheet
from queries.filling.stand_ins import subject_of
from rules.accounts.permissions import Right, require
from rules.dates.calendar import local_time
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Typed, cleaned
from rules.filling.corrections import WHY
from rules.filling.posting import Posting
from rules.forms.form_fields import NAME_PATTERN
from rules.forms.form_tree import item_of
from rules.sentences.refusal import N_, Refusal
from services.assignments.changes import lock_for_draft, require_fillable

NOTHING_KNOWN = Posting()
LONGEST_DRAFT = 200_000
"""Characters of all fields together."""


class Overtaken(Refusal):
    """A draft or a submission has reached the server since the page was made. Nothing is
    overwritten: the person compares both and decides."""


def open_to_keep(session: Session, assignment_id: int, *, actor: Account) -> AnswerSheet:
    """Lock what keeping a draft changes, and read it. Raises `NotFound` and `NotAllowed`."""
    lock_for_draft(session, assignment_id)
    sheet = get_answer_sheet(session, assignment_id)
    require(actor, Right.KEEP_DRAFT, subject_of(session, sheet.assignment, sheet.unit, actor))
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
    """Keep what was typed so far in the place of the draft. Returns the draft's version.

    `sheet` comes from `open_to_keep`; `typed` holds the whole form. Raises `Overtaken` when there
    is something by now that the page has not shown, and `Refusal` when nothing can be filled in
    now, or the draft is too long.
    """
    require(actor, Right.KEEP_DRAFT, subject_of(session, sheet.assignment, sheet.unit, actor))
    check_seen(sheet, typed, posting)
    require_fillable(session, sheet.assignment)
    check_draft(sheet, typed, posting)
    return keep_typed(session, sheet, typed, posting, actor=actor, now=now)


def proper_key(send_key: str) -> str:
    """The key. Raises `Refusal` for a key that no page of ours has made."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,64}", send_key):
        raise Refusal(N_("这份表单缺少编号，请重新打开后再发送。"))
    return send_key


def check_overtaken(sheet: AnswerSheet, typed: Typed, posting: Posting) -> None:
    """Raises `Overtaken` where the page has not shown what was sent or kept last."""
    check_seen(sheet, typed, posting)
    check_draft(sheet, typed, posting)


def check_seen(sheet: AnswerSheet, typed: Typed, posting: Posting) -> None:
    """Raises `Overtaken` where something was sent that the page has not shown."""
    seen = posting.seen_revision
    if sheet.last is None or seen is None or seen >= sheet.revision:
        return
    check_draft(sheet, typed, posting)  # Newer than what was sent: both are shown.
    raise Overtaken(
        N_(
            "打开这份表单之后，“%(who)s”已于 %(when)s 填报（回执 %(receipt)s）。"
            "您这一份没有送出，请先看看那一份。"
        ),
        who=sheet.last_sender,
        when=_clock(sheet.last.sent_at),
        receipt=sheet.last.receipt,
    )


def check_draft(sheet: AnswerSheet, typed: Typed, posting: Posting) -> None:
    """Raises `Overtaken` where another page has kept another draft since the page was made."""
    draft, based_on = sheet.draft, posting.based_on
    if draft is None or based_on is None or draft.version == based_on:
        return
    if posting.send_key and draft.page == posting.send_key:
        return  # The page's own draft: the answer that it was kept has been lost.
    if said(draft.answers) == said(_answers_of(sheet, typed)):
        return
    raise Overtaken(
        N_(
            "打开这份表单之后，另一处已于 %(when)s 保存了不同的草稿。"
            "两份都还在，请对照后决定用哪一份。"
        ),
        when=_clock(draft.saved_at),
    )


def said(typed: Typed) -> dict[str, list[str]]:
    """What was typed, without the fields that were left empty. Two drafts are compared by it."""
    kept = {key: [text.strip() for text in texts if text.strip()] for key, texts in typed.items()}
    return {key: sorted(texts) for key, texts in kept.items() if texts}


def _clock(moment: datetime) -> str:
    """The time as both languages write it."""
    return f"{local_time(moment):%m-%d %H:%M}"


@dataclass(frozen=True)
class KeptDraft:
    """A draft that is to be kept."""

    sheet: AnswerSheet
    row: Mapping[str, Any]

    @property
    def version(self) -> int:
        """The version of the draft. It grows when the draft says something else than the one
        before."""
        return int(self.row["version"])


def keep_typed(
    session: Session,
    sheet: AnswerSheet,
    typed: Typed,
    posting: Posting,
    *,
    actor: Account,
    now: datetime,
) -> int:
    """Write the draft, and return its version. The version grows when the draft says something
    else."""
    draft = drafted(sheet, typed, posting, actor=actor, now=now)
    keep_drafts(session, [draft])
    return draft.version


def drafted(
    sheet: AnswerSheet, typed: Typed, posting: Posting, *, actor: Account, now: datetime
) -> KeptDraft:
    """What was typed, as a draft of its assignment. Raises `Refusal` where the draft is too
    long."""
    answers = _answers_of(sheet, typed)
    if sum(len(key) + sum(map(len, texts)) for key, texts in answers.items()) > LONGEST_DRAFT:
        raise Refusal(N_("内容太长，草稿无法保存：最多 %(longest)s 字。"), longest=LONGEST_DRAFT)
    draft = sheet.draft
    typed_on = None if posting.is_of_older_form(sheet) else sheet.version_id
    same = draft is not None and (draft.answers, draft.form_version_id) == (answers, typed_on)
    row = {
        "assignment_id": sheet.assignment.id,
        "answers": answers, "as_known": sheet.left_as_known(typed), "form_version_id": typed_on,
        "version": (draft.version if draft else 0) + (not same),
        "page": draft.page if draft and same else posting.send_key[:64],
        "opened": draft.opened if draft else posting.opened, "saved_at": now, "saved_by": actor.id,
    }  # fmt: skip
    return KeptDraft(sheet, row)


def keep_drafts(session: Session, drafts: Sequence[KeptDraft]) -> None:
    """Write drafts of different assignments in the place of the present ones. One statement."""
    if not drafts:
        return
    added = insert_into(session, Draft)
    key = "assignment_id"
    replaced = {name: added.excluded[name] for name in drafts[0].row if name != key}
    kept = added.on_conflict_do_update(index_elements=[key], set_=replaced)
    session.execute(kept, [dict(draft.row) for draft in drafts])
    for draft in drafts:
        if draft.sheet.draft:
            session.expire(draft.sheet.draft)


def _answers_of(sheet: AnswerSheet, typed: Typed) -> dict[str, list[str]]:
    """What a draft of `typed` holds."""
    asked = sorted({*sheet.open_names, WHY})
    return {**_left_over(sheet, typed), **sheet.why, **cleaned(typed, asked)}


def _left_over(sheet: AnswerSheet, typed: Typed) -> dict[str, list[str]]:
    """What was typed into questions that the form no longer asks. It is kept to be seen, and never
    sent."""
    gone = {
        key: texts
        for key, texts in said(typed).items()
        if item_of(key) not in sheet.tree.by_name and re.fullmatch(NAME_PATTERN, item_of(key))
    }
    return {**sheet.left_over, **cleaned(gone, map(item_of, gone))}
