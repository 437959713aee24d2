"""Form drafts: an unpublished form is kept until it is published or thrown away."""

from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from sqlmodel import Session, col, select

from models import Account, FormDraft, Measure
from queries.forms.form_drafts import find_form_draft
from queries.forms.forms import get_version
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from services.campaigns.chosen_forms import require_own_form
from services.campaigns.deletions import delete_rows


@dataclass(frozen=True)
class KeptForm:
    """What one page of the form editor holds, and the draft from which the page was made."""

    measure_id: int
    target: int
    """The id of the form that gets another version; 0: a new form."""
    base_id: int | None
    """The id of the version of that form on which the page was begun; None: none."""
    latest: int
    content: dict[str, Any]
    seen: str = ""
    """The mark of the draft from which the page was made; empty: there was no draft."""
    page: str = ""
    """The key of the page."""


def keep_form_draft(
    session: Session, kept: KeptForm, *, going_on: bool, actor: Account, now: datetime
) -> FormDraft:
    """Keep what a page holds. `going_on` says that the page stays open and will keep more.

    Raises `Refusal` when another window has kept something else since the page was made, or for
    another unit's form.
    """
    measure = session.get_one(Measure, kept.measure_id)
    require(actor, Right.KEEP_FORM_DRAFT, Subject(measure.unit_id))
    _require_own(session, kept, actor)
    _wait_for_turn(session, actor.id)
    draft = find_form_draft(session, actor.id, kept.measure_id, kept.target)
    if draft is None:
        draft = FormDraft(
            account_id=actor.id,
            measure_id=kept.measure_id,
            target=kept.target,
            content={},
            mark="",
            updated_at=now,
        )
    elif not _may_go_on(draft, kept):
        raise Refusal(
            N_(
                "这张表单的草稿已在另一个窗口里改过，这里的内容还没有保存。"
                "请先对照那边的草稿；要以这里的内容为准，请再点一次。"
            )
        )
    draft.base_id, draft.latest, draft.content = kept.base_id, kept.latest, kept.content
    draft.mark, draft.page = token_urlsafe(9), kept.page if going_on else ""
    draft.updated_at = now
    session.add(draft)
    session.flush()
    return draft


def _require_own(session: Session, kept: KeptForm, actor: Account) -> None:
    """Raises `NotAllowed` for another unit's form, and `NotFound` for another form's version."""
    if kept.target:
        require_own_form(session, kept.target, actor=actor)
    if kept.base_id and get_version(session, kept.base_id).form_id != kept.target:
        raise NotFound


def _may_go_on(draft: FormDraft, kept: KeptForm) -> bool:
    """Whether the page may keep the draft once more. A button that is pressed twice sends the same
    content twice, which is no conflict."""
    same_page = bool(draft.page) and draft.page == kept.page
    return draft.mark == kept.seen or same_page or draft.content == kept.content


def discard_form_draft(session: Session, draft: FormDraft, *, actor: Account) -> None:
    """Delete a draft: it is thrown away, or it has been published."""
    require(actor, Right.DISCARD_FORM_DRAFT, Subject(account_id=draft.account_id))
    _wait_for_turn(session, draft.account_id)
    session.expunge(draft)
    delete_rows(session, FormDraft, col(FormDraft.id) == draft.id)


def _wait_for_turn(session: Session, account_id: int) -> None:
    """Lock the account, so that two windows of one account act one after the other."""
    session.exec(select(Account.id).where(Account.id == account_id).with_for_update()).one()
