"""A form that was typed before the session ended is kept at the next sign-in."""

import re
from collections.abc import Mapping
from datetime import datetime

from fastapi import Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from models import Account
from services.filling.submissions import open_to_keep, save_draft
from web.edge.viewer.security import read_id
from web.filling.asked import strip_prefix
from web.filling.form_page import Made, back_to_resumed
from web.filling.own_sheet import open_own_sheet

FORM_PATH = re.compile(r"/assignments/([0-9]{1,10})/form")


def resume_form(
    request: Request,
    session: Session,
    account: Account,
    path: str,
    carried: Mapping[str, list[str]],
    *,
    now: datetime,
) -> Response | None:
    """Keep what was typed on a form page before the session ended, and go on there.

    None where `path` is no form page or belongs to another unit. Raises `Refusal` when the text
    cannot be kept, or when somebody has typed or sent something else meanwhile.
    """
    found = FORM_PATH.fullmatch(path)
    if not found:
        return None
    sheet = open_own_sheet(request, session, account, read_id(found[1]), open_to_keep)
    save_draft(
        session, sheet, strip_prefix(carried), _carried(carried).posting, actor=account, now=now
    )
    return back_to_resumed(sheet)


def _carried(fields: Mapping[str, list[str]]) -> Made:
    """From what the carried page was made: the names with `_` do not come through a sign-in."""
    said = (fields.get("made") or [""])[0].split(".")
    if len(said) != len(("key", "seen", "draft")):
        return Made()
    return Made.from_posted(
        FormData(dict(zip(("_send_key", "_seen", "_draft"), said, strict=True)))
    )
