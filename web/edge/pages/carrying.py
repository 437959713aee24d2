"""Carrying what was typed across a sign-in, where a session ended while somebody was typing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response

from adapters.settings import get_settings
from rules.sentences.held import held
from web.edge.pages.rendering import Page, render
from web.edge.requests.secret_fields import is_secret
from web.edge.viewer.security import note_visitor, set_visitor

LIMIT = 200_000
"""Characters of typed text that are carried along."""


@dataclass(frozen=True)
class SignInPage(Page):
    """Login and password."""

    TEMPLATE = "pages/accounts/sign_in.html"

    next: str
    """Where to go on afterwards."""
    carried: str
    """What was typed there, as one text."""
    login: str
    refusal: str
    hours: int
    """How long one stays signed in."""
    shared: bool
    """Others use the computer, too."""


def sign_in_page(
    request: Request,
    *,
    next: str = "/",
    carried: Mapping[str, list[str]] | None = None,
    login: str = "",
    refusal: str = "",
    shared: bool = False,
    status: int = 200,
) -> Response:
    """The sign-in page. `carried` are the fields typed on the page `next`."""
    note_visitor(request)
    packed, hours = pack(carried) if carried else "", get_settings().session_hours
    page = SignInPage(next, packed, login, refusal, hours, shared)
    answer = render(request, page, status=status)
    set_visitor(request, answer)
    return answer


def pack(fields: Mapping[str, list[str]]) -> str:
    """Typed fields as one text for a hidden field, without passwords."""
    kept = {name: values for name, values in fields.items() if not is_secret(name)}
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def unpack(text: str) -> dict[str, list[str]]:
    """The fields in a text that `pack` wrote; empty for any other text."""
    if not text or len(text) > LIMIT:
        return {}
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(fields, dict):
        return {}
    return {
        held(name): [held(value) for value in values if isinstance(value, str)]
        for name, values in fields.items()
        if isinstance(values, list) and not name.startswith("_") and not is_secret(name)
    }
