"""Forms that were begun and not published: thrown away here, gone on with in the editor."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from queries.forms.form_drafts import get_own_form_draft
from services.forms.form_drafts import discard_form_draft
from web.edge.context import Officer

router = APIRouter()


@router.post("/form-drafts/{draft_id}/discard")
def discard(context: Officer, draft_id: int) -> Response:
    """Throw a draft of the own account away; what was published stays."""
    draft = get_own_form_draft(context.session, context.actor, draft_id)
    discard_form_draft(context.session, draft, actor=context.actor)
    return RedirectResponse("/forms", 303)
