"""Carrying what was typed across a sign-in, when the session ended while someone was typing."""

import json
from collections.abc import Mapping

from fastapi import Request, Response

from rules.sentences.held import held
from web.edge.rendering import render
from web.edge.secret_fields import is_secret
from web.edge.security import note_visitor, set_visitor

LIMIT = 200_000
"""Characters of typed text that are carried along."""


def sign_in_page(
    request: Request,
    *,
    next: str = "/",
    carried: Mapping[str, list[str]] | None = None,
    login: str = "",
    refusal: str = "",
    status: int = 200,
) -> Response:
    """The sign-in page. `carried` are the fields typed on the page `next`."""
    note_visitor(request)
    answer = render(
        request,
        "pages/accounts/sign_in.html",
        status=status,
        next=next,
        carried=pack(carried) if carried else "",
        login=login,
        refusal=refusal,
    )
    set_visitor(request, answer)
    return answer


def pack(fields: Mapping[str, list[str]]) -> str:
    """Typed fields as one text for a hidden field, without passwords."""
    kept = {name: values for name, values in fields.items() if not is_secret(name)}
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def unpack(text: str) -> dict[str, list[str]]:
    """The fields `pack` wrote; empty for anything else."""
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
