"""Forms that were begun and not published: thrown away here, gone on with in the editor."""

from __future__ import annotations

from fastapi import APIRouter, Response

from queries.forms.form_drafts import get_own_form_draft
from rules.sentences.refusal import N_
from services.forms.form_drafts import discard_form_draft
from web.edge.pages.said import back_to
from web.edge.viewer.context import Officer

router = APIRouter()


@router.post("/form-drafts/{draft_id}/discard")
def discard(context: Officer, draft_id: int) -> Response:
    """Throw a draft of the own account away; what was published stays."""
    draft = get_own_form_draft(context.session, context.actor, draft_id)
    discard_form_draft(context.session, draft, actor=context.actor)
    return back_to("/forms", N_("没有发布的草稿已丢弃。发布过的表单没有变。"))
